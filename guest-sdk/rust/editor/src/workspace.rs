//! The workspace folder and its files.
//!
//! Request the import in `plugin.toml`: `imports = ["witdock:editor/workspace"]`. On other targets than
//! WebAssembly no document is open and no file can be read.

pub use crate::bindings::witdock::editor::workspace::FileError;

use crate::DocumentInfo;
use crate::bindings::witdock::editor::workspace as host;

/// The absolute path of the workspace folder.
pub fn root() -> String {
    if cfg!(target_family = "wasm") { host::root() } else { String::new() }
}

/// The open documents, without their text.
pub fn open_documents() -> Vec<DocumentInfo> {
    if cfg!(target_family = "wasm") { host::open_documents() } else { Vec::new() }
}

/// Reads a file from disk. The path is relative to the root, with `/` between folders.
///
/// # Errors
///
/// [`FileError`].
pub fn read_file(path: &str) -> Result<String, FileError> {
    if cfg!(target_family = "wasm") {
        host::read_file(path)
    } else {
        Err(FileError::Unavailable("there is no editor".to_owned()))
    }
}
