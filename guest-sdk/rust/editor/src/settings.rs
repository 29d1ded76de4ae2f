//! Reads the plugin's settings on request.
//!
//! Request the import in `plugin.toml`: `imports = ["witdock:editor/settings"]`. On other targets than
//! WebAssembly the table is empty.

use crate::bindings::witdock::editor::settings as host;
use serde::de::DeserializeOwned;

/// Returns the current settings.
///
/// # Errors
///
/// Serde's error if they do not match this type.
pub fn current<T: DeserializeOwned>() -> Result<T, String> {
    parse(&if cfg!(target_family = "wasm") { host::current() } else { "{}".to_owned() })
}

pub(crate) fn parse<T: DeserializeOwned>(settings: &str) -> Result<T, String> {
    // Through a `Value`, so that serde's error names the setting instead of a position in JSON text that the user never sees.
    serde_json::from_str(settings).and_then(serde_json::from_value::<T>).map_err(|error| error.to_string())
}
