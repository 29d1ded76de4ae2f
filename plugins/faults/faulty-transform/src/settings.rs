//! The settings: which fault, and when.

use crate::bindings::witdock::etl::types::Error;
use serde::Deserialize;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Settings {
    pub(crate) fault: Fault,
    pub(crate) at: Phase,
    /// Good batches before the first bad one.
    pub(crate) after: u64,
    /// For `handles`: the lookup table to open.
    pub(crate) table: String,
    /// For `big-host-call`: how many bytes to send; the default is 256 MiB.
    pub(crate) bytes: Option<usize>,
}

impl Settings {
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        serde_json::from_str(text).map_err(|error| Error::Settings(error.to_string()))
    }
}

/// The call that fails. Invalid columns and rows occur only in `process`, invalid contracts only in `describe`, whatever
/// this says.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Phase {
    Describe,
    Open,
    #[default]
    Process,
    Finish,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Fault {
    #[default]
    None,

    // Trouble: faults that use up time, memory or the instance.
    /// Never returns.
    Loop,
    /// Allocates memory until it fails.
    Allocate,
    /// Panics with a message.
    Panic,
    /// Traps without a message.
    Trap,
    /// Calls itself until the stack is full.
    Stack,
    /// Writes a million lines to the log.
    FloodLog,
    /// Opens lookup tables forever, and keeps them.
    Handles,
    /// Sends the host one very large string.
    BigHostCall,
    /// Returns an error.
    Error,

    // Invalid outputs.
    /// A column is one row short.
    BadLengths,
    /// A validity bitmap is too short.
    BadValidity,
    /// Text is not UTF-8.
    BadUtf8,
    /// A row of text starts inside a character.
    SplitUtf8,
    /// Offsets descend.
    BadOffsets,
    /// Offsets are past the data.
    OffsetsPastEnd,
    /// A column without nulls has a null.
    NullInNonNullable,
    /// A column is missing.
    MissingColumn,
    /// A column is of another type than the contract says.
    WrongType,
    /// A row is selected that the input does not have.
    RowOutOfRange,
    /// A row is rejected that the input does not have.
    RejectOutOfRange,
    /// A row is rejected twice.
    DuplicateReject,
    /// A row is rejected, and in the output.
    RejectAndKeep,
    /// More fresh rows than the columns have.
    TooManyFresh,

    // Invalid contracts.
    /// It reads a column that the input does not have.
    LyingContract,
    /// It passes through a column that the input does not have.
    PassOutOfRange,
    /// Two output columns have one name.
    DuplicateNames,
}
