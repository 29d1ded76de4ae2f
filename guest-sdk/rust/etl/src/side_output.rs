//! Rows that leave the main stream, for example late or suspicious ones.
//!
//! Request the import in `plugin.toml`: `imports = ["witdock:etl/side-output"]`. On other targets than WebAssembly there is no
//! side output, and [`emit`] fails.

use crate::Error;
use crate::bindings::witdock::etl::side_output as host;
use crate::bindings::witdock::etl::types::{Batch, Column, Field};

/// Sends rows to the stage's side output of this name. The first call fixes its fields.
///
/// # Errors
///
/// [`Error::Settings`] if the stage has no such side output, [`Error::Data`] if the rows do not match it or
/// cannot be written.
pub fn emit(name: &str, fields: &[Field], rows: u32, columns: Vec<Column>) -> Result<(), Error> {
    if cfg!(not(target_family = "wasm")) {
        return Err(Error::Data(format!("side output `{name}`: there is no host to receive it")));
    }
    host::emit(name, fields, &Batch { rows, columns }).map_err(|error| match error {
        host::EmitError::NoSuchOutput(text) => Error::Settings(format!("side output `{name}`: {text}")),
        host::EmitError::Schema(text) => Error::Data(format!("rows for side output `{name}`: {text}")),
        host::EmitError::Unavailable(text) => Error::Data(format!("side output `{name}`: {text}")),
    })
}
