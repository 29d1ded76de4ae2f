use std::path::PathBuf;

use arrow_schema::ArrowError;
use thiserror::Error;

use crate::source::SourceError;

/// A lookup table cannot be loaded.
#[derive(Debug, Error)]
#[error("the lookup table `{table}`: {kind}")]
pub struct LookupTableError {
    /// The table.
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
    /// The pipeline names a column that the file does not have.
    #[error("{path} has no column `{column}`{hint}; it has {known}")]
    NoSuchColumn {
        /// The file.
        path: PathBuf,
        /// The column.
        column: String,
        /// The name that was probably meant.
        hint: String,
        /// The columns that are there.
        known: String,
    },
    /// A key column holds numbers that should not be compared for equality.
    #[error(
        "its key column `{column}` holds {found}, which is no key: keys are whole numbers, text, dates, timestamps or \
         booleans; give it a type with `types = {{ {column} = \"utf8\" }}`"
    )]
    KeyType {
        /// The column.
        column: String,
        /// Its type.
        found: String,
    },
    /// Two rows have one key.
    #[error("{path}:{second}: the key ({key}) is already on line {first}: keep one of them")]
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
    /// A value is not of the type that the pipeline gives its column.
    #[error("{path}:{line}: \"{value}\" in the column `{column}` is no {expected}")]
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
    /// Arrow could not take the table.
    #[error(transparent)]
    Arrow(#[from] ArrowError),
}
