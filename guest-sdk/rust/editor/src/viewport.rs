//! The visible part of a document.
//!
//! Request the import in `plugin.toml`: `imports = ["witdock:editor/viewport"]`. On other targets than
//! WebAssembly nothing is visible.

pub use crate::bindings::witdock::editor::viewport::{ShowError, Visible};

use crate::Location;
use crate::bindings::witdock::editor::viewport as host;

/// The visible part of the focused document, if there is one.
pub fn current() -> Option<Visible> {
    if cfg!(target_family = "wasm") { host::current() } else { None }
}

/// Focuses a document, moves its cursor to this place, and scrolls the place into view.
///
/// # Errors
///
/// [`ShowError`]; then nothing changes.
pub fn show(location: Location) -> Result<(), ShowError> {
    if cfg!(target_family = "wasm") { host::show(location) } else { Err(ShowError::NoSuchDocument) }
}
