//! `wasi:keyvalue` 0.2.0-draft: stores that are granted by name.
//!
//! wasmtime-wasi-keyvalue has one store without a name, in memory and without bounds, of which each `open` gets a copy. So the interfaces are
//! served here.

#[allow(missing_docs, unreachable_pub, clippy::all, clippy::pedantic, reason = "generated")]
mod bindings;
mod bounds;
mod change;
mod file;
mod host;
mod journal;
mod opened;
mod store;
mod stores;

pub(crate) use host::link;
pub(crate) use opened::KeyValue;
pub(crate) use stores::{Files, OpenStores, Stores};
