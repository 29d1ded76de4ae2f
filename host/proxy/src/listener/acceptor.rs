use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};

use super::{Listener, OpenConnection};
use crate::worker::{Accepted, Workers};

/// Connections that wait to be accepted. Linux takes at most `net.core.somaxconn`, 4096 by default.
const BACKLOG: i32 = 4096;
/// After an error of the system, such as too many open files, before the next attempt.
const PAUSE: Duration = Duration::from_millis(50);

/// Opens a socket that listens.
pub(crate) fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let domain = socket2::Domain::for_address(address);
    let socket = socket2::Socket::new(domain, socket2::Type::STREAM, Some(socket2::Protocol::TCP))?;
    // A restart need not wait for connections of the program before it. On Windows the option means something else.
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    TcpListener::from_std(socket.into())
}

/// Takes connections from a socket and gives each to the worker that has the fewest.
pub(crate) struct Acceptor {
    pub(crate) socket: TcpListener,
    pub(crate) listener: watch::Receiver<Arc<Listener>>,
    pub(crate) workers: Arc<Workers>,
    pub(crate) alive: mpsc::Sender<()>,
}

impl Acceptor {
    /// Runs until the sender of the listener is dropped, which closes the socket.
    pub(crate) async fn run(self) {
        let mut changes = self.listener.clone();
        loop {
            let listener = Arc::clone(&changes.borrow_and_update());
            tokio::select! {
                changed = changes.changed() => {
                    if changed.is_err() {
                        return;
                    }
                }
                () = self.accept(&listener) => {}
            }
        }
    }

    async fn accept(&self, listener: &Arc<Listener>) {
        let open = listener.open.open(listener.config.limits.connections).await;
        match self.socket.accept().await {
            Ok((stream, peer)) => self.give(stream, peer, open, listener),
            // The client has left already.
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
            Err(error) => {
                tracing::warn!(address = %listener.address, "cannot accept a connection: {error}");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }

    fn give(&self, stream: TcpStream, peer: SocketAddr, open: OpenConnection, listener: &Arc<Listener>) {
        // Responses are written whole: waiting for more to fill a packet would only delay them.
        let prepared = stream.set_nodelay(true).and_then(|()| stream.into_std());
        match prepared {
            Ok(stream) => {
                let (listener, alive) = (Arc::clone(listener), self.alive.clone());
                self.workers.give(Accepted { stream, peer, listener, open, alive });
            }
            Err(error) => tracing::debug!(%peer, "cannot use an accepted connection: {error}"),
        }
    }
}
