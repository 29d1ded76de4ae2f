use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

use http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::sync::Notify;

use super::watch::{Connection, Watch};
use super::{Held, exchange};
use crate::body::Body;
use crate::exchange::ConnectionInfo;
use crate::filter::Cut;
use crate::listener::{Activity, ClientStream, Listener};
use crate::worker::Worker;

/// What the requests of a connection share.
pub(crate) struct HttpConnection {
    pub(crate) worker: Rc<Worker>,
    pub(crate) listener: Arc<Listener>,
    pub(crate) info: Rc<ConnectionInfo>,
    pub(crate) activity: Arc<Activity>,
    requests: Cell<u64>,
    /// No further request is taken: the connection has had as many as it may.
    pub(super) full: Notify,
    _held: Held,
}

/// Header fields that hyper has room for without an allocation for each request.
const HYPER_DEFAULT_HEADERS: usize = 100;
/// Bytes of a response that HTTP/2 buffers for each stream. A client that does not read costs at most this.
const HTTP2_SEND_BUFFER: usize = 64 << 10;

/// Serves HTTP on a connection until it is closed.
pub(super) async fn serve(
    worker: &Rc<Worker>,
    listener: Arc<Listener>,
    stream: ClientStream,
    info: ConnectionInfo,
    activity: Arc<Activity>,
    held: Held,
) {
    let is_http2 = info.http2;
    let connection = Rc::new(HttpConnection {
        worker: Rc::clone(worker),
        info: Rc::new(info),
        activity: Arc::clone(&activity),
        requests: Cell::new(0),
        full: Notify::new(),
        listener,
        _held: held,
    });
    let limits = connection.listener.config.limits;
    let service = service_fn({
        let connection = Rc::clone(&connection);
        move |request| {
            let connection = Rc::clone(&connection);
            async move { connection.answer(request).await }
        }
    });
    let io = TokioIo::new(stream);
    let watch = Watch::new(&connection);
    let result = if is_http2 {
        let mut builder = http2::Builder::new(LocalExecutor);
        builder
            .timer(TokioTimer::new())
            .max_concurrent_streams(limits.streams)
            .max_header_list_size(limits.header_bytes)
            .max_pending_accept_reset_streams(limits.resets)
            .max_send_buf_size(HTTP2_SEND_BUFFER);
        watch.run(builder.serve_connection(io, service)).await
    } else {
        let mut builder = http1::Builder::new();
        builder.max_header_size(limits.header_bytes as usize);
        // The limit for the buffer is the one for the head, and a little: hyper compares before it parses.
        builder.max_buf_size((limits.header_bytes as usize).max(MIN_BUFFER) + MIN_BUFFER);
        if limits.headers != HYPER_DEFAULT_HEADERS {
            builder.max_headers(limits.headers);
        }
        watch.run(builder.serve_connection(io, service).with_upgrades()).await
    };
    if let Err(error) = result {
        tracing::debug!(peer = %connection.info.peer, "connection closed: {error}");
    }
}

/// The least that hyper takes as the limit of its buffer.
const MIN_BUFFER: usize = 8192;

impl HttpConnection {
    /// An error closes the client's stream or connection.
    async fn answer(self: &Rc<Self>, request: Request<Incoming>) -> Result<Response<Body>, Cut> {
        self.requests.set(self.requests.get() + 1);
        let most = self.listener.config.limits.requests_per_connection;
        if most.is_some_and(|most| self.requests.get() >= most) {
            self.full.notify_one();
        }
        exchange::answer(self, request.map(Body::incoming)).await
    }
}

/// Runs what hyper spawns on this thread.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LocalExecutor;

impl<F: Future<Output = ()> + 'static> hyper::rt::Executor<F> for LocalExecutor {
    fn execute(&self, future: F) {
        tokio::task::spawn_local(future);
    }
}

impl<I, S> Connection for http1::UpgradeableConnection<I, S>
where
    S: hyper::service::HttpService<Incoming, ResBody = Body>,
    S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    I: hyper::rt::Read + hyper::rt::Write + Unpin + Send + 'static,
{
    fn stop(self: Pin<&mut Self>) {
        self.graceful_shutdown();
    }
}

impl<I, S> Connection for http2::Connection<I, S, LocalExecutor>
where
    S: hyper::service::HttpService<Incoming, ResBody = Body>,
    S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    S::Future: 'static,
    I: hyper::rt::Read + hyper::rt::Write + Unpin + 'static,
{
    fn stop(self: Pin<&mut Self>) {
        self.graceful_shutdown();
    }
}
