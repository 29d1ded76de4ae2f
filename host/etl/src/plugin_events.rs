//! Tells a person what happens to plugins, and the stages which reloads there were.

use tokio::sync::{broadcast, watch};
use witdock::{BuildEvent, Event, Handover};

use crate::progress::{Reporter, duration};

/// The last reload of a plugin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reloads {
    /// The newest generation that ever served.
    pub generation: u64,
    /// What became of the state of the one before it.
    pub handover: Handover,
}

/// Follows a plugin's events until it is dropped.
pub(crate) fn follow(
    stage: &str,
    mut events: broadcast::Receiver<Event>,
    reporter: Reporter,
) -> watch::Receiver<Reloads> {
    let (sender, receiver) = watch::channel(Reloads { generation: 0, handover: Handover::None });
    let stage = stage.to_owned();
    tokio::spawn(async move {
        loop {
            match events.recv().await {
                Ok(event) => {
                    if let Event::Serving { generation, state, .. } = &event {
                        sender.send_replace(Reloads { generation: *generation, handover: *state });
                    }
                    match &event {
                        Event::Build(BuildEvent::Line(line)) if !line.trim().is_empty() => {
                            reporter.building(&format!("{stage}: {}", line.trim()));
                        }
                        Event::Build(BuildEvent::Finished { .. }) | Event::Rejected { .. } => {
                            reporter.built()
                        }
                        _ => {}
                    }
                    if let Some(words) = words(&event) {
                        reporter.message(&format!("{stage}: {words}"));
                    }
                }
                Err(broadcast::error::RecvError::Lagged(missed)) => {
                    tracing::debug!(stage, missed, "events were missed");
                }
                Err(broadcast::error::RecvError::Closed) => break,
            }
        }
        reporter.built();
    });
    receiver
}

/// What a person is told. Log lines go to the log, and a first generation that simply serves is no news.
fn words(event: &Event) -> Option<String> {
    Some(match event {
        Event::Build(BuildEvent::Started { what }) => format!("building: {what}"),
        Event::Build(BuildEvent::TargetAdded { target }) => format!("rustup has added the target {target}"),
        Event::Build(BuildEvent::Finished { duration: took }) => format!("built in {}", duration(*took)),
        Event::Serving { generation, digest, took, state } if *generation > 1 => {
            let state = match state {
                Handover::None => "",
                Handover::Kept => ", with its state",
                Handover::Lost => ", and its state is LOST",
            };
            format!(
                "running generation {generation} (sha256 {}), reloaded in {}{state}",
                digest.short(),
                duration(*took)
            )
        }
        Event::Rejected { generation, running, reason } => {
            format!("running generation {running}; generation {generation} REJECTED: {reason}")
        }
        Event::RolledBack { from, to, reason } => {
            format!("running generation {to} again; generation {from} ROLLED BACK: it {reason}")
        }
        Event::BackingOff { wait } => format!("rests for {} after a failure", duration(*wait)),
        Event::Quarantined { reason } => format!("in QUARANTINE after too many failures, the last: {reason}"),
        Event::WatchFailed { message } => format!("changes may go unseen: {message}"),
        _ => return None,
    })
}
