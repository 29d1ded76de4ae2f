//! Copies bytes between two connections, in both directions.

use std::cell::Cell;
use std::io;
use std::pin::pin;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::time::Instant;

/// The way that bytes go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    ToServer,
    ToClient,
}

/// Bytes that are read at once. Two of these buffers are what a tunnel costs.
const BUFFER: usize = 16 << 10;

/// Copies until both sides have ended, one has failed, or nothing has moved for too long. A side that ends its direction
/// still gets the other one.
pub(crate) async fn copy(
    client: impl AsyncRead + AsyncWrite,
    server: impl AsyncRead + AsyncWrite,
    idle: Duration,
    passed: impl Fn(Direction, usize),
) -> io::Result<()> {
    let (client_reader, client_writer) = tokio::io::split(client);
    let (server_reader, server_writer) = tokio::io::split(server);
    let moved = Cell::new(Instant::now());
    let note = |direction, bytes| {
        moved.set(Instant::now());
        passed(direction, bytes);
    };
    let both = async {
        tokio::try_join!(
            one_way(client_reader, server_writer, |bytes| note(Direction::ToServer, bytes)),
            one_way(server_reader, client_writer, |bytes| note(Direction::ToClient, bytes)),
        )
    };
    let mut both = pin!(both);
    loop {
        let end = moved.get() + idle;
        if let Ok(result) = tokio::time::timeout_at(end, &mut both).await {
            return result.map(|_| ());
        }
        if moved.get() + idle <= Instant::now() {
            return Err(io::Error::new(io::ErrorKind::TimedOut, format!("no byte for {idle:?}")));
        }
    }
}

async fn one_way(
    mut reader: impl AsyncRead + Unpin,
    mut writer: impl AsyncWrite + Unpin,
    passed: impl Fn(usize),
) -> io::Result<()> {
    let mut buffer = Vec::with_capacity(BUFFER);
    loop {
        buffer.clear();
        if reader.read_buf(&mut buffer).await? == 0 {
            // The other side has to see the end.
            return writer.shutdown().await;
        }
        writer.write_all(&buffer).await?;
        writer.flush().await?;
        passed(buffer.len());
    }
}
