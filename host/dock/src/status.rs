//! How a plugin stands.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use serde::Serialize;

use crate::source::Digest;

/// How a plugin stands now. Its `Display` is one line for a person: "running generation 7; generation 8 rejected: …".
#[derive(Clone, Debug, Serialize)]
pub struct Status {
    /// The plugin's name.
    pub plugin: Arc<str>,
    /// Whether it takes calls.
    pub phase: Phase,
    /// The generation that serves, from 1.
    pub generation: u64,
    /// The artifact of that generation.
    pub digest: Digest,
    /// How the last reload ended. It stays until the next one: a rejected generation is never forgotten silently.
    pub last_reload: Option<ReloadReport>,
    /// The last call that failed.
    pub last_failure: Option<FailureReport>,
}

/// Whether a plugin takes calls.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "phase", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Phase {
    /// It does.
    Serving,
    /// Not for a moment, after a failure.
    BackingOff {
        /// How long the rest was when it began.
        wait: Duration,
    },
    /// No more, after too many failures.
    Quarantined {
        /// The last of them.
        reason: String,
    },
    /// No more: it was stopped.
    Stopped,
}

/// How a reload ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReloadReport {
    /// The new generation.
    pub generation: u64,
    /// When.
    pub at: SystemTime,
    /// How.
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
        /// Why.
        reason: String,
    },
    /// It served, failed within its probation, and the one before it serves again.
    RolledBack {
        /// What it failed by.
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
    /// What brought it down.
    pub reason: String,
    /// When.
    pub at: SystemTime,
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.phase {
            Phase::Serving => write!(f, "running generation {}", self.generation)?,
            Phase::BackingOff { wait } => write!(f, "generation {} rests for {wait:?}", self.generation)?,
            Phase::Quarantined { reason } => {
                write!(f, "generation {} in quarantine: {reason}", self.generation)?;
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
