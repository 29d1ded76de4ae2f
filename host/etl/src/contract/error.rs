use arrow_schema::ArrowError;
use thiserror::Error;

use crate::columns::{ColumnError, MAX_ROWS};

/// What is wrong with a contract that a plugin gave.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ContractError {
    /// A column is read that is not there.
    #[error("its contract reads the input column {index}, and the input has {columns} (counted from 0)")]
    Reads {
        /// The index given.
        index: u32,
        /// Columns in the input.
        columns: usize,
    },
    /// A column is passed on that is not there.
    #[error("its contract passes on the input column {index}, and the input has {columns} (counted from 0)")]
    Same {
        /// The index given.
        index: u32,
        /// Columns in the input.
        columns: usize,
    },
    /// Two output columns have one name.
    #[error("its contract gives two output columns the name `{name}`")]
    DuplicateName {
        /// The name.
        name: String,
    },
    /// The output has no columns.
    #[error("its contract has no output column: a stage has to give at least one")]
    NoOutput,
    /// A field of the output is not described rightly.
    #[error("its contract describes the output column `{name}` wrongly: {error}")]
    Field {
        /// The column.
        name: String,
        /// What is wrong.
        error: ColumnError,
    },
}

/// What is wrong with what a plugin gave for a batch.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum OutputError {
    /// There are more or fewer columns than the contract says.
    #[error("it gave {found} columns for {what}, and its contract promises {expected}")]
    ColumnCount {
        /// Which columns were expected.
        what: &'static str,
        /// How many were promised.
        expected: usize,
        /// How many came.
        found: usize,
    },
    /// A column is not as promised.
    #[error("its column `{column}` is not usable: {error}")]
    Column {
        /// The output column's name.
        column: String,
        /// What is wrong.
        error: ColumnError,
    },
    /// A row number is out of range.
    #[error("it {what} row {row}, and the batch has {rows} (counted from 0)")]
    RowOutOfRange {
        /// What it did to the row.
        what: &'static str,
        /// The number.
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
    /// A row is rejected and comes out all the same.
    #[error("it rejected row {row} and gave it out as well")]
    RejectedAndGiven {
        /// The row, from 0.
        row: u32,
    },
    /// Rows are rejected though all come out.
    #[error("it rejected {rejected} rows and said that all come out: name the others with `selected`")]
    RejectedWithAll {
        /// Rows rejected.
        rejected: usize,
    },
    /// `finish` speaks of input rows, and there are none.
    #[error("`finish` may only give `fresh` rows: there is no batch whose rows it could {what}")]
    FinishWithoutInput {
        /// What it tried.
        what: &'static str,
    },
    /// There are more rows than the host takes at once.
    #[error("it gave {rows} rows at once, and {MAX_ROWS} is the most: give them in several batches")]
    TooManyRows {
        /// Rows given.
        rows: usize,
    },
    /// Arrow would not put the batch together.
    #[error("its output does not make a batch: {0}")]
    Arrow(#[from] ArrowError),
}
