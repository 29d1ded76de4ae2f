//! The one place where compiled code is loaded without compiling it.
#![allow(
    unsafe_code,
    reason = "wasmtime cannot verify machine code; the comment at the call explains why it is sound"
)]

use wasmtime::Engine;
use wasmtime::component::Component;

/// Loads compiled code that this program, or its worker, has compiled.
///
/// # Errors
///
/// When another version of wasmtime wrote the code, or it is for another machine.
pub(crate) fn component(engine: &Engine, code: &[u8]) -> wasmtime::Result<Component> {
    // SAFETY: `code` must come from `Component::serialize` or `Engine::precompile_component`. It comes over a pipe from a worker, which
    // is this same executable; or from a folder that only this user may write to, which no watched path leads into, and its digest was
    // compared after it was read into memory.
    unsafe { Component::deserialize(engine, code) }
}
