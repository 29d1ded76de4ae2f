//! The version of WASI's interfaces that wasmtime-wasi links.

/// Functions of these interfaces are replaced under it. wasmtime-wasi does not tell it: the tests in `tests/dock/kept.rs` and
/// `tests/dock/network.rs` fail if an update has another one.
pub(super) const VERSION: &str = "0.2.12";
