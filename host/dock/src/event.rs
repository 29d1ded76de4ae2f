//! What happens to a plugin, as a stream.

use std::time::Duration;

use serde::Serialize;

use crate::failure::Failure;
use crate::log::LogLine;
use crate::source::{BuildEvent, Digest};

/// Something that happened to a plugin. A slow listener loses the oldest events; [`Status`](crate::Status) always tells
/// how things stand.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Event {
    /// The source folder is being built.
    Build(BuildEvent),
    /// A generation serves: the first one, or a new one after a reload.
    Serving {
        /// Which.
        generation: u64,
        /// Its artifact.
        digest: Digest,
        /// From the start of the load, or from the settled file change, to the first call that it can take.
        took: Duration,
        /// What became of the state of the generation before it.
        state: Handover,
    },
    /// The source was read again, and is what already runs.
    Unchanged {
        /// The generation that runs.
        generation: u64,
    },
    /// A new generation was refused; the old one goes on serving.
    Rejected {
        /// The generation that was refused.
        generation: u64,
        /// The generation that serves.
        running: u64,
        /// Why, for the plugin's author.
        reason: String,
    },
    /// A generation failed within its probation, and the one before it serves again.
    RolledBack {
        /// The generation that failed.
        from: u64,
        /// The generation that serves.
        to: u64,
        /// What it failed by.
        reason: String,
    },
    /// The last instance of a generation that no longer serves is gone.
    Retired {
        /// Which.
        generation: u64,
    },
    /// A call failed.
    Failed {
        /// What was called.
        export: String,
        /// What brought it down.
        failure: Failure,
    },
    /// The plugin rests after a failure.
    BackingOff {
        /// For how long.
        wait: Duration,
    },
    /// The plugin failed too often and is called no more.
    Quarantined {
        /// The last failure.
        reason: String,
    },
    /// A quarantined or stopped plugin may be called again.
    Revived,
    /// The plugin was stopped.
    Stopped,
    /// The file watcher failed: changes may go unseen until the plugin is reloaded by hand.
    WatchFailed {
        /// What it said.
        message: String,
    },
    /// The plugin wrote a line to its log.
    Log(LogLine),
}

/// What became of a plugin's state when a generation took over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Handover {
    /// There was none: a first generation, or a plugin that exports no `witdock:plugin/state`.
    None,
    /// The new generation restored what the old one saved.
    Kept,
    /// There was state and it is lost: the old generation trapped while saving, or the new one takes no state.
    Lost,
}
