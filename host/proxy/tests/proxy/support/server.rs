use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;

use super::client::{Client, Message};

/// A server that answers each request with bytes, and remembers what it saw.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    seen: Arc<Mutex<Vec<Message>>>,
    connections: Arc<Mutex<u32>>,
}

/// What a server does with a request.
pub(crate) enum Reply {
    /// Sends this and reads the next request.
    Bytes(Vec<u8>),
    /// Sends this and closes.
    Last(Vec<u8>),
}

impl Reply {
    /// A response with a body of this text.
    pub(crate) fn text(text: &str) -> Self {
        Self::Bytes(format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{text}", text.len()).into())
    }

    pub(crate) fn status(status: u16) -> Self {
        Self::Bytes(format!("HTTP/1.1 {status} X\r\ncontent-length: 0\r\n\r\n").into())
    }
}

impl Server {
    /// Starts a server.
    pub(crate) async fn start(reply: impl Fn(&Message) -> Reply + Send + Sync + 'static) -> Self {
        Self::start_async(move |request| std::future::ready(reply(request))).await
    }

    /// Starts a server whose answers take time.
    pub(crate) async fn start_async<F: Future<Output = Reply> + Send>(
        reply: impl Fn(&Message) -> F + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = Self { address, seen: Arc::default(), connections: Arc::default() };
        let (seen, connections) = (Arc::clone(&server.seen), Arc::clone(&server.connections));
        let reply = Arc::new(reply);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                *connections.lock().unwrap() += 1;
                let (seen, reply) = (Arc::clone(&seen), Arc::clone(&reply));
                tokio::spawn(async move {
                    let mut client = Client::new(stream);
                    while let Some(request) = client.request().await {
                        let answer = reply(&request);
                        seen.lock().unwrap().push(request);
                        let answer = answer.await;
                        let (bytes, is_last) = match answer {
                            Reply::Bytes(bytes) => (bytes, false),
                            Reply::Last(bytes) => (bytes, true),
                        };
                        if client.stream.write_all(&bytes).await.is_err() || is_last {
                            break;
                        }
                    }
                });
            }
        });
        server
    }

    /// A server that says its name.
    pub(crate) async fn named(name: &'static str) -> Self {
        Self::start(move |_| Reply::text(name)).await
    }

    /// What it saw.
    pub(crate) fn seen(&self) -> Vec<Message> {
        self.seen.lock().unwrap().clone()
    }

    pub(crate) fn last(&self) -> Message {
        self.seen().pop().expect("a request came")
    }

    pub(crate) fn connections(&self) -> u32 {
        *self.connections.lock().unwrap()
    }
}
