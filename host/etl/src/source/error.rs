use std::io;
use std::path::PathBuf;

use arrow_schema::ArrowError;
use thiserror::Error;

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

/// Why a CSV file cannot be read on.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CsvError {
    /// The file cannot be opened or read.
    #[error("cannot read {path}: {error}{}", input_help(.error))]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// The file has no bytes, so no header.
    #[error("{path} is empty: a first line with the names of the columns was expected (or `header = false`)")]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// Two columns have one name.
    #[error(
        "{path}:1: the columns {first} and {second} are both named `{name}`: rename one of them in the file"
    )]
    DuplicateColumn {
        /// The file.
        path: PathBuf,
        /// The name.
        name: String,
        /// The first one's number, from 1.
        first: usize,
        /// The second one's number, from 1.
        second: usize,
    },
    /// A column has no name.
    #[error("{path}:1: column {column} has no name: give it one in the first line, or set `header = false`")]
    UnnamedColumn {
        /// The file.
        path: PathBuf,
        /// Its number, from 1.
        column: usize,
    },
    /// A record is longer or shorter than the header.
    #[error("{path}:{line}: {found} fields, and {expected} were expected: {mend}")]
    Ragged {
        /// The file.
        path: PathBuf,
        /// The line that the record begins on.
        line: u64,
        /// Fields in the record.
        found: usize,
        /// Fields in the header, or in the first record.
        expected: usize,
        /// What to do.
        mend: &'static str,
    },
    /// A quote is opened and never closed, so that the rest of the file is one field.
    #[error(
        "{path}:{line}: a quote is opened in this record and never closed, up to the end of the file: close or remove it"
    )]
    OpenQuote {
        /// The file.
        path: PathBuf,
        /// The line that the record begins on.
        line: u64,
    },
    /// A field is not UTF-8.
    #[error(
        "{path}:{line}: column {column} (`{name}`) is not UTF-8 at its byte {byte}: convert the file first, for \
         example with `iconv -f latin1 -t utf-8`"
    )]
    NotUtf8 {
        /// The file.
        path: PathBuf,
        /// The line that the record begins on; 1 is the header.
        line: u64,
        /// The column's number, from 1.
        column: usize,
        /// The column's name.
        name: String,
        /// The offset in the field of the first byte that is wrong, from 0.
        byte: usize,
    },
    /// The batch could not be put together.
    #[error("{path}: cannot build a batch: {error}")]
    Arrow {
        /// The file.
        path: PathBuf,
        /// What Arrow said.
        error: ArrowError,
    },
}

/// Compressed data that ends early, or is damaged, comes as an error of input.
fn input_help(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => "; the file ends too early: was it copied in full?",
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => "; the compressed data is damaged",
        _ => "",
    }
}
