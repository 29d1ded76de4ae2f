//! Settings, which come as JSON text.

use serde::de::DeserializeOwned;

use crate::Error;

/// Reads settings. `text` is a JSON object.
///
/// # Errors
///
/// [`Error::Settings`] in serde's words.
pub(crate) fn parse<S: DeserializeOwned>(text: &str) -> Result<S, Error> {
    // By way of a value, so that serde's words name the setting and not a place in JSON text that nobody wrote.
    serde_json::from_str(text)
        .and_then(serde_json::from_value)
        .map_err(|error| Error::Settings(error.to_string()))
}
