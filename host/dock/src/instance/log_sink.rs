//! The destination of a plugin's log lines, from `witdock:plugin/log`, stdout and stderr.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::sync::broadcast;

use super::log::{LogLevel, LogLine};
use crate::lock::lock;

/// Longer lines are truncated.
const LONGEST_LINE_BYTES: usize = 8 << 10;
/// The number of recent lines that are kept: at most 2 MB.
const RECENT_LINES: usize = 256;

/// The log of one plugin, shared by its instances. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct LogSink(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    plugin: Arc<str>,
    max_level: LogLevel,
    rate: Mutex<Rate>,
    recent: Mutex<VecDeque<LogLine>>,
    lines: broadcast::Sender<LogLine>,
}

impl LogSink {
    pub(crate) fn new(
        plugin: Arc<str>,
        max_level: LogLevel,
        lines_per_second: u32,
        lines: broadcast::Sender<LogLine>,
    ) -> Self {
        Self(Arc::new(Inner {
            plugin,
            max_level,
            rate: Mutex::new(Rate::new(lines_per_second)),
            recent: Mutex::default(),
            lines,
        }))
    }

    pub(crate) fn max_level(&self) -> LogLevel {
        self.0.max_level
    }

    pub(crate) fn write(&self, level: LogLevel, target: &str, message: &str) {
        if level > self.0.max_level {
            return;
        }
        let (admitted, dropped) = lock(&self.0.rate).admit(Instant::now());
        if dropped > 0 {
            self.emit(LogLevel::Warn, "witdock", format!("{dropped} log lines dropped: over the limit"));
        }
        if admitted {
            self.emit(level, target, cut(message).to_owned());
        }
    }

    fn emit(&self, level: LogLevel, target: &str, message: String) {
        let plugin = &*self.0.plugin;
        match level {
            LogLevel::Error => tracing::error!(target: "plugin", plugin, from = target, "{message}"),
            LogLevel::Warn => tracing::warn!(target: "plugin", plugin, from = target, "{message}"),
            LogLevel::Info => tracing::info!(target: "plugin", plugin, from = target, "{message}"),
            LogLevel::Debug => tracing::debug!(target: "plugin", plugin, from = target, "{message}"),
            LogLevel::Trace => tracing::trace!(target: "plugin", plugin, from = target, "{message}"),
        }
        let line = LogLine { level, target: target.to_owned(), message };
        {
            let mut recent = lock(&self.0.recent);
            if recent.len() == RECENT_LINES {
                recent.pop_front();
            }
            recent.push_back(line.clone());
        }
        // Fails only if nobody listens.
        let _ = self.0.lines.send(line);
    }

    /// The last lines, the newest at the end.
    pub(crate) fn recent(&self) -> Vec<LogLine> {
        lock(&self.0.recent).iter().cloned().collect()
    }
}

fn cut(message: &str) -> &str {
    message.get(..message.floor_char_boundary(LONGEST_LINE_BYTES)).unwrap_or(message)
}

/// Lines within the current second.
#[derive(Debug)]
struct Rate {
    limit: u32,
    second: Option<Instant>,
    lines: u32,
    dropped: u64,
}

impl Rate {
    fn new(limit: u32) -> Self {
        Self { limit, second: None, lines: 0, dropped: 0 }
    }

    /// Whether a line may pass now, and how many were dropped in the last second.
    fn admit(&mut self, now: Instant) -> (bool, u64) {
        let mut dropped = 0;
        let over =
            self.second.is_none_or(|start| now.saturating_duration_since(start) >= Duration::from_secs(1));
        if over {
            dropped = std::mem::take(&mut self.dropped);
            self.second = Some(now);
            self.lines = 0;
        }
        if self.lines < self.limit {
            self.lines += 1;
            (true, dropped)
        } else {
            self.dropped += 1;
            (false, dropped)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drops_lines_above_the_limit_and_reports_their_number() {
        let mut rate = Rate::new(3);
        let now = Instant::now();
        let admitted = (0..10).filter(|_| rate.admit(now).0).count();
        assert_eq!(admitted, 3);
        assert_eq!(rate.admit(now + Duration::from_secs(1)), (true, 7));
        assert_eq!(rate.admit(now + Duration::from_secs(1)), (true, 0));
    }

    #[test]
    fn truncates_a_long_line_between_characters() {
        let long = "ä".repeat(LONGEST_LINE_BYTES);
        assert_eq!(cut(&long).len(), LONGEST_LINE_BYTES);
        assert_eq!(cut("short"), "short");
    }
}
