//! Reports events of plugins to people.

use witdock::{BuildEvent, Event, Interface, PluginBuilder};

use crate::progress::Reporter;

/// Follows a plugin's events, and its builds, until it is dropped.
pub(crate) fn follow<I: Interface>(stage: &str, builder: &PluginBuilder<I>, reporter: Reporter) {
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
            if matches!(event, Event::Build(BuildEvent::Finished { .. }) | Event::Rejected { .. }) {
                reporter.built();
            }
            if event.is_news() {
                reporter.message(&format!("{stage}: {event}"));
            }
        }
        reporter.built();
    });
}
