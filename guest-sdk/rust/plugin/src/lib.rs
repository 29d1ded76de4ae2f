//! The part of the SDK that every witdock plugin in Rust can use, whatever its interface: the `log` macros, panic messages
//! for the host, and state that survives a reload.
//!
//! Plugin authors rarely use this crate directly: an interface's SDK calls [`init`] at the start of every
//! exported function and re-exports `log`. Without an SDK, do the same by hand:
//!
//! ```
//! use witdock_guest::log;
//!
//! fn exported_function() {
//!     witdock_guest::init();
//!     log::info!("this line appears in the host's log, under the plugin's name");
//! }
//! # exported_function();
//! ```
//!
//! On other targets than WebAssembly there is no host, and [`init`] does nothing. So a plugin's unit tests run
//! natively, with the test's own logger and panic hook.

pub mod bindings;
#[cfg(target_family = "wasm")]
mod logging;
#[cfg(target_family = "wasm")]
mod panics;
pub mod state;

pub use log;

/// Connects this plugin to its host: from now on, `log` lines and panic messages go there.
///
/// Call it first in every exported function. Only the first call has an effect. It asks the host for
/// the least urgent level that it records, so that lines below it are never formatted.
pub fn init() {
    #[cfg(target_family = "wasm")]
    {
        static ONCE: std::sync::Once = std::sync::Once::new();
        ONCE.call_once(|| {
            panics::install();
            logging::install();
        });
    }
}
