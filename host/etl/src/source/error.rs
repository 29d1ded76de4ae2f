use std::io;
use std::path::PathBuf;

use arrow_schema::ArrowError;
use thiserror::Error;

use super::csv::CsvError;

/// Why a source cannot be read.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SourceError {
    /// The file is not CSV as it should be.
    #[error(transparent)]
    Csv(#[from] CsvError),
    /// A file or folder cannot be read.
    #[error("cannot read {path}: {error}{}", input_help(.error))]
    Io {
        /// Which.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// There is nothing to read.
    #[error("the source has no file: nothing matches {paths}")]
    NoFiles {
        /// What was looked for.
        paths: String,
    },
    /// A pattern is none.
    #[error("`{pattern}` is no pattern for files: {error}")]
    Pattern {
        /// The pattern.
        pattern: String,
        /// Why not.
        error: String,
    },
    /// A line of JSON Lines is no row.
    #[error("{path}:{line}: {message}")]
    Json {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// What is wrong and what to do.
        message: String,
    },
    /// The file is no Parquet, or only part of one.
    #[error("{path} cannot be read as Parquet: {message}")]
    Parquet {
        /// The file.
        path: PathBuf,
        /// What the reader said.
        message: String,
    },
    /// A file's columns are not those of the first one.
    #[error(
        "{path} has other columns than {first}: {difference}; mend the file, or set `on_drift` of the source to \
         \"quarantine\" or \"evolve\""
    )]
    Drift {
        /// The file.
        path: String,
        /// The file that set the columns.
        first: String,
        /// The first difference.
        difference: String,
    },
    /// A file has changed since it was read, and the run that read it has not ended.
    #[error(
        "{path} has changed since this run read it, so it cannot go on: put the file back as it was, or start over with `--fresh`"
    )]
    Changed {
        /// The file.
        path: String,
    },
    /// A database cannot be asked.
    #[error("{database}: {message}")]
    Database {
        /// Which.
        database: String,
        /// What it said, and what to do.
        message: String,
    },
    /// A plugin cannot be loaded, or gives no rows.
    #[error("the source's plugin {plugin}: {message}")]
    Plugin {
        /// Which.
        plugin: String,
        /// What is wrong.
        message: String,
    },
    /// The system cannot watch a folder.
    #[error("cannot watch {path} for new files: {message}")]
    Watch {
        /// The folder.
        path: PathBuf,
        /// Why.
        message: String,
    },
    /// The batch could not be put together.
    #[error("{path}: cannot build a batch: {error}")]
    Arrow {
        /// Where its rows came from.
        path: String,
        /// What Arrow said.
        error: ArrowError,
    },
}

/// Compressed data that ends early, or is damaged, comes as an error of input.
pub(super) fn input_help(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => "; the file ends too early: was it copied in full?",
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => "; the compressed data is damaged",
        _ => "",
    }
}
