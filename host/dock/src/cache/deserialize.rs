//! The one place where compiled code is loaded without compiling it.
#![allow(
    unsafe_code,
    reason = "wasmtime cannot verify machine code; what makes the call sound is said at the call"
)]

use wasmtime::Engine;
use wasmtime::component::Component;

/// Loads compiled code that this cache has written.
///
/// # Errors
///
/// When the code is of another version of wasmtime, or for another machine.
pub(super) fn component(engine: &Engine, code: &[u8]) -> wasmtime::Result<Component> {
    // SAFETY: `code` must be what `Component::serialize` returned. It comes from a folder that only this user may
    // write, which no watched path leads into, and its digest was compared after it was read into memory.
    unsafe { Component::deserialize(engine, code) }
}
