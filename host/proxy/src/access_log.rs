//! A line for each exchange, written by a thread of its own: no worker waits for a disk.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};

use crate::config::{AccessLogConfig, LogFormat, LogTarget};
use crate::exchange::AccessRecord;

/// Lines that wait for the thread. More are dropped and counted: a disk that stands still must not stop requests.
const WAITING: usize = 16 << 10;

/// Where access log lines go.
#[derive(Debug)]
pub(crate) struct AccessLog {
    lines: Option<SyncSender<String>>,
    format: LogFormat,
    dropped: Arc<AtomicU64>,
}

impl AccessLog {
    /// Opens the log. A file is appended to; one that was moved away is made again when the configuration is loaded again.
    pub(crate) fn open(config: &AccessLogConfig) -> io::Result<Self> {
        let target: Option<Box<dyn Write + Send>> = match &config.target {
            LogTarget::Off => None,
            LogTarget::Stdout => Some(Box::new(io::stdout())),
            LogTarget::File(path) => Some(Box::new(OpenOptions::new().append(true).create(true).open(path)?)),
        };
        let dropped = Arc::new(AtomicU64::new(0));
        let lines = match target {
            None => None,
            Some(target) => {
                let (sender, receiver) = sync_channel(WAITING);
                let failed = Arc::clone(&dropped);
                std::thread::Builder::new()
                    .name("log-writer".to_owned())
                    .spawn(move || write(&receiver, target, &failed))?;
                Some(sender)
            }
        };
        Ok(Self { lines, format: config.format, dropped })
    }

    /// A log that nothing is written to.
    pub(crate) fn off() -> Self {
        Self { lines: None, format: LogFormat::default(), dropped: Arc::default() }
    }

    pub(crate) fn is_on(&self) -> bool {
        self.lines.is_some()
    }

    pub(crate) fn write(&self, record: &AccessRecord) {
        let Some(lines) = &self.lines else { return };
        let line = match self.format {
            LogFormat::Text => record.to_string(),
            LogFormat::Json => match serde_json::to_string(record) {
                Ok(line) => line,
                Err(error) => return tracing::error!("an access log line cannot be written: {error}"),
            },
        };
        match lines.try_send(line) {
            Ok(()) => {}
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => {
                self.dropped.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    /// Lines that were dropped.
    pub(crate) fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }
}

/// Bytes that are written at once. Whole lines: during a reload two logs may append to the same file.
const BATCH: usize = 64 << 10;

/// Writes until the log is dropped. What has come together is written together.
fn write(lines: &Receiver<String>, mut target: Box<dyn Write + Send>, dropped: &AtomicU64) {
    let mut batch = String::new();
    let mut is_failing = false;
    while let Ok(line) = lines.recv() {
        batch.clear();
        let mut count = 1;
        batch.push_str(&line);
        batch.push('\n');
        while batch.len() < BATCH
            && let Ok(line) = lines.try_recv()
        {
            count += 1;
            batch.push_str(&line);
            batch.push('\n');
        }
        match target.write_all(batch.as_bytes()).and_then(|()| target.flush()) {
            Ok(()) => is_failing = false,
            Err(error) => {
                // A full disk may have room again: the next lines are tried, and the trouble is told once.
                dropped.fetch_add(count, Ordering::Relaxed);
                if !std::mem::replace(&mut is_failing, true) {
                    tracing::error!("the access log cannot be written, lines are dropped: {error}");
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A disk that is full, then has room.
    struct Disk {
        failures: u32,
        written: std::sync::mpsc::Sender<String>,
    }

    impl Write for Disk {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if self.failures > 0 {
                self.failures -= 1;
                return Err(io::ErrorKind::StorageFull.into());
            }
            self.written.send(String::from_utf8_lossy(bytes).into_owned()).unwrap();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_full_disk_drops_lines_and_later_ones_are_written() {
        let (sender, lines) = sync_channel(10);
        let (written, seen) = std::sync::mpsc::channel();
        let dropped = AtomicU64::new(0);
        std::thread::scope(|scope| {
            let dropped = &dropped;
            scope.spawn(move || write(&lines, Box::new(Disk { failures: 1, written }), dropped));
            sender.send("one".to_owned()).unwrap();
            while dropped.load(Ordering::Relaxed) == 0 {
                std::thread::yield_now();
            }
            sender.send("two".to_owned()).unwrap();
            assert_eq!(seen.recv().unwrap(), "two\n");
            drop(sender);
        });
        assert_eq!(dropped.into_inner(), 1);
    }
}
