//! Parses settings, which are JSON text.

use serde::de::DeserializeOwned;

use crate::Error;

/// Parses settings. `text` is a JSON object.
///
/// # Errors
///
/// [`Error::Settings`] with serde's message.
pub(crate) fn parse<S: DeserializeOwned>(text: &str) -> Result<S, Error> {
    // Through a `Value`, so that serde's error names the setting instead of a position in JSON text that the user never sees.
    serde_json::from_str(text)
        .and_then(serde_json::from_value)
        .map_err(|error| Error::Settings(error.to_string()))
}
