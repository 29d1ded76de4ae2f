use thiserror::Error;

use crate::bindings::witdock::etl::types;
use crate::contract::ContractError;

/// Why a plugin does not fit its place in the pipeline.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The plugin refuses its settings. The text is the plugin's.
    #[error("it does not accept its settings: {0}")]
    Settings(String),
    /// The plugin refuses the columns of its input. The text is the plugin's.
    #[error("it does not accept its input: {0}")]
    Schema(String),
    /// The plugin refuses a batch as a whole. The text is the plugin's.
    #[error("it cannot process the batch: {0}")]
    Data(String),
    /// The plugin's contract is invalid.
    #[error(transparent)]
    Contract(#[from] ContractError),
    /// The output would differ from what the run relies on.
    #[error("its output would change in the middle of a run: {0}; start another run to use it")]
    OutputChanged(String),
    /// A column's type cannot be described to a plugin.
    #[error("the input column `{column}` has a type that plugins do not support: {error}")]
    Input {
        /// The column.
        column: String,
        /// Arrow's message.
        error: String,
    },
}

impl From<types::Error> for Refusal {
    fn from(error: types::Error) -> Self {
        match error {
            types::Error::Settings(text) => Self::Settings(text),
            types::Error::Schema(text) => Self::Schema(text),
            types::Error::Data(text) => Self::Data(text),
        }
    }
}
