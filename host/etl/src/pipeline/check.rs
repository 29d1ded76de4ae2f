//! Whether what the file says can be a pipeline, with the place of what cannot.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use toml::Spanned;

use super::file::{LookupTable, SourceFormat, SourceTable, StageTable};
use super::{CsvSource, Lookup, PipelineError, Stage};
use crate::diagnostics::PipelineText;

/// Rows in a batch, if the pipeline does not say: what wit/etl was measured to be fastest with.
const BATCH_ROWS: usize = 8192;
/// Beyond this a batch of wide rows no longer fits a plugin's memory.
const MAX_BATCH_ROWS: usize = 1 << 17;

pub(super) struct Check<'a> {
    pub(super) text: &'a PipelineText,
    pub(super) base: &'a Path,
}

impl Check<'_> {
    fn resolve(&self, path: &Path) -> PathBuf {
        self.base.join(path)
    }

    /// The resolved path of something that the pipeline needs, and that must be there.
    fn existing(&self, path: &Spanned<PathBuf>, what: &str) -> Result<PathBuf, PipelineError> {
        let resolved = self.resolve(path.get_ref());
        if resolved.exists() {
            return Ok(resolved);
        }
        Err(self.text.error(
            path.span(),
            format!("{what} {} does not exist", resolved.display()),
            "no such file",
            "paths are relative to the pipeline file".to_owned(),
        ))
    }

    pub(super) fn source(&self, table: SourceTable) -> Result<CsvSource, PipelineError> {
        let SourceFormat::Csv = table.format;
        let delimiter = match &table.delimiter {
            None => b',',
            Some(given) => match given.get_ref().as_bytes() {
                [byte] if !matches!(byte, b'"' | b'\r' | b'\n') => *byte,
                _ => {
                    return Err(self.text.error(
                        given.span(),
                        "the delimiter has to be one ASCII character",
                        "not one",
                        "for example \",\", \";\", \"|\" or \"\\t\"".to_owned(),
                    ));
                }
            },
        };
        let batch_rows = match &table.batch_rows {
            None => BATCH_ROWS,
            Some(rows) if (1..=MAX_BATCH_ROWS).contains(rows.get_ref()) => *rows.get_ref(),
            Some(rows) => {
                return Err(self.text.error(
                    rows.span(),
                    format!("batch_rows has to be from 1 to {MAX_BATCH_ROWS}"),
                    "out of range",
                    format!("from 4096 to 16384 is fastest; without the key it is {BATCH_ROWS}"),
                ));
            }
        };
        Ok(CsvSource {
            path: self.existing(&table.path, "the source")?,
            delimiter,
            header: table.header,
            null_values: table.null_values.unwrap_or_else(|| vec![String::new()]),
            on_ragged: table.on_ragged,
            batch_rows,
        })
    }

    pub(super) fn lookups(&self, tables: Vec<LookupTable>) -> Result<Vec<Lookup>, PipelineError> {
        let mut names = HashSet::new();
        let mut lookups = Vec::with_capacity(tables.len());
        for table in tables {
            if !names.insert(table.name.get_ref().clone()) {
                return Err(self.twice(&table.name, "lookup table"));
            }
            if table.key.get_ref().is_empty() {
                return Err(self.text.error(
                    table.key.span(),
                    format!("the lookup table `{}` has no key", table.name.get_ref()),
                    "name at least one column",
                    None,
                ));
            }
            lookups.push(Lookup {
                path: self.existing(&table.path, "the lookup table")?,
                name: table.name.into_inner(),
                key: table.key.into_inner(),
                types: table.types,
            });
        }
        Ok(lookups)
    }

    pub(super) fn stages(
        &self,
        tables: Vec<StageTable>,
        targets: &mut Targets<'_>,
    ) -> Result<Vec<Stage>, PipelineError> {
        let mut names = HashSet::new();
        let mut stages = Vec::with_capacity(tables.len());
        for table in tables {
            if !names.insert(table.name.get_ref().clone()) {
                return Err(self.twice(&table.name, "stage"));
            }
            let settings = match &table.settings {
                None => "{}".to_owned(),
                Some(settings) => self.settings(settings)?,
            };
            let mut grants = table.grants;
            for folder in &mut grants.folders {
                folder.host = self.resolve(&folder.host);
            }
            stages.push(Stage {
                plugin: self.existing(&table.plugin, "the plugin")?,
                name: table.name.into_inner(),
                settings,
                grants,
                limits: table.limits,
                outputs: table
                    .outputs
                    .into_iter()
                    .map(|(name, path)| Ok((name, targets.take(&path)?)))
                    .collect::<Result<_, PipelineError>>()?,
            });
        }
        Ok(stages)
    }

    fn twice(&self, name: &Spanned<String>, what: &str) -> PipelineError {
        self.text.error(
            name.span(),
            format!("two {what}s have the name `{}`", name.get_ref()),
            "the second one",
            "give each a name of its own".to_owned(),
        )
    }

    fn settings(&self, settings: &Spanned<toml::Table>) -> Result<String, PipelineError> {
        let mut object = serde_json::Map::new();
        for (key, value) in settings.get_ref() {
            let value = json(value).ok_or_else(|| {
                self.text.error(
                    settings.span(),
                    format!("the setting `{key}` holds a number that JSON cannot write"),
                    "in these settings",
                    "settings reach the plugin as JSON, which has neither nan nor inf".to_owned(),
                )
            })?;
            object.insert(key.clone(), value);
        }
        Ok(serde_json::Value::Object(object).to_string())
    }
}

/// `None` for a float that is not finite. Dates and times become their text.
fn json(value: &toml::Value) -> Option<serde_json::Value> {
    use serde_json::Value;
    Some(match value {
        toml::Value::String(text) => Value::from(text.as_str()),
        toml::Value::Integer(number) => Value::from(*number),
        toml::Value::Float(number) => Value::Number(serde_json::Number::from_f64(*number)?),
        toml::Value::Boolean(truth) => Value::from(*truth),
        toml::Value::Datetime(time) => Value::from(time.to_string()),
        toml::Value::Array(items) => Value::Array(items.iter().map(json).collect::<Option<_>>()?),
        toml::Value::Table(table) => Value::Object(
            table.iter().map(|(key, value)| Some((key.clone(), json(value)?))).collect::<Option<_>>()?,
        ),
    })
}

/// Files that the pipeline will write: no two may be one, and none the source.
pub(super) struct Targets<'a> {
    check: &'a Check<'a>,
    source: PathBuf,
    taken: HashSet<PathBuf>,
}

impl<'a> Targets<'a> {
    pub(super) fn new(check: &'a Check<'a>, source: PathBuf) -> Self {
        Self { check, source, taken: HashSet::new() }
    }

    pub(super) fn take(&mut self, path: &Spanned<PathBuf>) -> Result<PathBuf, PipelineError> {
        let resolved = self.check.resolve(path.get_ref());
        let refuse = |message: String| {
            self.check.text.error(
                path.span(),
                message,
                "this one",
                "give each file that is written a path of its own".to_owned(),
            )
        };
        if same_file(&resolved, &self.source) {
            return Err(refuse(format!("{} is the source: it would be overwritten", resolved.display())));
        }
        if !self.taken.insert(resolved.clone()) {
            return Err(refuse(format!("{} is written twice", resolved.display())));
        }
        if resolved.is_dir() {
            return Err(refuse(format!(
                "{} is a folder, and a file is to be written there",
                resolved.display()
            )));
        }
        Ok(resolved)
    }
}

fn same_file(one: &Path, other: &Path) -> bool {
    match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        _ => one == other,
    }
}
