//! A client's connection, from its first byte to its last, and what becomes of its requests.

pub(crate) mod answer;
mod check;
mod connection;
mod exchange;
mod handshake;
mod watch;

use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

pub(crate) use self::answer::{text, upstream_error};
pub(crate) use self::connection::{HttpConnection, LocalExecutor};
use http::HeaderValue;
use tokio::sync::mpsc;

use crate::config::Protocol;
use crate::exchange::ConnectionInfo;
use crate::listener::{Activity, ClientStream, OpenConnection};
use crate::shared::{OpenEntry, Registered};
use crate::tcp;
use crate::worker::{Accepted, Counted, Worker};

/// What a connection holds until its end, be it of HTTP or of a tunnel: its places in the counts and on the status page.
pub(crate) struct Held {
    _open: OpenConnection,
    /// A stop waits for it.
    _alive: mpsc::Sender<()>,
    _counted: Counted,
    _registered: Registered,
}

/// Serves a connection until it is closed.
pub(crate) async fn serve(worker: &Rc<Worker>, accepted: Accepted, counted: Counted) {
    let Accepted { stream, peer, listener, open, alive } = accepted;
    let activity = Arc::new(Activity::new());
    let limits = listener.config.limits;
    let local = stream.local_addr().unwrap_or(listener.address);
    let handshake = tokio::time::timeout(limits.header_timeout, handshake::accept(stream, &listener));
    let (transport, tls) = match handshake.await {
        Ok(Ok(accepted)) => accepted,
        Ok(Err(error)) => return tracing::debug!(%peer, "TLS handshake failed: {error}"),
        Err(_) => return tracing::debug!(%peer, "TLS handshake took too long"),
    };
    let mut info = ConnectionInfo {
        id: worker.shared.connections.next(),
        peer,
        local,
        accepted_at: SystemTime::now(),
        tls,
        http2: false,
        peer_value: HeaderValue::try_from(peer.ip().to_canonical().to_string())
            .unwrap_or_else(|_| HeaderValue::from_static("unknown")),
    };
    if listener.config.protocol == Protocol::Tcp {
        let entry = OpenEntry { info: info.clone(), activity };
        let registered = worker.shared.register(worker.number, entry);
        let held = Held { _open: open, _alive: alive, _counted: counted, _registered: registered };
        tcp::serve(worker, &listener, transport, Rc::new(info)).await;
        drop(held);
        return;
    }
    let agreed = transport.alpn().map(|name| name == b"h2");
    let mut stream = ClientStream::new(transport, Arc::clone(&activity));
    info.http2 = match agreed {
        Some(is_http2) => is_http2,
        None if !listener.config.http2 => false,
        // What a client begins with has to arrive in time, as the rest of its first request.
        None => match begins_with_http2(worker, &mut stream, limits.header_timeout).await {
            Some(is_http2) => is_http2,
            None => return,
        },
    };
    if info.http2 {
        activity.set_multiplexed();
    }
    let entry = OpenEntry { info: info.clone(), activity: Arc::clone(&activity) };
    let registered = worker.shared.register(worker.number, entry);
    let held = Held { _open: open, _alive: alive, _counted: counted, _registered: registered };
    connection::serve(worker, listener, stream, info, activity, held).await;
}

/// Whether a client begins with HTTP/2. None: it has not begun in time, or before a stop.
async fn begins_with_http2(worker: &Worker, stream: &mut ClientStream, time: Duration) -> Option<bool> {
    let mut stopping = worker.stopping.clone();
    tokio::select! {
        begins = tokio::time::timeout(time, stream.begins_with_http2()) => begins.ok()?.ok(),
        // Fails when the proxy is dropped, which is a stop too.
        _ = stopping.wait_for(|stopping| *stopping) => None,
    }
}
