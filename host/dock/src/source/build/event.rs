//! The progress of a build.

use std::fmt;
use std::time::Duration;

use serde::Serialize;

use crate::text;

/// A step of a build, to show its progress. Its `Display` is one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "step", content = "of", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum BuildEvent {
    /// The build started.
    Started {
        /// The command line.
        what: String,
    },
    /// rustup installed a missing compilation target.
    TargetAdded {
        /// The target's name, such as `wasm32-unknown-unknown`.
        target: String,
    },
    /// A line of the tools' output, without its line ending.
    Line(String),
    /// The build succeeded.
    Finished {
        /// The time from the start of the build.
        duration: Duration,
    },
}

impl fmt::Display for BuildEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Started { what } => write!(f, "building: {}", text::line(what)),
            Self::TargetAdded { target } => write!(f, "rustup added the target {target}"),
            Self::Line(line) => text::line(line).fmt(f),
            Self::Finished { duration } => write!(f, "built in {duration:.1?}"),
        }
    }
}
