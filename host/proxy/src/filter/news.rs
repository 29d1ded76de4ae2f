//! What filters' plugins tell: their events and their log lines, in the proxy's log.

use tracing::{debug, error, info, trace, warn};
use witdock::{Event, LogLevel, LogLine, PluginBuilder};

use super::guest::Guest;

/// Follows a plugin from its load on, until it is dropped.
pub(super) fn follow(filter: &str, builder: &PluginBuilder<Guest>) {
    let (mut events, mut lines) = (builder.events(), builder.log_lines());
    let filter = filter.to_owned();
    tokio::spawn(async move {
        loop {
            tokio::select! {
                biased;
                Some(line) = lines.next() => log(&filter, &line),
                event = events.next() => match event {
                    Some(event) => tell(&filter, &event),
                    None => break,
                },
            }
        }
    });
}

fn tell(filter: &str, event: &Event) {
    match event {
        Event::Failed { .. }
        | Event::Rejected { .. }
        | Event::RolledBack { .. }
        | Event::Quarantined { .. } => {
            warn!(filter, "{event}");
        }
        event if event.is_news() => info!(filter, "{event}"),
        event => debug!(filter, "{event}"),
    }
}

/// A line of the plugin's own. The dock has made it one line that a terminal obeys nothing of.
fn log(filter: &str, line: &LogLine) {
    let LogLine { target, message, .. } = line;
    match line.level {
        LogLevel::Error => error!(filter, target, "{message}"),
        LogLevel::Warn => warn!(filter, target, "{message}"),
        LogLevel::Info => info!(filter, target, "{message}"),
        LogLevel::Debug => debug!(filter, target, "{message}"),
        LogLevel::Trace => trace!(filter, target, "{message}"),
    }
}
