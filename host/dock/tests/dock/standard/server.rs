//! A web server for tests, on a free port of 127.0.0.1.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

/// It answers by the path: `/size/1000` with that many bytes, `/chunked/1000` without saying how many, `/to/URL` with a redirect, and
/// `/never` not at all.
pub(super) struct Server {
    pub(super) port: u16,
    connections: Arc<AtomicUsize>,
    /// A message for each connection whose other side has closed it.
    pub(super) closed: mpsc::UnboundedReceiver<()>,
}

impl Server {
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (closing, closed) = mpsc::unbounded_channel();
        let connections = Arc::<AtomicUsize>::default();
        let counted = connections.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::Relaxed);
                let closing = closing.clone();
                tokio::spawn(async move {
                    // Fails if the other side has ended.
                    let _ = serve(stream).await;
                    let _ = closing.send(());
                });
            }
        });
        Self { port, connections, closed }
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    pub(super) fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }
}

async fn serve(mut stream: TcpStream) -> std::io::Result<()> {
    let mut request = Vec::new();
    let end = loop {
        if let Some(end) = request.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
        if stream.read_buf(&mut request).await? == 0 {
            return Ok(());
        }
    };
    let head = String::from_utf8_lossy(&request[..end]).to_ascii_lowercase();
    if head.contains("transfer-encoding: chunked") {
        while !request[end..].ends_with(b"0\r\n\r\n") {
            if stream.read_buf(&mut request).await? == 0 {
                return Ok(());
            }
        }
    }
    let path = head.split(' ').nth(1).unwrap_or_default();
    let number = |start: &str| path.strip_prefix(start).and_then(|number| number.parse::<usize>().ok());
    let answer = if let Some(size) = number("/size/") {
        format!("HTTP/1.1 200 OK\r\ncontent-length: {size}\r\n\r\n{}", "x".repeat(size))
    } else if let Some(size) = number("/chunked/") {
        format!(
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{size:x}\r\n{}\r\n0\r\n\r\n",
            "x".repeat(size)
        )
    } else if let Some(to) = path.strip_prefix("/to/") {
        format!("HTTP/1.1 302 Found\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n")
    } else if path == "/never" {
        String::new()
    } else {
        "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n".to_owned()
    };
    stream.write_all(answer.as_bytes()).await?;
    // Until the other side closes.
    while stream.read_buf(&mut Vec::with_capacity(1024)).await? > 0 {}
    Ok(())
}
