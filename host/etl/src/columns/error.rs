use thiserror::Error;

/// What is wrong with a column or a field that a guest gave.
#[derive(Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum ColumnError {
    /// The values are of another type than the contract says.
    #[error("its values are {found}, and {expected} was promised")]
    Type {
        /// The type in the contract.
        expected: String,
        /// The type of the values.
        found: String,
    },
    /// There are more or fewer values than rows.
    #[error("it has {found} {part} for {rows} rows, and {expected} were expected")]
    Length {
        /// What was counted.
        part: &'static str,
        /// The rows of the batch.
        rows: usize,
        /// How many there should be.
        expected: usize,
        /// How many there are.
        found: usize,
    },
    /// Offsets do not start at 0.
    #[error("its first offset is {found}, and has to be 0")]
    FirstOffset {
        /// The first offset.
        found: i32,
    },
    /// Offsets do not end where the data ends.
    #[error("its last offset is {found}, and has to be the length of its data, {length}")]
    LastOffset {
        /// The last offset.
        found: i32,
        /// Bytes of data.
        length: usize,
    },
    /// Offsets fall.
    #[error("its offsets fall from {from} to {to} at row {row}, and may only rise")]
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
    /// A null where the contract says that there is none.
    #[error(
        "row {row} is null, and the contract says that it has no nulls: make the field nullable or give a value"
    )]
    Null {
        /// The row, from 0.
        row: usize,
    },
    /// The bytes are not the Arrow IPC stream that they should be.
    #[error("its Arrow IPC bytes are not usable: {reason}")]
    Ipc {
        /// What is wrong with them.
        reason: String,
    },
    /// `ipc-schema` is there without `ipc`, or the other way around.
    #[error("{0}")]
    IpcSchema(&'static str),
}
