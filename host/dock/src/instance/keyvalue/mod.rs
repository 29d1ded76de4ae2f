//! `wasi:keyvalue` 0.2.0-draft: stores that are granted by name.
//!
//! wasmtime-wasi-keyvalue has one store without a name, in memory and without bounds, of which each `open` gets a copy. So the interfaces are
//! served here.

mod file;
mod host;
mod journal;
mod store;
mod stores;

pub(crate) use host::{KeyValue, link};
pub(crate) use stores::{Files, OpenStores, Stores};
