//! What happens to a plugin, as a stream.

use std::fmt;
use std::time::Duration;

use serde::Serialize;

use crate::duration::Short;
use crate::instance::{Failure, Handover};
use crate::source::{BuildEvent, Digest};

/// Something that happened to a plugin. What it logs is not among it: see [`LogLines`](crate::LogLines).
///
/// Its `Display` is for a person, to be put after the plugin's name: "running generation 2 (sha256 0123abcd), reloaded in 1.2 s". It is
/// one line, but for the reason of a rejection.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Event {
    /// A step of a build of the source folder. The lines that its tools print are log lines.
    Build(BuildEvent),
    /// A generation serves: the first one, or a new one after a reload.
    Serving {
        /// The number of the generation, from 1.
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
    /// A generation no longer serves, stands by or runs a call: its last instance was dropped.
    Retired {
        /// The number of the generation.
        generation: u64,
    },
    /// A call failed.
    Failed {
        /// The generation that was called.
        generation: u64,
        /// What was called.
        export: String,
        /// What brought it down.
        failure: Failure,
    },
    /// Calls are refused for a while after a failure.
    BackingOff {
        /// For how long.
        wait: Duration,
    },
    /// The plugin failed too often: calls are refused until it is revived or a new generation serves.
    Quarantined {
        /// How many failures it took.
        failures: u32,
        /// The last one.
        reason: String,
    },
    /// A plugin that was stopped, quarantined or backing off takes calls again.
    Revived,
    /// The plugin was stopped.
    Stopped,
    /// The file watcher failed: changes may go unseen until the plugin is reloaded by hand.
    WatchFailed {
        /// The system's message.
        message: String,
    },
    /// This listener was too slow: events were dropped before it read them.
    Missed {
        /// How many.
        count: u64,
    },
}

impl Event {
    /// Whether a person who watches the plugin wants to know: not that a first generation serves as expected or an old one
    /// is retired, and not that a call failed, which its caller is told.
    pub fn is_news(&self) -> bool {
        !matches!(
            self,
            Self::Build(BuildEvent::Line(_))
                | Self::Serving { generation: 1, .. }
                | Self::Retired { .. }
                | Self::Failed { .. }
                | Self::Unchanged { .. }
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
                    "running generation {generation} (sha256 {}), {verb} in {}",
                    digest.short(),
                    Short(*took)
                )?;
                f.write_str(match state {
                    Handover::None => "",
                    Handover::Kept => ", state kept",
                    Handover::Lost => ", state LOST",
                })
            }
            Self::Unchanged { generation } => write!(f, "running generation {generation}, unchanged"),
            Self::Rejected { generation, running, reason } => {
                write!(f, "running generation {running}; generation {generation} REJECTED: {reason}")
            }
            Self::RolledBack { from, to, reason } => {
                write!(f, "running generation {to} again; generation {from} ROLLED BACK: it {reason}")
            }
            Self::Retired { generation } => write!(f, "generation {generation} retired"),
            Self::Failed { export, failure, .. } => write!(f, "`{export}` failed: it {failure}"),
            Self::BackingOff { wait } => write!(f, "backing off for {} after a failure", Short(*wait)),
            Self::Quarantined { failures, reason } => {
                write!(f, "QUARANTINED after {failures} failures; the last call {reason}")
            }
            Self::Revived => f.write_str("revived"),
            Self::Stopped => f.write_str("stopped"),
            Self::WatchFailed { message } => {
                write!(
                    f,
                    "the file watcher failed: {message}. Changes may be missed; reload the plugin by hand"
                )
            }
            Self::Missed { count } => write!(f, "{count} events missed"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_an_event_for_a_person() {
        let took = Duration::from_millis(1234);
        let digest = Digest::of(b"x");
        let short = digest.short();
        let serving = |generation, state| Event::Serving { generation, digest, took, state };
        let told = |event: Event, is_news: bool, words: &str| {
            assert_eq!((event.to_string().as_str(), event.is_news()), (words, is_news));
        };
        let first = format!("running generation 1 (sha256 {short}), loaded in 1.2 s");
        told(serving(1, Handover::None), false, &first);
        let lost = format!("running generation 2 (sha256 {short}), reloaded in 1.2 s, state LOST");
        told(serving(2, Handover::Lost), true, &lost);
        let reason = "no such export".to_owned();
        let rejected = "running generation 1; generation 2 REJECTED: no such export";
        told(Event::Rejected { generation: 2, running: 1, reason }, true, rejected);
        told(Event::Build(BuildEvent::Finished { duration: took }), true, "built in 1.2s");
        let reason = "trapped: integer divide by zero".to_owned();
        let quarantined = "QUARANTINED after 5 failures; the last call trapped: integer divide by zero";
        told(Event::Quarantined { failures: 5, reason }, true, quarantined);
        let wait = Duration::from_millis(100);
        told(Event::BackingOff { wait }, true, "backing off for 100 ms after a failure");
        told(Event::Missed { count: 3 }, true, "3 events missed");
    }
}
