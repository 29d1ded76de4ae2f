use std::path::PathBuf;

use serde::Deserialize;

use super::parser::Parser;

/// `[access_log]` as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct AccessLogToml {
    path: Option<PathBuf>,
    format: LogFormat,
}

/// Where a line for each request goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessLogConfig {
    /// The file, standard output, or nothing.
    pub target: LogTarget,
    /// How a line is written.
    pub format: LogFormat,
}

/// Where access log lines go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogTarget {
    /// Nowhere.
    Off,
    /// Standard output.
    Stdout,
    /// Appended to a file.
    File(PathBuf),
}

/// How an access log line is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LogFormat {
    /// One line of text.
    #[default]
    Text,
    /// One JSON object on a line.
    Json,
}

impl Parser<'_> {
    pub(super) fn access_log(&self, toml: AccessLogToml) -> AccessLogConfig {
        let target = match toml.path {
            None => LogTarget::Off,
            Some(path) if path.as_os_str() == "-" => LogTarget::Stdout,
            Some(path) => LogTarget::File(self.base.join(path)),
        };
        AccessLogConfig { target, format: toml.format }
    }
}
