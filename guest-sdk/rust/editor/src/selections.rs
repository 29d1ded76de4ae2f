//! What is selected, and where the cursor is.
//!
//! A plugin asks for the import in its `plugin.toml`: `imports = ["witdock:editor/selections"]`. On a target that is
//! not WebAssembly no document is open, so nothing is selected.

pub use crate::bindings::witdock::editor::selections::SelectionError;

use crate::bindings::witdock::editor::selections as host;
use crate::range::to_usize;
use crate::{DocumentId, DocumentVersion, SelectionSet};

/// The selections of a document, unless it has been closed.
pub fn get(document: DocumentId) -> Option<SelectionSet> {
    if cfg!(target_family = "wasm") { host::get(document) } else { None }
}

/// Where the primary cursor of a document is, unless it has been closed.
pub fn cursor(document: DocumentId) -> Option<usize> {
    if cfg!(target_family = "wasm") { host::cursor(document).map(to_usize) } else { None }
}

/// Replaces the selections of a document.
///
/// # Errors
///
/// [`SelectionError`]; the old ones stay then.
pub fn set(version: DocumentVersion, selections: &SelectionSet) -> Result<(), SelectionError> {
    if cfg!(target_family = "wasm") {
        host::set(version, selections)
    } else {
        Err(SelectionError::NoSuchDocument)
    }
}
