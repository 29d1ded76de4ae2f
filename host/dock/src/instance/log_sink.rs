//! The destination of a plugin's log lines, from `witdock:plugin/log`, stdout and stderr.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::sync::broadcast;

use super::log::{LogLevel, LogLine};
use crate::lock::lock;
use crate::text;

/// The number of recent lines that are kept.
const RECENT_LINES: usize = 256;
/// What they may have together, bytes: the oldest make room. A line has at most 8 KiB, so there are always some.
const RECENT_BYTES: usize = 1 << 20;

/// The log of one plugin, shared by its instances. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct LogSink(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    plugin: Arc<str>,
    max_level: LogLevel,
    rate: Mutex<Rate>,
    recent: Mutex<Recent>,
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
            self.emit(LogLevel::Warn, "witdock", &format!("{dropped} log lines dropped: over the limit"));
        }
        if admitted {
            self.emit(level, target, message);
        }
    }

    /// Everything that is kept of a line, here and by its listeners, is bounded and safe to show from here on.
    fn emit(&self, level: LogLevel, target: &str, message: &str) {
        let plugin = &*self.0.plugin;
        let target = text::name(target).to_string();
        let message = text::line(message).to_string();
        {
            let from = &*target;
            match level {
                LogLevel::Error => tracing::error!(target: "plugin", plugin, from, "{message}"),
                LogLevel::Warn => tracing::warn!(target: "plugin", plugin, from, "{message}"),
                LogLevel::Info => tracing::info!(target: "plugin", plugin, from, "{message}"),
                LogLevel::Debug => tracing::debug!(target: "plugin", plugin, from, "{message}"),
                LogLevel::Trace => tracing::trace!(target: "plugin", plugin, from, "{message}"),
            }
        }
        let line = LogLine { level, target, message };
        lock(&self.0.recent).push(line.clone());
        // Fails only if nobody listens.
        let _ = self.0.lines.send(line);
    }

    /// The last lines, the newest at the end.
    pub(crate) fn recent(&self) -> Vec<LogLine> {
        lock(&self.0.recent).lines.iter().cloned().collect()
    }

    /// What the last lines have together, bytes.
    pub(crate) fn recent_bytes(&self) -> usize {
        lock(&self.0.recent).bytes
    }
}

/// The last lines of a log.
#[derive(Debug, Default)]
struct Recent {
    lines: VecDeque<LogLine>,
    bytes: usize,
}

impl Recent {
    fn push(&mut self, line: LogLine) {
        self.bytes += bytes(&line);
        self.lines.push_back(line);
        while self.lines.len() > RECENT_LINES || self.bytes > RECENT_BYTES {
            let Some(oldest) = self.lines.pop_front() else { return };
            self.bytes -= bytes(&oldest);
        }
    }
}

fn bytes(line: &LogLine) -> usize {
    line.target.len() + line.message.len()
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

    fn sink(listener: &broadcast::Sender<LogLine>) -> LogSink {
        LogSink::new("p".into(), LogLevel::Debug, u32::MAX, listener.clone())
    }

    #[test]
    fn what_is_kept_of_lines_is_bounded() {
        let lines = broadcast::Sender::new(1);
        let mut listener = lines.subscribe();
        let sink = sink(&lines);
        let long = "ä".repeat(15 << 20);
        for _ in 0..300 {
            sink.write(LogLevel::Info, &long, &long);
        }
        let kept: usize =
            sink.recent().iter().map(|line| line.target.capacity() + line.message.capacity()).sum();
        assert!(kept <= 2 * RECENT_BYTES, "{kept}");
        assert!(sink.recent_bytes() <= RECENT_BYTES);
        assert!(listener.blocking_recv().is_err(), "one line is kept, the others were missed");
        let line = listener.blocking_recv().unwrap();
        assert!(line.target.len() <= 300 && line.message.len() <= 9 << 10);
        for _ in 0..1000 {
            sink.write(LogLevel::Info, "a", "short");
        }
        assert_eq!((sink.recent().len(), sink.recent_bytes()), (RECENT_LINES, RECENT_LINES * 6));
    }

    // attack: a line break in a log line, to forge the next one
    // host: shows `\n`
    #[test]
    fn a_line_forges_no_other_line() {
        let sink = sink(&broadcast::Sender::new(1));
        sink.write(LogLevel::Info, "a\nerror b", "ready\r\n\u{1b}[31merror: host failed");
        let line = sink.recent().pop().unwrap();
        assert_eq!(line.to_string(), r"info a\nerror b: ready\r\n\u{1b}[31merror: host failed");
    }
}
