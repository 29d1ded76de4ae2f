//! What is copied and pasted.
//!
//! A plugin asks for the import in its `plugin.toml`: `imports = ["witdock:editor/clipboard"]`. On a target that is
//! not WebAssembly it is empty and stays so.

use crate::bindings::witdock::editor::clipboard as host;

/// What was copied last in this editor.
pub fn read() -> String {
    if cfg!(target_family = "wasm") { host::read() } else { String::new() }
}

/// Copies.
pub fn write(text: &str) {
    if cfg!(target_family = "wasm") {
        host::write(text);
    }
}
