use arrow_schema::ArrowError;
use thiserror::Error;

use super::limits::{MOST_BYTES, MOST_COLUMNS, MOST_READS};
use witdock::counted;

use crate::columns::{ColumnError, MAX_ROWS};

/// Why a plugin's contract is invalid.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ContractError {
    /// The contract reads a column that the input does not have.
    #[error("its contract reads the input column {index}, and the input has {columns} (counted from 0)")]
    Reads {
        /// The index, from 0.
        index: u32,
        /// The number of input columns.
        columns: usize,
    },
    /// The contract reads a column again and again.
    #[error("its contract reads the input column {index} more than {MOST_READS} times")]
    ReadsAgain {
        /// The index, from 0.
        index: u32,
    },
    /// The output has too many columns.
    #[error("its contract has {columns} output columns, and the limit is {MOST_COLUMNS}")]
    TooManyColumns {
        /// The number of output columns.
        columns: usize,
    },
    /// The descriptions of the output columns are too long.
    #[error(
        "the names and types of its contract's output columns have {bytes} bytes, and the limit is {MOST_BYTES}"
    )]
    LongDescriptions {
        /// Their bytes.
        bytes: usize,
    },
    /// The contract passes on a column that the input does not have.
    #[error("its contract passes on the input column {index}, and the input has {columns} (counted from 0)")]
    Same {
        /// The index, from 0.
        index: u32,
        /// The number of input columns.
        columns: usize,
    },
    /// Two output columns have the same name.
    #[error("its contract gives two output columns the name `{name}`")]
    DuplicateName {
        /// The name of both.
        name: String,
    },
    /// The output has no columns.
    #[error("its contract has no output column: a stage must give at least one")]
    NoOutput,
    /// The description of an output column is invalid.
    #[error("its contract has an invalid description of the output column `{name}`: {error}")]
    Field {
        /// The column.
        name: String,
        /// What is wrong.
        error: ColumnError,
    },
}

/// Why a plugin's output for a batch is invalid.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum OutputError {
    /// There are more or fewer columns than the contract says.
    #[error("it gave {} for {what}, and its contract promises {expected}", counted(*.found as u64, "column"))]
    ColumnCount {
        /// The kind of columns that were expected.
        what: &'static str,
        /// The number of columns in the contract.
        expected: usize,
        /// The number of columns in the output.
        found: usize,
    },
    /// A column does not match the contract.
    #[error("its column `{column}` is invalid: {error}")]
    Column {
        /// The output column's name.
        column: String,
        /// What is wrong.
        error: ColumnError,
    },
    /// A row number is out of range.
    #[error("it {what} row {row}, and the batch has {rows} (counted from 0)")]
    RowOutOfRange {
        /// What the plugin did with the row.
        what: &'static str,
        /// The row number.
        row: u32,
        /// Rows in the batch.
        rows: usize,
    },
    /// A row is rejected twice.
    #[error("it rejected row {row} twice")]
    RejectedTwice {
        /// The row, from 0.
        row: u32,
    },
    /// A row is both rejected and selected.
    #[error("it both rejected and selected row {row}")]
    RejectedAndGiven {
        /// The row, from 0.
        row: u32,
    },
    /// The output says `all`, and rejects some rows.
    #[error("it rejected {} and answered `all`: list the other rows with `selected`", counted(*.rejected as u64, "row"))]
    RejectedWithAll {
        /// The number of rejected rows.
        rejected: usize,
    },
    /// `finish` refers to input rows, and it has none.
    #[error("`finish` can only give `fresh` rows: there is no batch whose rows it could {what}")]
    FinishWithoutInput {
        /// What the plugin tried to do.
        what: &'static str,
    },
    /// The output has more rows than the host accepts at once.
    #[error("it gave {rows} rows at once, and the limit is {MAX_ROWS}: give them in several batches")]
    TooManyRows {
        /// The number of rows.
        rows: usize,
    },
    /// Arrow rejects the columns as a batch.
    #[error("its output is not a valid batch: {0}")]
    Arrow(#[from] ArrowError),
}
