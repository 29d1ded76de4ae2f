//! Plain TCP: a client's connection is joined with one to a server of the listener's cluster.

use std::rc::Rc;

use crate::copy::copy;
use crate::exchange::ConnectionInfo;
use crate::filter::FilteredConnection;
use crate::listener::{Listener, Transport};
use crate::upstream::connect_to_one;
use crate::worker::Worker;

/// Serves a connection of a `tcp` listener until one side ends it.
pub(crate) async fn serve(
    worker: &Rc<Worker>,
    listener: &Listener,
    client: Transport,
    info: Rc<ConnectionInfo>,
) {
    let running = worker.running();
    let Some(pool) = listener.config.cluster.as_ref().and_then(|name| running.clusters.get(name)) else {
        return;
    };
    let slots = running.slots(listener.config.filters.iter());
    let closed = |why: &dyn std::fmt::Display| {
        tracing::warn!(peer = %info.peer, listener = %listener.address, "connection closed: {why}");
    };
    // Filters may refuse a client before a server hears of it.
    let filtered = match slots.as_slice() {
        [] => None,
        slots => match FilteredConnection::open(slots, &info).await {
            Ok(filtered) => Some(filtered),
            Err(ended) => return closed(&ended),
        },
    };
    let (server, _held) = match connect_to_one(pool).await {
        Ok(server) => server,
        Err(error) => return closed(&error),
    };
    let idle = listener.config.limits.idle_timeout;
    let copied = match filtered {
        Some(filtered) => filtered.copy(client, server, idle).await,
        None => copy(client, server, idle, |_, _| {}).await,
    };
    if let Err(error) = copied {
        tracing::debug!(peer = %info.peer, "connection closed: {error}");
    }
}
