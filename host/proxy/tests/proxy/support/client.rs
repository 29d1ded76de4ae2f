use std::net::SocketAddr;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;

use super::soon;

/// A client that writes bytes.
pub(crate) struct Client<S = TcpStream> {
    pub(crate) stream: S,
    read: Vec<u8>,
}

/// A message as it came: the head with its last line break, and the body without its framing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) head: String,
    pub(crate) body: String,
    /// Trailers, as lines.
    pub(crate) trailers: String,
}

impl Message {
    pub(crate) fn status(&self) -> u16 {
        self.head
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok())
            .unwrap_or_else(|| panic!("{}", self.head))
    }

    /// The values of a header field, joined.
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        let values: Vec<_> = self
            .head
            .lines()
            .skip(1)
            .filter_map(|line| line.split_once(": "))
            .filter(|(one, _)| one.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.to_owned())
            .collect();
        (!values.is_empty()).then(|| values.join(" | "))
    }
}

impl Client {
    pub(crate) async fn connect(address: SocketAddr) -> Self {
        Self::new(soon(TcpStream::connect(address)).await.unwrap())
    }

    /// Sends a request on a connection of its own, and reads the response.
    pub(crate) async fn get(address: SocketAddr, path: &str) -> Message {
        let mut client = Self::connect(address).await;
        client.send(&format!("GET {path} HTTP/1.1\r\nhost: test\r\n\r\n")).await;
        client.response().await
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Client<S> {
    pub(crate) fn new(stream: S) -> Self {
        Self { stream, read: Vec::new() }
    }

    pub(crate) async fn send(&mut self, text: impl AsRef<[u8]>) {
        soon(self.stream.write_all(text.as_ref())).await.unwrap();
        soon(self.stream.flush()).await.unwrap();
    }

    /// Reads all until the other side closes.
    pub(crate) async fn rest(&mut self) -> String {
        let mut rest = std::mem::take(&mut self.read);
        // A reset is an end too.
        let _ = soon(self.stream.read_to_end(&mut rest)).await;
        String::from_utf8_lossy(&rest).into_owned()
    }

    async fn more(&mut self) -> bool {
        soon(self.stream.read_buf(&mut self.read)).await.unwrap_or(0) > 0
    }

    /// Reads up to a text, and gives it with the text.
    pub(crate) async fn until(&mut self, end: &str) -> Option<String> {
        loop {
            if let Some(at) = self.read.windows(end.len()).position(|part| part == end.as_bytes()) {
                let text: Vec<u8> = self.read.drain(..at + end.len()).collect();
                return Some(String::from_utf8_lossy(&text).into_owned());
            }
            if !self.more().await {
                return None;
            }
        }
    }

    pub(crate) async fn bytes(&mut self, length: usize) -> Option<Vec<u8>> {
        while self.read.len() < length {
            if !self.more().await {
                return None;
            }
        }
        Some(self.read.drain(..length).collect())
    }

    pub(crate) async fn exactly(&mut self, length: usize) -> Option<String> {
        Some(String::from_utf8_lossy(&self.bytes(length).await?).into_owned())
    }

    /// Reads a response. None: the connection was closed.
    pub(crate) async fn try_response(&mut self) -> Option<Message> {
        let head = self.until("\r\n\r\n").await?;
        let mut message = Message { head, body: String::new(), trailers: String::new() };
        let has_none = matches!(message.status(), 100..200 | 204 | 304);
        if !has_none {
            self.body(&mut message, true).await?;
        }
        Some(message)
    }

    pub(crate) async fn response(&mut self) -> Message {
        self.try_response().await.expect("a response")
    }

    /// Reads a request.
    pub(crate) async fn request(&mut self) -> Option<Message> {
        let head = self.until("\r\n\r\n").await?;
        let mut message = Message { head, body: String::new(), trailers: String::new() };
        self.body(&mut message, false).await?;
        Some(message)
    }

    async fn body(&mut self, message: &mut Message, to_end: bool) -> Option<()> {
        if message.header("transfer-encoding").as_deref() == Some("chunked") {
            loop {
                let size = self.until("\r\n").await?;
                let size =
                    usize::from_str_radix(size.trim(), 16).unwrap_or_else(|_| panic!("chunk {size:?}"));
                if size == 0 {
                    loop {
                        let line = self.until("\r\n").await?;
                        if line == "\r\n" {
                            return Some(());
                        }
                        message.trailers.push_str(&line);
                    }
                }
                message.body.push_str(&self.exactly(size).await?);
                self.exactly(2).await?;
            }
        }
        match message.header("content-length") {
            Some(length) => message.body = self.exactly(length.parse().unwrap()).await?,
            None if to_end => message.body = self.rest().await,
            None => {}
        }
        Some(())
    }
}
