//! Marks beside lines, for what has happened to them since some earlier state.
//!
//! Request the import in `plugin.toml`: `imports = ["witdock:editor/line-marks"]`. On other targets than
//! WebAssembly nothing is shown.

pub use crate::bindings::witdock::editor::line_marks::{Kind, Mark, MarkError};

use crate::bindings::witdock::editor::line_marks as host;
use crate::{DocumentId, DocumentVersion};

/// Replaces the set with this name. An empty list removes it.
///
/// # Errors
///
/// [`MarkError`]; the previous set stays. A plugin that subscribes to changes can ignore [`MarkError::Stale`], since it will
/// receive the change.
pub fn set(version: DocumentVersion, name: &str, marks: &[Mark]) -> Result<(), MarkError> {
    if cfg!(target_family = "wasm") { host::set(version, name, marks) } else { Ok(()) }
}

/// Removes the set with this name in a document.
pub fn clear(document: DocumentId, name: &str) {
    if cfg!(target_family = "wasm") {
        host::clear(document, name);
    }
}
