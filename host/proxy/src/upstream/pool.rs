use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use http::{Request, Response};
use hyper::body::Incoming;
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::sync::Notify;
use tokio::task::AbortHandle;
use tokio::time::Instant;

use super::cluster::Cluster;
use super::connect::connect;
use super::error::UpstreamError;
use crate::body::Body;
use crate::server::LocalExecutor;

/// Requests on one HTTP/2 connection before another is opened. Servers allow 100 or more, as RFC 9113 recommends.
const STREAMS: usize = 100;
/// Bytes of a response's head. Servers are trusted more than clients, and still not with all of the memory.
const HEAD_BYTES: usize = 256 << 10;
/// Header fields of a response's head, beyond which hyper would refuse it anyway.
const HEAD_FIELDS: u32 = 256 << 10;

/// The connections of one worker to the servers of a cluster.
pub(crate) struct ClusterPool {
    cluster: Arc<Cluster>,
    name: Rc<str>,
    servers: Vec<Rc<ServerPool>>,
}

impl std::fmt::Debug for ClusterPool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ClusterPool").field("name", &self.name).finish_non_exhaustive()
    }
}

impl ClusterPool {
    pub(crate) fn new(cluster: &Arc<Cluster>, workers: usize) -> Rc<Self> {
        let connections = cluster.config.limits.connections.div_ceil(workers.max(1));
        let pool = |_| Rc::new(ServerPool::new(connections, cluster.config.timeouts.keep_alive));
        Rc::new(Self {
            cluster: Arc::clone(cluster),
            name: cluster.name.as_str().into(),
            servers: cluster.servers.iter().map(pool).collect(),
        })
    }

    pub(crate) fn cluster(&self) -> &Arc<Cluster> {
        &self.cluster
    }

    pub(super) fn name(&self) -> &Rc<str> {
        &self.name
    }

    /// A connection to a server: an idle one, a new one, or the first that gets free.
    pub(super) async fn lease(&self, server: usize) -> Result<Lease, UpstreamError> {
        let (Some(pool), Some(one)) = (self.servers.get(server), self.cluster.servers.get(server)) else {
            return Err(UpstreamError::NoHealthyServer { cluster: self.cluster.name.clone() });
        };
        let wait_end = Instant::now() + self.cluster.config.timeouts.connect;
        loop {
            if let Some(lease) = pool.idle(self.cluster.config.http2).await {
                return Ok(lease);
            }
            if let Some(slot) = pool.slot(self.cluster.config.http2) {
                let endpoint = &one.endpoint;
                let time = self.cluster.config.timeouts.connect;
                let began = Instant::now();
                let connecting = async {
                    let (stream, address) = connect(&self.cluster, endpoint).await?;
                    pool.begin(TokioIo::new(stream), address, slot, self.cluster.config.http2).await
                };
                return match tokio::time::timeout(time, connecting).await {
                    Ok(Ok(lease)) => Ok(Lease { connected: Some(began.elapsed()), ..lease }),
                    Ok(Err(error)) => Err(UpstreamError::Connect { endpoint: endpoint.to_string(), error }),
                    Err(_) => Err(UpstreamError::ConnectTimeout { endpoint: endpoint.to_string(), time }),
                };
            }
            let Some(_waiting) = self.cluster.wait() else {
                return Err(self.overflow("requests that wait for a connection"));
            };
            if tokio::time::timeout_at(wait_end, pool.free.notified()).await.is_err() {
                return Err(self.overflow("connections"));
            }
        }
    }

    pub(super) fn overflow(&self, what: &'static str) -> UpstreamError {
        UpstreamError::Overflow { cluster: self.cluster.name.clone(), what }
    }
}

/// The connections of one worker to one server.
struct ServerPool {
    /// The one that was used last at the end.
    idle: RefCell<VecDeque<Idle>>,
    shared: RefCell<Vec<Shared>>,
    open: Cell<usize>,
    most: usize,
    keep_alive: Duration,
    connecting: Cell<bool>,
    /// Whether a task closes connections that were idle for too long.
    sweeping: Cell<bool>,
    /// A connection got free, or ended.
    free: Notify,
}

