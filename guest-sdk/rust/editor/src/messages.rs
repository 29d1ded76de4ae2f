//! Short messages.
//!
//! Request the import in `plugin.toml`: `imports = ["witdock:editor/messages"]`. On other targets than
//! WebAssembly they are discarded.

use crate::Severity;
use crate::bindings::witdock::editor::messages as host;

/// Shows a line. The next key removes it.
pub fn status(text: &str) {
    if cfg!(target_family = "wasm") {
        host::status(text);
    }
}

/// Shows a message that stays until the user dismisses it.
pub fn notify(severity: Severity, text: &str) {
    if cfg!(target_family = "wasm") {
        host::notify(severity, text);
    }
}
