//! Turns a guest's stdout and stderr into log lines.

use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use bytes::Bytes;
use tokio::io::AsyncWrite;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamResult};

use super::log::LogLevel;
use super::log_sink::LogSink;
use crate::grants::{CapabilityKind, Uses};
use crate::lock::lock;

/// One of the two standard streams of an instance. All handles to it write to one line, of which the host keeps the beginning.
pub(crate) struct LogStream(Arc<Mutex<LineSplitter>>);

impl LogStream {
    pub(crate) fn stdout(log: LogSink, uses: Arc<Uses>) -> Self {
        Self::new(log, uses, LogLevel::Info, "stdout")
    }

    pub(crate) fn stderr(log: LogSink, uses: Arc<Uses>) -> Self {
        Self::new(log, uses, LogLevel::Warn, "stderr")
    }

    fn new(log: LogSink, uses: Arc<Uses>, level: LogLevel, target: &'static str) -> Self {
        Self(Arc::new(Mutex::new(LineSplitter { log, uses, level, target, pending: Vec::new() })))
    }

    fn writer(&self) -> Writer {
        Writer(self.0.clone())
    }
}

impl IsTerminal for LogStream {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for LogStream {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(self.writer())
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.writer())
    }
}

/// Splits the output into lines.
struct LineSplitter {
    log: LogSink,
    uses: Arc<Uses>,
    level: LogLevel,
    target: &'static str,
    pending: Vec<u8>,
}

/// A longer line is split into pieces of this size.
const LONGEST_PENDING_BYTES: usize = 8 << 10;

impl LineSplitter {
    fn push(&mut self, bytes: &[u8]) {
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            for piece in line.chunks(LONGEST_PENDING_BYTES) {
                self.pending.extend_from_slice(piece);
                if piece.ends_with(b"\n") || self.pending.len() >= LONGEST_PENDING_BYTES {
                    self.flush_line();
                }
            }
        }
    }

    fn flush_line(&mut self) {
        if self.pending.is_empty() {
            return;
        }
        self.uses.count(CapabilityKind::Stdio);
        let line = String::from_utf8_lossy(&self.pending);
        self.log.write(self.level, self.target, line.trim_end_matches(['\r', '\n']));
        self.pending.clear();
    }
}

impl Drop for LineSplitter {
    fn drop(&mut self) {
        self.flush_line();
    }
}

/// A handle to a standard stream. When it is dropped, an unfinished line is written.
struct Writer(Arc<Mutex<LineSplitter>>);

impl Writer {
    fn push(&self, bytes: &[u8]) {
        lock(&self.0).push(bytes);
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        lock(&self.0).flush_line();
    }
}

#[wasmtime_wasi::async_trait]
impl Pollable for Writer {
    async fn ready(&mut self) {}
}

impl OutputStream for Writer {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.push(&bytes);
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(64 << 10)
    }
}

impl AsyncWrite for Writer {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<std::io::Result<usize>> {
        self.push(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
