//! A line for each exchange, written by a thread of its own: no worker waits for a disk.

use std::fs::OpenOptions;
use std::io::{self, BufWriter, Write};
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
    dropped: AtomicU64,
}

impl AccessLog {
    /// Opens the log. A file is appended to; one that was moved away is made again when the configuration is loaded again.
    pub(crate) fn open(config: &AccessLogConfig) -> io::Result<Self> {
        let target: Option<Box<dyn Write + Send>> = match &config.target {
            LogTarget::Off => None,
            LogTarget::Stdout => Some(Box::new(io::stdout())),
            LogTarget::File(path) => Some(Box::new(OpenOptions::new().append(true).create(true).open(path)?)),
        };
        let lines = match target {
            None => None,
            Some(target) => {
                let (sender, receiver) = sync_channel(WAITING);
                std::thread::Builder::new().name("log-writer".to_owned()).spawn(move || {
                    if let Err(error) = write(&receiver, BufWriter::new(target)) {
                        tracing::error!("the access log cannot be written any more: {error}");
                    }
                })?;
                Some(sender)
            }
        };
        Ok(Self { lines, format: config.format, dropped: AtomicU64::new(0) })
    }

    /// A log that nothing is written to.
    pub(crate) fn off() -> Self {
        Self { lines: None, format: LogFormat::default(), dropped: AtomicU64::new(0) }
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

/// Writes until the log is dropped. What has come together is written together.
fn write(lines: &Receiver<String>, mut target: BufWriter<Box<dyn Write + Send>>) -> io::Result<()> {
    while let Ok(line) = lines.recv() {
        writeln!(target, "{line}")?;
        while let Ok(line) = lines.try_recv() {
            writeln!(target, "{line}")?;
        }
        target.flush()?;
    }
    target.flush()
}
