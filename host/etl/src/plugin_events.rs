//! Tells a person what happens to plugins, and the stages which reloads there were.

use tokio::sync::{broadcast, watch};
use witdock::{BuildEvent, Event, Handover};

use crate::progress::Reporter;

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
                    if event.is_news() {
                        reporter.message(&format!("{stage}: {event}"));
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
