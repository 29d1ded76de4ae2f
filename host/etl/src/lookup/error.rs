use std::path::PathBuf;

use arrow_schema::ArrowError;
use thiserror::Error;

use crate::source::SourceError;

/// Why a lookup table cannot be loaded.
#[derive(Debug, Error)]
#[error("lookup table `{table}`: {kind}")]
pub struct LookupTableError {
    /// The table's name.
    pub table: String,
    /// What is wrong with it.
    pub kind: Box<LookupTableErrorKind>,
}

/// What is wrong with a lookup table.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum LookupTableErrorKind {
    /// Its source cannot be read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The pipeline names a column that the table does not have.
    #[error("{path} has no column `{column}`{hint}; it has {known}")]
    NoSuchColumn {
        /// The file.
        path: PathBuf,
        /// The column.
        column: String,
        /// The name that was probably meant, in brackets, or nothing.
        hint: String,
        /// The columns of the table.
        known: String,
    },
    /// A key column has a type that cannot be compared for equality.
    #[error(
        "its key column `{column}` contains {found}, which cannot be a key: keys are whole numbers, text, dates, timestamps or \
         booleans; give it a type with `types = {{ {column} = \"utf8\" }}`"
    )]
    KeyType {
        /// The column.
        column: String,
        /// What the column contains.
        found: String,
    },
    /// Two rows have the same key.
    #[error("{path}:{second}: the key ({key}) is already on line {first}: remove one of the two lines")]
    DuplicateKey {
        /// The file.
        path: PathBuf,
        /// The key's values.
        key: String,
        /// The line of the first.
        first: u64,
        /// The line of the second.
        second: u64,
    },
    /// A value does not fit the type that the pipeline gives its column.
    #[error("{path}:{line}: \"{value}\" in the column `{column}` is not a valid {expected}")]
    Value {
        /// The file.
        path: PathBuf,
        /// The line.
        line: u64,
        /// The column.
        column: String,
        /// The value.
        value: String,
        /// The type.
        expected: String,
    },
    /// Arrow cannot convert the table.
    #[error(transparent)]
    Arrow(#[from] ArrowError),
}
