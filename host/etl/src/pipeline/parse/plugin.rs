use toml::Spanned;
use witdock::Policy;

use super::parser::Parser;
use super::text::{PathText, expand};
use crate::pipeline::{PipelineError, PluginConfig, PluginLimits};
use crate::trust::Trust;

impl Parser<'_> {
    pub(super) fn plugin(
        &self,
        path: &Spanned<PathText>,
        settings: Option<&Spanned<toml::Table>>,
        grants: Policy,
        limits: PluginLimits,
    ) -> Result<PluginConfig, PipelineError> {
        let settings = settings.map_or_else(|| Ok("{}".to_owned()), |settings| self.settings(settings))?;
        let grants = grants.map_folders(|folder| self.resolve(folder));
        Ok(PluginConfig {
            path: self.existing(path, "the plugin")?,
            settings,
            grants,
            limits,
            trust: Trust::default(),
        })
    }

    /// Settings as the JSON text that the plugin gets.
    fn settings(&self, settings: &Spanned<toml::Table>) -> Result<String, PipelineError> {
        let mut object = serde_json::Map::new();
        for (key, value) in settings.get_ref() {
            let value = json(value).map_err(|problem| {
                self.text.error(
                    settings.span(),
                    format!("the setting `{key}`: {problem}"),
                    "in these settings",
                    "settings reach the plugin as JSON, with `${NAME}` in strings expanded".to_owned(),
                )
            })?;
            object.insert(key.clone(), value);
        }
        Ok(serde_json::Value::Object(object).to_string())
    }
}

/// Dates and times become their text.
fn json(value: &toml::Value) -> Result<serde_json::Value, String> {
    use serde_json::Value;
    Ok(match value {
        toml::Value::String(text) => Value::from(expand(text, |name| std::env::var(name).ok())?),
        toml::Value::Integer(number) => Value::from(*number),
        toml::Value::Float(number) => {
            Value::Number(serde_json::Number::from_f64(*number).ok_or("JSON supports neither nan nor inf")?)
        }
        toml::Value::Boolean(truth) => Value::from(*truth),
        toml::Value::Datetime(time) => Value::from(time.to_string()),
        toml::Value::Array(items) => Value::Array(items.iter().map(json).collect::<Result<_, _>>()?),
        toml::Value::Table(table) => Value::Object(
            table
                .iter()
                .map(|(key, value)| Ok((key.clone(), json(value)?)))
                .collect::<Result<_, String>>()?,
        ),
    })
}
