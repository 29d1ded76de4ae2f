//! The clipboard.
//!
//! Request the import in `plugin.toml`: `imports = ["witdock:editor/clipboard"]`. On other targets than
//! WebAssembly it is always empty.

use crate::bindings::witdock::editor::clipboard as host;

/// Returns the text that was last copied in this editor.
pub fn read() -> String {
    if cfg!(target_family = "wasm") { host::read() } else { String::new() }
}

/// Copies a text.
pub fn write(text: &str) {
    if cfg!(target_family = "wasm") {
        host::write(text);
    }
}
