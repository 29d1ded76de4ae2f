//! Calls at a later time. They come as [`Event::Timer`](crate::Event::Timer), with the ticket that asking gave.
//!
//! A plugin asks for the import in its `plugin.toml`: `imports = ["witdock:editor/timers"]`. On a target that is
//! not WebAssembly no timer runs out, and every ticket is 0.

pub use crate::bindings::witdock::editor::timers::TimerError;

use crate::Ticket;
use crate::bindings::witdock::editor::timers as host;
use std::time::Duration;

/// Asks for a call after this time, not earlier; a time under 10 ms counts as 10 ms.
///
/// # Errors
///
/// [`TimerError::TooMany`], with how many the plugin may have.
pub fn once(after: Duration) -> Result<Ticket, TimerError> {
    if cfg!(target_family = "wasm") { host::once(milliseconds(after)) } else { Ok(0) }
}

/// Asks for a call again and again.
///
/// # Errors
///
/// As [`once`].
pub fn every(period: Duration) -> Result<Ticket, TimerError> {
    if cfg!(target_family = "wasm") { host::every(milliseconds(period)) } else { Ok(0) }
}

/// Ends a timer.
pub fn cancel(timer: Ticket) {
    if cfg!(target_family = "wasm") {
        host::cancel(timer);
    }
}

fn milliseconds(time: Duration) -> u32 {
    u32::try_from(time.as_millis()).unwrap_or(u32::MAX)
}
