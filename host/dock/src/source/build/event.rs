//! What a build tells while it runs.

use std::fmt;
use std::time::Duration;

use serde::Serialize;

/// A step of a build, for a person who waits for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "step", content = "of", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum BuildEvent {
    /// The build has begun.
    Started {
        /// What is run: the command line.
        what: String,
    },
    /// rustup has installed a compilation target that was missing.
    TargetAdded {
        /// The target's name.
        target: String,
    },
    /// A line of the tools' output, without its line ending.
    Line(String),
    /// The build has succeeded.
    Finished {
        /// How long it took.
        duration: Duration,
    },
}

impl fmt::Display for BuildEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Started { what } => write!(f, "building: {what}"),
            Self::TargetAdded { target } => write!(f, "rustup has added the target {target}"),
            Self::Line(line) => f.write_str(line),
            Self::Finished { duration } => write!(f, "built in {duration:.1?}"),
        }
    }
}
