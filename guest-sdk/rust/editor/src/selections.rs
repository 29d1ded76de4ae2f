//! Selections and the cursor.
//!
//! Request the import in `plugin.toml`: `imports = ["witdock:editor/selections"]`. On other targets than
//! WebAssembly no document is open.

pub use crate::bindings::witdock::editor::selections::SelectionError;

use crate::bindings::witdock::editor::selections as host;
use crate::range::to_usize;
use crate::{DocumentId, DocumentVersion, SelectionSet};

/// The selections of a document, if it is still open.
pub fn get(document: DocumentId) -> Option<SelectionSet> {
    if cfg!(target_family = "wasm") { host::get(document) } else { None }
}

/// The offset of the primary cursor of a document, if it is still open.
pub fn cursor(document: DocumentId) -> Option<usize> {
    if cfg!(target_family = "wasm") { host::cursor(document).map(to_usize) } else { None }
}

/// Replaces the selections of a document.
///
/// # Errors
///
/// [`SelectionError`]; the previous ones stay.
pub fn set(version: DocumentVersion, selections: &SelectionSet) -> Result<(), SelectionError> {
    if cfg!(target_family = "wasm") {
        host::set(version, selections)
    } else {
        Err(SelectionError::NoSuchDocument)
    }
}
