//! Filters: plugins that see each request and its response, in a chain.
//!
//! From the outside in: a [`LoadedFilter`] is a plugin for all workers; a [`Slot`] is the same on one worker, with the [`Instance`](instance::Instance) that new
//! streams begin on; a [`Chain`] is the filters of a route, and runs them over an exchange.

#[allow(missing_docs, unreachable_pub, clippy::all, clippy::pedantic, reason = "generated")]
mod bindings;
mod calls;
mod chain;
mod connection;
mod exchange;
mod facts;
mod flow;
mod guest;
mod head;
mod held;
mod imports;
mod instance;
mod limits;
mod link;
mod loaded;
mod local_response;
mod metrics;
mod news;
mod plugins;
mod properties;
mod proxy_wasm;
mod queues;
mod shadow;
mod shared_data;
mod slot;
mod stage;
mod state;
mod variant;

pub use self::calls::{Clusters, SendFailure};
pub(crate) use self::chain::{Chain, Cut};
pub(crate) use self::connection::FilteredConnection;
pub use self::guest::Guest;
pub use self::loaded::{CanarySettings, FilterError, FilterSettings, LoadedFilter, OnFailure, Share};
pub use self::metrics::Reading;
pub(crate) use self::plugins::{Filters, Plugins};
pub use self::shadow::Comparison;
pub(crate) use self::slot::Slot;
pub use self::variant::Variant;

/// Locks what is never left half changed.
fn lock<T>(mutex: &std::sync::Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
