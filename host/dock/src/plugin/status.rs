//! The status of a plugin, as a user interface shows it.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use serde::Serialize;

use crate::duration::Short;
use crate::source::Digest;

/// The status of a plugin. Its `Display` is one line for a person: "running generation 7; generation 8 rejected: …".
///
/// It is published in the same moment as it takes effect: who has seen generation 8 is not served by generation 7 any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Status {
    /// The plugin's name.
    pub plugin: Arc<str>,
    /// Whether it takes calls.
    pub phase: Phase,
    /// The generation that serves, from 1.
    pub generation: u64,
    /// The artifact of that generation.
    pub digest: Digest,
    /// How the last reload ended. It stays until the next one, so that nobody misses that a generation was rejected.
    pub last_reload: Option<ReloadReport>,
    /// The last call that failed.
    pub last_failure: Option<FailureReport>,
}

/// Whether a plugin takes calls.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "phase", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Phase {
    /// Calls are served.
    Serving,
    /// Calls are refused for a while after a failure.
    BackingOff {
        /// The whole back-off, not what is left of it.
        wait: Duration,
    },
    /// Calls are refused until the plugin is revived or a new generation serves.
    Quarantined {
        /// How many failures it took.
        failures: u32,
        /// The last one.
        reason: String,
    },
    /// Calls are refused until the plugin is revived.
    Stopped,
}

/// A reload that has ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReloadReport {
    /// The new generation.
    pub generation: u64,
    /// When it ended.
    pub at: SystemTime,
    /// How it ended.
    pub outcome: ReloadOutcome,
}

/// How a reload ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ReloadOutcome {
    /// The new generation serves.
    Serving {
        /// From the settled change to the swap.
        took: Duration,
    },
    /// It never served.
    Rejected {
        /// Why, for the plugin's author.
        reason: String,
    },
    /// It served, failed within its probation, and the one before it serves again.
    RolledBack {
        /// The failure.
        reason: String,
    },
}

/// A call that failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FailureReport {
    /// What was called.
    pub export: String,
    /// The generation that failed.
    pub generation: u64,
    /// The failure.
    pub reason: String,
    /// When it failed.
    pub at: SystemTime,
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.phase {
            Phase::Serving => write!(f, "running generation {}", self.generation)?,
            Phase::BackingOff { wait } => {
                write!(f, "generation {} backing off for {}", self.generation, Short(*wait))?;
            }
            Phase::Quarantined { failures, reason } => {
                write!(
                    f,
                    "generation {} quarantined after {failures} failures: it {reason}",
                    self.generation
                )?;
            }
            Phase::Stopped => write!(f, "generation {} stopped", self.generation)?,
        }
        match &self.last_reload {
            Some(ReloadReport { generation, outcome: ReloadOutcome::Rejected { reason }, .. }) => {
                write!(f, "; generation {generation} rejected: {reason}")
            }
            Some(ReloadReport { generation, outcome: ReloadOutcome::RolledBack { reason }, .. }) => {
                write!(f, "; generation {generation} rolled back: it {reason}")
            }
            Some(ReloadReport { outcome: ReloadOutcome::Serving { .. }, .. }) | None => Ok(()),
        }
    }
}
