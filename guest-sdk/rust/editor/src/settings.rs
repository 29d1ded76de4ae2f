//! The plugin's own settings, for one that would rather ask than keep them.
//!
//! A plugin asks for the import in its `plugin.toml`: `imports = ["witdock:editor/settings"]`. On a target that is
//! not WebAssembly the table is empty.

use crate::bindings::witdock::editor::settings as host;
use serde::de::DeserializeOwned;

/// The settings as they are now.
///
/// # Errors
///
/// What serde says, when they are not of this type.
pub fn current<T: DeserializeOwned>() -> Result<T, String> {
    parse(&if cfg!(target_family = "wasm") { host::current() } else { "{}".to_owned() })
}

pub(crate) fn parse<T: DeserializeOwned>(settings: &str) -> Result<T, String> {
    // By way of a value, so that serde's words name the setting and not a place in JSON text that nobody wrote.
    serde_json::from_str(settings).and_then(serde_json::from_value::<T>).map_err(|error| error.to_string())
}
