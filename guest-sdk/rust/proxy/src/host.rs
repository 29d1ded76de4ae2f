//! What the SDK calls: the host in a component, and the proxy in memory of [`testing`](crate::testing) elsewhere.

#[cfg(target_family = "wasm")]
pub(crate) use crate::bindings::witdock::proxy::{
    http, http_calls, metrics, properties, queues, retirement, shared_data, tcp, timers,
};
#[cfg(not(target_family = "wasm"))]
pub(crate) use crate::testing::host::{
    http, http_calls, metrics, properties, queues, retirement, shared_data, tcp, timers,
};
