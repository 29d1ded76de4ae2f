use std::path::PathBuf;
use std::time::Duration;

use http::HeaderName;
use indexmap::IndexMap;
use serde::Deserialize;
use toml::Spanned;
use witdock::{Limits, Policy};
use witdock_proxy_wasm::{Options, Semantics};

use super::error::ConfigError;
use super::parser::Parser;
use crate::filter::{CanarySettings, FilterSettings, OnFailure, Share};

/// `[filter.NAME]` as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FilterToml {
    plugin: Spanned<PathBuf>,
    settings: Option<Spanned<SettingsToml>>,
    settings_file: Option<Spanned<PathBuf>>,
    shared_settings: Option<Spanned<SettingsToml>>,
    /// What shared data and queues are shared under. The filter's name by default.
    shared: Option<String>,
    #[serde(default)]
    clusters: Vec<Spanned<String>>,
    #[serde(default)]
    on_failure: OnFailure,
    hold_kb: Option<Spanned<usize>>,
    pause_ms: Option<Spanned<u64>>,
    #[serde(default)]
    semantics: SemanticsToml,
    #[serde(default)]
    allow_on_headers_stop_iteration: bool,
    canary: Option<Spanned<CanaryToml>>,
    shadow: Option<Spanned<PathBuf>>,
    #[serde(default)]
    grants: Policy,
    #[serde(default)]
    limits: LimitsToml,
}

/// Whether a Proxy-Wasm module meets what Envoy does, or what the specification says.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum SemanticsToml {
    #[default]
    Envoy,
    Spec,
}

/// A candidate, with the streams that it gets: a share, or those with a header.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CanaryToml {
    plugin: Spanned<PathBuf>,
    percent: Option<Spanned<u8>>,
    header: Option<Spanned<String>>,
}

/// Settings: a table, which the plugin gets as JSON, or text as it is.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum SettingsToml {
    Text(String),
    Table(toml::Table),
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct LimitsToml {
    memory_mb: Option<Spanned<u32>>,
    deadline_ms: Option<Spanned<u64>>,
    log_lines_per_second: Option<u32>,
}

/// A filter's callback takes microseconds. One that takes a second loops or waits for something that does not come.
const DEFAULT_DEADLINE: Duration = Duration::from_secs(1);

/// Each stream takes one handle: as many streams as a worker may have at a time, and then some.
const HANDLES: usize = 1 << 18;

/// What a filter holds of a body by default, KiB: Envoy's buffers have 1 MiB too.
const DEFAULT_HOLD_KB: usize = 1024;

/// How long a filter may hold a request or a response by default: longer than a call of its own takes.
const DEFAULT_PAUSE_MS: u64 = 60_000;

/// What every filter may use: itself, its exchange and what only it can see.
const GRANTED: [&str; 7] = [
    "witdock:proxy/types",
    "witdock:proxy/filter",
    "witdock:proxy/http",
    "witdock:proxy/tcp",
    "witdock:proxy/metrics",
    "witdock:proxy/timers",
    "witdock:proxy/retirement",
];

