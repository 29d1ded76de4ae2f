use thiserror::Error;
use witdock::counted;

/// Why a column or a field of a guest is invalid.
#[derive(Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum ColumnError {
    /// The values have another type than the contract says.
    #[error("its values are {found}, expected {expected}")]
    Type {
        /// The type in the contract.
        expected: String,
        /// The type of the values.
        found: String,
    },
    /// There are more or fewer values than rows.
    #[error("it has {found} {part} for {}, expected {expected}", counted(*.rows as u64, "row"))]
    Length {
        /// What was counted.
        part: &'static str,
        /// The rows of the batch.
        rows: usize,
        /// The expected number.
        expected: usize,
        /// The actual number.
        found: usize,
    },
    /// Offsets do not start at 0.
    #[error("its first offset is {found}, expected 0")]
    FirstOffset {
        /// The first offset.
        found: i32,
    },
    /// Offsets do not end where the data ends.
    #[error("its last offset is {found}, expected the length of its data, {length}")]
    LastOffset {
        /// The last offset.
        found: i32,
        /// Bytes of data.
        length: usize,
    },
    /// An offset is less than the one before it.
    #[error(
        "its offsets fall from {from} to {to} at row {row}: each offset must be at least the one before it"
    )]
    FallingOffset {
        /// The row, from 0.
        row: usize,
        /// The row's offset.
        from: i32,
        /// The next row's offset.
        to: i32,
    },
    /// Text is not UTF-8.
    #[error("its text in row {row} is not UTF-8")]
    NotUtf8 {
        /// The row, from 0.
        row: usize,
    },
    /// A value does not fit the type of its field, which the guest sees as a larger one.
    #[error("its value in row {row} is not {expected}")]
    Value {
        /// The row, from 0.
        row: usize,
        /// The type of the field.
        expected: String,
    },
    /// A null in a column that is not nullable.
    #[error("row {row} is null, and the field is not nullable: make the field nullable, or give a value")]
    Null {
        /// The row, from 0.
        row: usize,
    },
    /// The bytes are not the expected Arrow IPC stream.
    #[error("its Arrow IPC bytes are invalid: {reason}")]
    Ipc {
        /// What is wrong with the bytes.
        reason: String,
    },
    /// A field has `ipc-schema` and not the type `ipc`, or the type without the schema.
    #[error("{0}")]
    IpcSchema(&'static str),
}
