//! The events of a plugin.

use std::fmt;
use std::time::Duration;

use serde::Serialize;

use crate::foreign::Digest;
use crate::grants::Refused;
use crate::instance::{Failure, Handover};
use crate::source::BuildEvent;
use crate::text;
use crate::text::Short;
use crate::text::counted::counted;

/// An event of a plugin. Log lines are separate: see [`LogLines`](crate::LogLines).
///
/// Its `Display` is for people, after the plugin's name: "running generation 2 (sha256 0123abcd), reloaded in 1.2 s". It is
/// one line, except for the reason of a rejection.
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
        /// The digest of its component.
        digest: Digest,
        /// From the start of the load, or from the settled file change, to the first call that it can take.
        took: Duration,
        /// Whether it got the state of the generation before it.
        state: Handover,
    },
    /// The source was read again, and is the same as what runs.
    Unchanged {
        /// The generation that runs.
        generation: u64,
    },
    /// A new generation was refused; the old one keeps serving.
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
        /// The failure.
        reason: String,
    },
    /// A generation was retired: it neither serves, nor is it on standby, nor does it run a call.
    Retired {
        /// The number of the generation.
        generation: u64,
    },
    /// A call failed.
    Failed {
        /// The generation that was called.
        generation: u64,
        /// The name that the call was made under.
        export: String,
        /// Why it failed.
        failure: Failure,
    },
    /// Calls are refused for a while after a failure.
    BackingOff {
        /// The length of the back-off.
        wait: Duration,
    },
    /// The plugin failed too often: calls are refused until it is revived or a new generation serves.
    Quarantined {
        /// The number of failures within the window.
        failures: u32,
        /// The reason of the last failure.
        reason: String,
    },
    /// The host no longer grants what a generation runs with: its calls are cancelled, and its files and sockets closed.
    Revoked {
        /// The generation: the one that serves, or an older one that is on standby or still runs calls.
        generation: u64,
        /// What was revoked, and what to do.
        refused: Refused,
    },
    /// A plugin that was stopped, quarantined or backing off, or whose grants were revoked, takes calls again.
    Revived,
    /// The plugin was stopped.
    Stopped,
    /// The file watcher failed: changes may be missed until the plugin is reloaded by hand.
    WatchFailed {
        /// The operating system's message.
        message: String,
    },
    /// This listener was too slow: events were dropped before it read them.
    Missed {
        /// The number of missed events.
        count: u64,
    },
}

impl Event {
    /// Whether to show the event to a user: not the start of a first generation, a retired generation, or a failed call, whose
    /// caller gets the error.
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
                write!(
                    f,
                    "running generation {running}; generation {generation} REJECTED: {}",
                    text::block(reason)
                )
            }
            Self::RolledBack { from, to, reason } => {
                write!(
                    f,
                    "running generation {to} again; generation {from} ROLLED BACK: it {}",
                    text::block(reason)
                )
            }
            Self::Retired { generation } => write!(f, "generation {generation} retired"),
            Self::Failed { export, failure, .. } => write!(f, "`{export}` failed: it {failure}"),
            Self::BackingOff { wait } => write!(f, "backing off for {} after a failure", Short(*wait)),
            Self::Quarantined { failures, reason } => {
                let failures = counted(u64::from(*failures), "failure");
                write!(f, "QUARANTINED after {failures}; the last call {reason}")
            }
            Self::Revoked { generation, refused } => {
                write!(f, "generation {generation} STOPPED: the host revoked {}", refused.summary())
            }
            Self::Revived => f.write_str("revived"),
            Self::Stopped => f.write_str("stopped"),
            Self::WatchFailed { message } => {
                write!(
                    f,
                    "the file watcher failed: {}. Changes may be missed; reload the plugin by hand",
                    text::line(message)
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
        let check = |event: Event, is_news: bool, words: &str| {
            assert_eq!((event.to_string().as_str(), event.is_news()), (words, is_news));
        };
        let first = format!("running generation 1 (sha256 {short}), loaded in 1.2 s");
        check(serving(1, Handover::None), false, &first);
        let lost = format!("running generation 2 (sha256 {short}), reloaded in 1.2 s, state LOST");
        check(serving(2, Handover::Lost), true, &lost);
        let reason = "no such export".to_owned();
        let rejected = "running generation 1; generation 2 REJECTED: no such export";
        check(Event::Rejected { generation: 2, running: 1, reason }, true, rejected);
        check(Event::Build(BuildEvent::Finished { duration: took }), true, "built in 1.2s");
        let reason = "trapped: integer divide by zero".to_owned();
        let quarantined = "QUARANTINED after 5 failures; the last call trapped: integer divide by zero";
        check(Event::Quarantined { failures: 5, reason }, true, quarantined);
        let wait = Duration::from_millis(100);
        check(Event::BackingOff { wait }, true, "backing off for 100 ms after a failure");
        check(Event::Missed { count: 3 }, true, "3 events missed");
    }
}
