//! The folder that is worked in, and its files.
//!
//! A plugin asks for the import in its `plugin.toml`: `imports = ["witdock:editor/workspace"]`. On a target that is
//! not WebAssembly nothing is open and no file can be read.

pub use crate::bindings::witdock::editor::workspace::FileError;

use crate::DocumentInfo;
use crate::bindings::witdock::editor::workspace as host;

/// The absolute path of the folder that is worked in.
pub fn root() -> String {
    if cfg!(target_family = "wasm") { host::root() } else { String::new() }
}

/// What is open, without its text.
pub fn open_documents() -> Vec<DocumentInfo> {
    if cfg!(target_family = "wasm") { host::open_documents() } else { Vec::new() }
}

/// Reads a file as it is on disk. The path is relative to the root, with `/` between folders.
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
