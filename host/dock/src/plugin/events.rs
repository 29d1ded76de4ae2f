//! Streams of events and log lines, for any number of listeners.

use tokio::sync::broadcast;

use super::event::Event;
use crate::{LogLevel, LogLine};

/// The events of a plugin from a moment on, for one listener.
///
/// A listener that is more than 1,024 events behind misses the oldest ones; [`Event::Missed`] reports their number.
/// [`Status`](crate::Status) is always up to date.
#[derive(Debug)]
pub struct Events(broadcast::Receiver<Event>);

/// The lines that a plugin logs from a moment on, with those of its builds (target `build`), for one listener.
///
/// A listener that is more than 1,024 lines behind misses the oldest ones; a warning with the target `witdock` reports their
/// number.
#[derive(Debug)]
pub struct LogLines(broadcast::Receiver<LogLine>);

impl Events {
    pub(crate) fn new(receiver: broadcast::Receiver<Event>) -> Self {
        Self(receiver)
    }

    /// Waits for the next event. `None` when the plugin has ended.
    pub async fn next(&mut self) -> Option<Event> {
        match self.0.recv().await {
            Ok(event) => Some(event),
            Err(broadcast::error::RecvError::Lagged(count)) => Some(Event::Missed { count }),
            Err(broadcast::error::RecvError::Closed) => None,
        }
    }

    /// Returns the next event without waiting. `None` if there is none yet, or the plugin has ended.
    pub fn try_next(&mut self) -> Option<Event> {
        match self.0.try_recv() {
            Ok(event) => Some(event),
            Err(broadcast::error::TryRecvError::Lagged(count)) => Some(Event::Missed { count }),
            Err(broadcast::error::TryRecvError::Empty | broadcast::error::TryRecvError::Closed) => None,
        }
    }
}

impl LogLines {
    pub(crate) fn new(receiver: broadcast::Receiver<LogLine>) -> Self {
        Self(receiver)
    }

    /// Waits for the next line. `None` when the plugin has ended.
    pub async fn next(&mut self) -> Option<LogLine> {
        match self.0.recv().await {
            Ok(line) => Some(line),
            Err(broadcast::error::RecvError::Lagged(count)) => Some(missed(count)),
            Err(broadcast::error::RecvError::Closed) => None,
        }
    }

    /// Returns the next line without waiting. `None` if there is none yet, or the plugin has ended.
    pub fn try_next(&mut self) -> Option<LogLine> {
        match self.0.try_recv() {
            Ok(line) => Some(line),
            Err(broadcast::error::TryRecvError::Lagged(count)) => Some(missed(count)),
            Err(broadcast::error::TryRecvError::Empty | broadcast::error::TryRecvError::Closed) => None,
        }
    }
}

fn missed(count: u64) -> LogLine {
    LogLine {
        level: LogLevel::Warn,
        target: "witdock".to_owned(),
        message: format!("{count} log lines missed"),
    }
}