impl Parser<'_> {
    pub(super) fn filters(
        &self,
        filters: IndexMap<String, FilterToml>,
    ) -> Result<IndexMap<String, FilterSettings>, ConfigError> {
        filters.into_iter().map(|(name, filter)| Ok((name.clone(), self.filter(name, filter)?))).collect()
    }

    fn filter(&self, name: String, filter: FilterToml) -> Result<FilterSettings, ConfigError> {
        let plugin = self.existing(filter.plugin.get_ref(), filter.plugin.span(), "the plugin")?;
        let settings = match (&filter.settings, &filter.settings_file) {
            (Some(settings), Some(_)) => {
                return Err(self.text.error(
                    settings.span(),
                    format!("the filter `{name}` has both `settings` and `settings_file`"),
                    "one of the two",
                    "remove one of them".to_owned(),
                ));
            }
            (Some(settings), None) => self.filter_settings(settings)?,
            (None, Some(file)) => {
                let path = self.existing(file.get_ref(), file.span(), "the file with settings")?;
                std::fs::read(&path).map_err(|error| {
                    let message = format!("{} cannot be read: {error}", path.display());
                    self.text.error(file.span(), message, "this file", "make it readable".to_owned())
                })?
            }
            (None, None) => b"{}".to_vec(),
        };
        let shared_settings = match &filter.shared_settings {
            Some(settings) => self.filter_settings(settings)?,
            None => b"{}".to_vec(),
        };
        let clusters =
            filter.clusters.iter().map(|name| self.cluster_name(name)).collect::<Result<_, _>>()?;
        let mut policy = filter.grants.map_folders(|folder| self.base.join(folder));
        policy = GRANTED.iter().fold(policy, |policy, name| policy.import(name));
        // A filter that was given clusters may call them.
        if !filter.clusters.is_empty() {
            policy = policy.import("witdock:proxy/http-calls");
        }
        let deadline_ms = self.in_range(&filter.limits.deadline_ms, 1..=600_000, ms(DEFAULT_DEADLINE))?;
        let memory_mb = self.in_range(&filter.limits.memory_mb, 1..=4096, 64)?;
        let limits = Limits::default();
        let limits = Limits {
            memory_bytes: (memory_mb as usize) << 20,
            call_deadline: Duration::from_millis(deadline_ms),
            handles: HANDLES,
            log_lines_per_second: filter.limits.log_lines_per_second.unwrap_or(limits.log_lines_per_second),
            ..limits
        };
        let canary = filter.canary.as_ref().map(|canary| self.canary(canary)).transpose()?;
        let shadow = filter.shadow.as_ref();
        let shadow = shadow
            .map(|path| self.existing(path.get_ref(), path.span(), "the shadow's plugin"))
            .transpose()?;
        Ok(FilterSettings {
            plugin,
            canary,
            shadow,
            proxy_wasm: Options {
                semantics: match filter.semantics {
                    SemanticsToml::Envoy => Semantics::Envoy,
                    SemanticsToml::Spec => Semantics::Spec,
                },
                headers_stop_alone: filter.allow_on_headers_stop_iteration,
            },
            settings,
            shared_settings,
            scope: filter.shared.unwrap_or_else(|| name.clone()),
            name,
            clusters,
            policy,
            limits,
            on_failure: filter.on_failure,
            most_held: self.in_range(&filter.hold_kb, 1..=1 << 20, DEFAULT_HOLD_KB)? << 10,
            longest_pause: Duration::from_millis(self.in_range(
                &filter.pause_ms,
                1..=3_600_000,
                DEFAULT_PAUSE_MS,
            )?),
        })
    }

    fn canary(&self, canary: &Spanned<CanaryToml>) -> Result<CanarySettings, ConfigError> {
        let CanaryToml { plugin, percent, header } = canary.get_ref();
        let share = match (percent, header) {
            (Some(_), None) => Share::Percent(self.in_range(percent, 0..=100, 0)?),
            (None, Some(name)) => {
                Share::Header(HeaderName::from_bytes(name.get_ref().as_bytes()).map_err(|_| {
                    let message = format!("`{}` is not a header's name", name.get_ref());
                    self.text.error(name.span(), message, "here", "write for example \"x-canary\"".to_owned())
                })?)
            }
            _ => {
                return Err(self.text.error(
                    canary.span(),
                    "a canary needs its share of the requests",
                    "in this table",
                    "add either percent = 5, or header = \"x-canary\"".to_owned(),
                ));
            }
        };
        Ok(CanarySettings {
            plugin: self.existing(plugin.get_ref(), plugin.span(), "the canary's plugin")?,
            share,
        })
    }

    /// Settings as the plugin gets them: a table as JSON, text as it is.
    fn filter_settings(&self, settings: &Spanned<SettingsToml>) -> Result<Vec<u8>, ConfigError> {
        let table = match settings.get_ref() {
            SettingsToml::Text(text) => return Ok(text.clone().into_bytes()),
            SettingsToml::Table(table) => table,
        };
        let value = toml::Value::Table(table.clone());
        serde_json::to_vec(&json(value)).map_err(|error| {
            let message = format!("the settings are not JSON: {error}");
            self.text.error(
                settings.span(),
                message,
                "these settings",
                "use numbers that are finite".to_owned(),
            )
        })
    }
}

fn ms(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Dates and times become their text. JSON has neither nan nor inf: they become null.
fn json(value: toml::Value) -> serde_json::Value {
    use serde_json::Value;
    match value {
        toml::Value::String(text) => Value::from(text),
        toml::Value::Integer(number) => Value::from(number),
        toml::Value::Float(number) => Value::from(number),
        toml::Value::Boolean(truth) => Value::from(truth),
        toml::Value::Datetime(time) => Value::from(time.to_string()),
        toml::Value::Array(items) => Value::Array(items.into_iter().map(json).collect()),
        toml::Value::Table(table) => {
            Value::Object(table.into_iter().map(|(key, value)| (key, json(value))).collect())
        }
    }
}
