//! What the proxy listens on: sockets, certificates, and what a connection may do.

mod acceptor;
mod activity;
mod stream;
mod tls;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Notify;
use tokio_rustls::TlsAcceptor;

pub(crate) use self::acceptor::{Acceptor, bind};
pub(crate) use self::activity::{Activity, Reason};
pub(crate) use self::stream::{ClientStream, Transport};
pub use self::tls::TlsError;
pub(crate) use self::tls::roots;
use crate::config::ListenerConfig;

/// A listener as connections that are accepted now see it. A changed configuration makes another one.
pub(crate) struct Listener {
    pub(crate) config: ListenerConfig,
    /// The address that the socket is bound to.
    pub(crate) address: SocketAddr,
    pub(crate) tls: Option<TlsAcceptor>,
    pub(crate) open: Arc<OpenConnections>,
}

impl Listener {
    pub(crate) fn new(
        config: ListenerConfig,
        address: SocketAddr,
        open: Arc<OpenConnections>,
    ) -> Result<Self, TlsError> {
        let tls =
            if config.certificates.is_empty() { None } else { Some(tls::server_config(&config)?.into()) };
        Ok(Self { config, address, tls, open })
    }
}

/// The connections of a listener.
#[derive(Debug, Default)]
pub(crate) struct OpenConnections {
    count: AtomicUsize,
    closed: Notify,
}

impl OpenConnections {
    pub(crate) fn count(&self) -> usize {
        self.count.load(Ordering::Relaxed)
    }

    /// Waits until there are fewer connections than a limit, and counts one more.
    async fn open(self: &Arc<Self>, limit: usize) -> OpenConnection {
        while self.count() >= limit {
            self.closed.notified().await;
        }
        self.count.fetch_add(1, Ordering::Relaxed);
        OpenConnection(Arc::clone(self))
    }
}

/// A connection that counts until it is dropped.
#[derive(Debug)]
pub(crate) struct OpenConnection(Arc<OpenConnections>);

impl Drop for OpenConnection {
    fn drop(&mut self) {
        self.0.count.fetch_sub(1, Ordering::Relaxed);
        self.0.closed.notify_one();
    }
}