/// An HTTP/1 connection that waits for a request.
struct Idle {
    sender: http1::SendRequest<Body>,
    task: Driver,
    address: SocketAddr,
    since: Instant,
}

/// An HTTP/2 connection.
struct Shared {
    sender: http2::SendRequest<Body>,
    address: SocketAddr,
    running: Rc<Cell<usize>>,
    /// When it was used last.
    used: Rc<Cell<Instant>>,
}

impl ServerPool {
    fn new(most: usize, keep_alive: Duration) -> Self {
        Self {
            idle: RefCell::default(),
            shared: RefCell::default(),
            open: Cell::new(0),
            most,
            keep_alive,
            connecting: Cell::new(false),
            sweeping: Cell::new(false),
            free: Notify::new(),
        }
    }

    /// A connection that is open and free.
    async fn idle(self: &Rc<Self>, http2: bool) -> Option<Lease> {
        if http2 {
            let mut shared = self.shared.borrow_mut();
            shared.retain(|one| !one.sender.is_closed());
            let one = shared.iter().find(|one| one.running.get() < STREAMS)?;
            one.running.set(one.running.get() + 1);
            let (running, used) = (Rc::clone(&one.running), Rc::clone(&one.used));
            let connection = Connection::Http2 {
                sender: one.sender.clone(),
                stream: Stream { running, used, pool: Rc::clone(self) },
            };
            return Some(Lease { connection, address: one.address, connected: None, reused: true });
        }
        loop {
            // The one that was used last: the others get old, and are closed.
            let Idle { mut sender, task, address, since } = self.idle.borrow_mut().pop_back()?;
            if since.elapsed() > self.keep_alive || sender.is_closed() {
                continue;
            }
            // The exchange before has ended, and the connection's own task may still have to notice.
            if sender.ready().await.is_ok() {
                let connection = Connection::Http1(Exclusive { sender, task, pool: Rc::clone(self) });
                return Some(Lease { connection, address, connected: None, reused: true });
            }
        }
    }

    /// Closes connections once they were idle for too long. The task ends when none is idle any more.
    fn sweep_later(self: &Rc<Self>) {
        if self.sweeping.replace(true) {
            return;
        }
        let pool = Rc::downgrade(self);
        let keep_alive = self.keep_alive;
        tokio::task::spawn_local(async move {
            loop {
                tokio::time::sleep(keep_alive).await;
                let Some(pool) = pool.upgrade() else { return };
                let is_old = |since: Instant| since.elapsed() >= keep_alive;
                pool.idle.borrow_mut().retain(|one| !is_old(one.since));
                pool.shared.borrow_mut().retain(|one| one.running.get() > 0 || !is_old(one.used.get()));
                if pool.idle.borrow().is_empty() && pool.shared.borrow().is_empty() {
                    pool.sweeping.set(false);
                    return;
                }
            }
        });
    }

    /// The right to open one more connection.
    fn slot(self: &Rc<Self>, http2: bool) -> Option<Slot> {
        if self.open.get() >= self.most || (http2 && self.connecting.get()) {
            return None;
        }
        self.open.set(self.open.get() + 1);
        self.connecting.set(http2);
        Some(Slot(Rc::clone(self)))
    }

    /// Begins HTTP on a new connection.
    async fn begin(
        self: &Rc<Self>,
        io: TokioIo<super::ServerStream>,
        address: SocketAddr,
        slot: Slot,
        http2: bool,
    ) -> std::io::Result<Lease> {
        let connection = if http2 {
            let (sender, connection) = http2::Builder::new(LocalExecutor)
                .timer(TokioTimer::new())
                .max_header_list_size(HEAD_FIELDS)
                .handshake(io)
                .await
                .map_err(std::io::Error::other)?;
            tokio::task::spawn_local(async move {
                if let Err(error) = connection.await {
                    tracing::debug!(%address, "HTTP/2 connection to a server ended: {error}");
                }
                drop(slot);
            });
            let running = Rc::new(Cell::new(1));
            let used = Rc::new(Cell::new(Instant::now()));
            let shared = Shared {
                sender: sender.clone(),
                address,
                running: Rc::clone(&running),
                used: Rc::clone(&used),
            };
            self.shared.borrow_mut().push(shared);
            self.connecting.set(false);
            self.free.notify_waiters();
            Connection::Http2 { sender, stream: Stream { running, used, pool: Rc::clone(self) } }
        } else {
            let (sender, connection) = http1::Builder::new()
                .max_header_size(HEAD_BYTES)
                .handshake(io)
                .await
                .map_err(std::io::Error::other)?;
            let task = tokio::task::spawn_local(async move {
                if let Err(error) = connection.with_upgrades().await {
                    tracing::debug!(%address, "connection to a server ended: {error}");
                }
                drop(slot);
            });
            Connection::Http1(Exclusive {
                sender,
                task: Driver(Some(task.abort_handle())),
                pool: Rc::clone(self),
            })
        };
        Ok(Lease { connection, address, connected: None, reused: false })
    }
}

