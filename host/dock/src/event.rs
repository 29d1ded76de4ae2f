//! What happens to a plugin, as a stream.

use std::fmt;
use std::time::Duration;

use serde::Serialize;

use crate::failure::Failure;
use crate::log::LogLine;
use crate::source::{BuildEvent, Digest};

/// Something that happened to a plugin. A slow listener loses the oldest events; [`Status`](crate::Status) always tells
/// how things stand.
///
/// Its `Display` is for a person, to be put after the plugin's name: "running generation 2 (sha256 0123abcd), reloaded in 1.2s". All of it
/// fits on one line but the reason of a rejection.
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

impl Event {
    /// Whether a person who watches the plugin wants to know: not each line of a build or of a log, not that a first
    /// generation serves as it should or an old one is gone, and not that a call failed, which its caller is told.
    pub fn is_news(&self) -> bool {
        !matches!(
            self,
            Self::Build(BuildEvent::Line(_))
                | Self::Serving { generation: 1, .. }
                | Self::Retired { .. }
                | Self::Failed { .. }
                | Self::Unchanged { .. }
                | Self::Log(_)
        )
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Build(step) => step.fmt(f),
            Self::Serving { generation, digest, took, state } => {
                let verb = if *generation > 1 { "reloaded" } else { "loaded" };
                write!(
                    f,
                    "running generation {generation} (sha256 {}), {verb} in {took:.1?}",
                    digest.short()
                )?;
                f.write_str(match state {
                    Handover::None => "",
                    Handover::Kept => ", with its state",
                    Handover::Lost => ", and its state is LOST",
                })
            }
            Self::Unchanged { generation } => write!(f, "running generation {generation}, unchanged"),
            Self::Rejected { generation, running, reason } => {
                write!(f, "running generation {running}; generation {generation} REJECTED: {reason}")
            }
            Self::RolledBack { from, to, reason } => {
                write!(f, "running generation {to} again; generation {from} ROLLED BACK: it {reason}")
            }
            Self::Retired { generation } => write!(f, "generation {generation} is gone"),
            Self::Failed { export, failure } => write!(f, "`{export}` failed: it {failure}"),
            Self::BackingOff { wait } => write!(f, "rests for {wait:.1?} after a failure"),
            Self::Quarantined { reason } => {
                write!(f, "in QUARANTINE after too many failures, the last: it {reason}")
            }
            Self::Revived => f.write_str("may be called again"),
            Self::Stopped => f.write_str("stopped"),
            Self::WatchFailed { message } => write!(f, "changes may go unseen: {message}"),
            Self::Log(line) => line.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::LogLevel;

    #[test]
    fn an_event_is_told_in_a_sentence() {
        let took = Duration::from_millis(1234);
        let digest = Digest::of(b"x");
        let short = digest.short();
        let serving = |generation, state| Event::Serving { generation, digest, took, state };
        let told = |event: Event, is_news: bool, words: &str| {
            assert_eq!((event.to_string().as_str(), event.is_news()), (words, is_news));
        };
        let first = format!("running generation 1 (sha256 {short}), loaded in 1.2s");
        told(serving(1, Handover::None), false, &first);
        let lost = format!("running generation 2 (sha256 {short}), reloaded in 1.2s, and its state is LOST");
        told(serving(2, Handover::Lost), true, &lost);
        let reason = "no such export".to_owned();
        let rejected = "running generation 1; generation 2 REJECTED: no such export";
        told(Event::Rejected { generation: 2, running: 1, reason }, true, rejected);
        told(Event::Build(BuildEvent::Finished { duration: took }), true, "built in 1.2s");
        let (target, message) = ("plugin".to_owned(), "hello".to_owned());
        told(Event::Log(LogLine { level: LogLevel::Warn, target, message }), false, "warn plugin: hello");
    }
}
