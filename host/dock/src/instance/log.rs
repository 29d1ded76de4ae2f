//! Log lines of plugins.

use std::fmt;

use serde::Serialize;

/// The severity of a log line, from most to least severe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    /// An operation failed.
    Error,
    /// A problem that may need attention.
    Warn,
    /// Normal operation.
    Info,
    /// Details for the plugin's author.
    Debug,
    /// Every step, for tracing.
    Trace,
}

/// One line of a plugin's log, as [`text::line`](crate::text::line) shows it: it has no control characters, and at most a few KiB.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LogLine {
    /// The severity.
    pub level: LogLevel,
    /// The part of the plugin that wrote it: a module's path, `stdout` or `stderr`.
    pub target: String,
    /// The text, without a line end.
    pub message: String,
}

impl fmt::Display for LogLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
            Self::Trace => "trace",
        })
    }
}

impl fmt::Display for LogLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.level, self.target, self.message)
    }
}
