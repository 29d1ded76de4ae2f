//! Proxy-Wasm modules as components, driven by a small host.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test ends at what it does not expect"
)]
#![allow(unreachable_pub, missing_docs, reason = "a host in a module of its own")]

mod envoy;
mod host;
mod hostile;
mod modules;
mod probe;
mod sdk;
