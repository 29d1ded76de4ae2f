//! Makes components of [Proxy-Wasm](https://github.com/proxy-wasm/spec) modules.
//!
//! A Proxy-Wasm module is a core module with an ABI of its own. [`adapt`] merges it, unmodified, with an adapter, which has that ABI on one side and
//! `witdock:proxy` on the other. The result is a component like any other filter's: grants, limits, reload and all else hold for it too.
//!
//! ```no_run
//! let module = std::fs::read("filter.wasm")?;
//! if witdock_proxy_wasm::is_proxy_wasm(&module) {
//!     let adapted = witdock_proxy_wasm::adapt(&module)?;
//!     std::fs::write("filter.component.wasm", adapted.component)?;
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The merge is one core module with two memories: the module's own, and the adapter's. The module's imports are tied to the adapter's functions,
//! and the adapter calls the module's callbacks; a few generated functions copy between the memories. Only the parts of the adapter that the
//! module needs are in it, so that the component imports what the module uses and nothing else.

mod abi;
mod adapter;
mod callback;
mod code;
mod describe;
mod error;
mod generated;
mod layout;
mod merge;
mod names;
mod options;
mod reachable;
mod scan;
mod signature;

pub use self::abi::AbiVersion;
pub use self::describe::{Description, describe};
pub use self::error::AdaptError;
pub use self::layout::Refused;
pub use self::merge::{Adapted, adapt, adapt_with, adapt_within};
pub use self::options::{Options, Semantics};

/// Whether bytes are a Proxy-Wasm module: a core module with a marker of the ABI's version. It may still be one that [`adapt`] refuses.
pub fn is_proxy_wasm(bytes: &[u8]) -> bool {
    scan::has_marker(bytes)
}