/// A connection that is open, or being opened.
struct Slot(Rc<ServerPool>);

impl Drop for Slot {
    fn drop(&mut self) {
        self.0.open.set(self.0.open.get().saturating_sub(1));
        self.0.connecting.set(false);
        self.0.free.notify_one();
    }
}

/// A connection for one request.
pub(super) struct Lease {
    connection: Connection,
    pub(super) address: SocketAddr,
    /// The time to connect, if it is new.
    pub(super) connected: Option<Duration>,
    /// Whether it had a request before. The server may have closed it meanwhile.
    pub(super) reused: bool,
}

enum Connection {
    Http1(Exclusive),
    Http2 {
        sender: http2::SendRequest<Body>,
        /// Counts the request until the lease is dropped.
        stream: Stream,
    },
}

/// An HTTP/1 connection that has a request.
struct Exclusive {
    sender: http1::SendRequest<Body>,
    task: Driver,
    pool: Rc<ServerPool>,
}

/// A request on an HTTP/2 connection.
struct Stream {
    running: Rc<Cell<usize>>,
    used: Rc<Cell<Instant>>,
    pool: Rc<ServerPool>,
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.running.set(self.running.get().saturating_sub(1));
        self.used.set(Instant::now());
        self.pool.free.notify_one();
        self.pool.sweep_later();
    }
}

/// Why a request was not answered, with the request if nothing of it was sent.
pub(super) struct SendError {
    pub(super) error: hyper::Error,
    pub(super) unsent: Option<Request<Body>>,
}

impl Lease {
    pub(super) fn is_http2(&self) -> bool {
        matches!(self.connection, Connection::Http2 { .. })
    }

    /// Sends a request and waits for the head of the response.
    pub(super) async fn send(
        &mut self,
        request: Request<Body>,
    ) -> Result<Response<Incoming>, Box<SendError>> {
        let result = match &mut self.connection {
            Connection::Http1(one) => one.sender.try_send_request(request).await,
            Connection::Http2 { sender, .. } => sender.try_send_request(request).await,
        };
        result.map_err(|mut error| {
            let unsent = error.take_message();
            Box::new(SendError { error: error.into_error(), unsent })
        })
    }

    /// The connection takes no request any more, though it may not have ended: an HTTP/2 server ends what runs before.
    pub(super) fn retire(&self) {
        if let Connection::Http2 { stream, .. } = &self.connection {
            stream.pool.shared.borrow_mut().retain(|one| !Rc::ptr_eq(&one.running, &stream.running));
        }
    }

    /// The exchange has ended: the connection can have another one.
    pub(super) fn give_back(self) {
        if let Connection::Http1(Exclusive { sender, task, pool }) = self.connection
            && !sender.is_closed()
        {
            let idle = Idle { sender, task, address: self.address, since: Instant::now() };
            pool.idle.borrow_mut().push_back(idle);
            pool.free.notify_one();
            pool.sweep_later();
        }
    }

    /// The connection has changed to another protocol, and goes on by itself.
    pub(super) fn upgraded(self) {
        if let Connection::Http1(mut one) = self.connection {
            one.task.0 = None;
        }
    }
}

/// The task that reads and writes a connection. Dropped, it closes the connection, with the body of a request that is still being
/// sent and that nobody waits for any more.
struct Driver(Option<AbortHandle>);

impl Drop for Driver {
    fn drop(&mut self) {
        if let Some(task) = &self.0 {
            task.abort();
        }
    }
}
