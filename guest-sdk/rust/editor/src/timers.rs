//! Timers. They arrive as [`Event::Timer`](crate::Event::Timer), with the ticket that setting one returned.
//!
//! Request the import in `plugin.toml`: `imports = ["witdock:editor/timers"]`. On other targets than
//! WebAssembly no timer expires, and every ticket is 0.

pub use crate::bindings::witdock::editor::timers::TimerError;

use crate::Ticket;
use crate::bindings::witdock::editor::timers as host;
use std::time::Duration;

/// Sets a timer for one event after at least this time. Less than 10 ms counts as 10 ms.
///
/// # Errors
///
/// [`TimerError::TooMany`] with the limit.
pub fn once(after: Duration) -> Result<Ticket, TimerError> {
    if cfg!(target_family = "wasm") { host::once(milliseconds(after)) } else { Ok(0) }
}

/// Sets a timer for repeated events.
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
