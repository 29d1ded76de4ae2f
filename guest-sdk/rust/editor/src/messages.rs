//! Short messages.
//!
//! A plugin asks for the import in its `plugin.toml`: `imports = ["witdock:editor/messages"]`. On a target that is
//! not WebAssembly nobody reads them.

use crate::Severity;
use crate::bindings::witdock::editor::messages as host;

/// Shows a line until the next key.
pub fn status(text: &str) {
    if cfg!(target_family = "wasm") {
        host::status(text);
    }
}

/// Shows something until a person has dismissed it.
pub fn notify(severity: Severity, text: &str) {
    if cfg!(target_family = "wasm") {
        host::notify(severity, text);
    }
}
