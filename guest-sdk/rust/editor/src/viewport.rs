//! What can be seen of a document.
//!
//! A plugin asks for the import in its `plugin.toml`: `imports = ["witdock:editor/viewport"]`. On a target that is
//! not WebAssembly nothing is seen.

pub use crate::bindings::witdock::editor::viewport::{ShowError, Visible};

use crate::Location;
use crate::bindings::witdock::editor::viewport as host;

/// What is seen of the document that keys go to, if there is one.
pub fn current() -> Option<Visible> {
    if cfg!(target_family = "wasm") { host::current() } else { None }
}

/// Brings a document to the front, with its cursor at this place.
///
/// # Errors
///
/// [`ShowError`]; nothing moves then.
pub fn show(location: Location) -> Result<(), ShowError> {
    if cfg!(target_family = "wasm") { host::show(location) } else { Err(ShowError::NoSuchDocument) }
}
