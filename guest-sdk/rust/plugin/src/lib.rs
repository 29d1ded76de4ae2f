//! What every witdock plugin in Rust may use, whatever interface it is made for: the `log` macros, panics
//! whose words reach the host, and state that outlives a reload.
//!
//! A plugin's author seldom names this crate: the SDK of an interface calls [`init`] at the start of every
//! exported function and hands `log` on. An interface without an SDK does the same by hand:
//!
//! ```
//! use witdock_guest::log;
//!
//! fn exported_function() {
//!     witdock_guest::init();
//!     log::info!("this line stands in the host's log, under the plugin's name");
//! }
//! # exported_function();
//! ```
//!
//! On a target that is not WebAssembly there is no host. There [`init`] does nothing, so that a plugin's unit
//! tests run natively, with whatever logger and panic hook the test has.

pub mod bindings;
#[cfg(target_family = "wasm")]
mod logging;
#[cfg(target_family = "wasm")]
mod panics;
pub mod state;

pub use log;

/// Connects this plugin to its host: `log` lines and panics go there from now on.
///
/// Call it first in every exported function. Only the first call does anything, and it asks the host once for
/// the least urgent level that it keeps, so that lines below it are never formatted.
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
