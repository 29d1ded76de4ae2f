//! The status of a plugin.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use serde::Serialize;

use crate::foreign::Digest;
use crate::grants::Refused;
use crate::text::Short;
use crate::text::counted::counted;

/// The status of a plugin. Its `Display` is one line for a person: "running generation 7; generation 8 rejected: …".
///
/// It is published in the moment in which it takes effect: after a status with generation 8, generation 7 takes no call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Status {
    /// The plugin's name.
    pub plugin: Arc<str>,
    /// Whether it takes calls.
    pub phase: Phase,
    /// The generation that serves, from 1.
    pub generation: u64,
    /// The digest of that generation's component.
    pub digest: Digest,
    /// How the last reload ended. It stays until the next reload, so that a rejection is not missed.
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
        /// The length of the whole back-off, not the rest of it.
        wait: Duration,
    },
    /// Calls are refused until the plugin is revived or a new generation serves.
    Quarantined {
        /// The number of failures within the window.
        failures: u32,
        /// The reason of the last failure.
        reason: String,
    },
    /// The host no longer grants what the plugin runs with: calls are refused until it does, or a new generation serves.
    Revoked {
        /// What was revoked, and what to do.
        refused: Refused,
    },
    /// Calls are refused until the plugin is revived.
    Stopped,
}

/// A reload that has ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReloadReport {
    /// The number of the new generation.
    pub generation: u64,
    /// The wall-clock time of its end.
    pub at: SystemTime,
    /// Whether the new generation serves, and if not, why.
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
    /// The new generation was rejected and never served.
    Rejected {
        /// Why, for the plugin's author.
        reason: String,
    },
    /// The new generation failed within its probation, and the one before it serves again.
    RolledBack {
        /// The failure, as text that follows the word "it".
        reason: String,
    },
}

/// A call that failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FailureReport {
    /// The name that the call was made under.
    pub export: String,
    /// The generation that failed.
    pub generation: u64,
    /// The failure, as text that follows the word "it".
    pub reason: String,
    /// The wall-clock time of the failure.
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
                    "generation {} quarantined after {}: it {reason}",
                    self.generation,
                    counted(u64::from(*failures), "failure")
                )?;
            }
            Phase::Revoked { refused } => {
                write!(f, "generation {} stopped: the host revoked {}", self.generation, refused.summary())?;
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
