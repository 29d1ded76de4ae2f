//! Plain TCP: a client's connection is joined with one to a server of the listener's cluster.

use std::rc::Rc;

use crate::copy::copy;
use crate::exchange::ConnectionInfo;
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
    let (server, _held) = match connect_to_one(pool).await {
        Ok(server) => server,
        Err(error) => {
            tracing::warn!(peer = %info.peer, listener = %listener.address, "connection closed: {error}");
            return;
        }
    };
    let copied = copy(client, server, listener.config.limits.idle_timeout, |_, _| {});
    if let Err(error) = copied.await {
        tracing::debug!(peer = %info.peer, "connection closed: {error}");
    }
}
