//! Reports events of plugins to people, and reloads to the stages.

use tokio::sync::watch;
use witdock::{BuildEvent, Event, Handover, Interface, PluginBuilder};

use crate::progress::Reporter;

/// The last reload of a plugin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reloads {
    /// The newest generation that ever served.
    pub generation: u64,
    /// What became of the state of the one before it.
    pub handover: Handover,
}

/// Follows a plugin's events, and its builds, until it is dropped.
pub(crate) fn follow<I: Interface>(
    stage: &str,
    builder: &PluginBuilder<I>,
    reporter: Reporter,
) -> watch::Receiver<Reloads> {
    let (sender, receiver) = watch::channel(Reloads { generation: 0, handover: Handover::None });
    let (mut events, mut lines) = (builder.events(), builder.log_lines());
    let stage = stage.to_owned();
    tokio::spawn(async move {
        loop {
            let event = tokio::select! {
                // A build that has finished is not reported as running by a line that came before.
                biased;
                Some(line) = lines.next() => {
                    if line.target == "build" && !line.message.trim().is_empty() {
                        reporter.building(&format!("{stage}: {}", line.message.trim()));
                    }
                    continue;
                }
                event = events.next() => event,
            };
            let Some(event) = event else { break };
            match &event {
                Event::Serving { generation, state, .. } => {
                    sender.send_replace(Reloads { generation: *generation, handover: *state });
                }
                Event::Build(BuildEvent::Finished { .. }) | Event::Rejected { .. } => reporter.built(),
                _ => {}
            }
            if event.is_news() {
                reporter.message(&format!("{stage}: {event}"));
            }
        }
        reporter.built();
    });
    receiver
}
