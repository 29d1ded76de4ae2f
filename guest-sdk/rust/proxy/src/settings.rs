//! The settings of a filter.

use serde::de::DeserializeOwned;
use serde_json::Value;

/// Reads settings that are JSON text. None at all are an empty object.
pub(crate) fn parse<T: DeserializeOwned>(settings: &[u8]) -> Result<T, String> {
    let value: Value = match settings {
        [] => Value::Object(serde_json::Map::new()),
        text => serde_json::from_slice(text).map_err(|error| format!("they are not JSON: {error}"))?,
    };
    // Through a `Value`, so that serde's error names the setting instead of a position in JSON text that nobody has written.
    serde_json::from_value(value).map_err(|error| error.to_string())
}
