use std::io;
use std::path::PathBuf;

use arrow_schema::ArrowError;
use thiserror::Error;
use witdock::counted;

/// Why a source cannot be read.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SourceError {
    /// Another program has written to a file while it was read.
    #[error(
        "{path} was changed while it was read, so that nothing of it counts: run again when it is complete"
    )]
    Unsettled {
        /// The file.
        path: String,
    },
    /// The path of a file does not have the columns that `partitions` names.
    #[error("{path}: {message}; fix `partitions` of the source")]
    Partition {
        /// The file.
        path: String,
        /// What is wrong.
        message: String,
    },
    /// The file is not valid CSV.
    #[error(transparent)]
    Csv(#[from] CsvError),
    /// A file or folder cannot be read.
    #[error("cannot read {path}: {error}{}", input_help(.error))]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// The error of the operating system.
        error: io::Error,
    },
    /// No file matches the paths.
    #[error("the source has no files: nothing matches {paths}")]
    NoFiles {
        /// The paths and patterns.
        paths: String,
    },
    /// A pattern is invalid.
    #[error("`{pattern}` is not a valid pattern for files: {error}")]
    Pattern {
        /// The pattern.
        pattern: String,
        /// What is wrong with it.
        error: String,
    },
    /// A line of JSON Lines is not a row.
    #[error("{path}:{line}: {message}")]
    Json {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// What is wrong and what to do.
        message: String,
    },
    /// The file is not a complete Parquet file.
    #[error("{path} cannot be read as Parquet: {message}")]
    Parquet {
        /// The file.
        path: PathBuf,
        /// The message of the Parquet reader.
        message: String,
    },
    /// A file's columns differ from those of the first file.
    #[error("{path} has other columns than {first}: {difference}; {help}")]
    Drift {
        /// The file.
        path: String,
        /// The file that set the columns.
        first: String,
        /// The first difference.
        difference: String,
        /// What to do.
        help: &'static str,
    },
    /// Two columns have the same name.
    #[error("{source_name} has two columns named `{name}`: {help}")]
    DuplicateColumn {
        /// The file, or the database.
        source_name: String,
        /// The name of both.
        name: String,
        /// What to do.
        help: &'static str,
    },
    /// The pipeline gives a type to a column that there is not.
    #[error("{path} has no column `{name}`, which `columns` of [source] names; it has {known}")]
    NoSuchColumn {
        /// The file.
        path: String,
        /// The name in the pipeline.
        name: String,
        /// The names in the file.
        known: String,
    },
    /// All files are empty.
    #[error(
        "{paths} is empty, so its columns are not known: expected a first line with the names of the columns, or rows; or \
         name the columns in [source], with `names` for CSV and `columns` for JSON"
    )]
    Empty {
        /// The paths and patterns.
        paths: String,
    },
    /// A file has changed since the interrupted run has read it.
    #[error("{path} has changed since the interrupted run read it, so the run cannot continue")]
    Changed {
        /// The file.
        path: String,
    },
    /// A database refuses the query, or cannot be reached.
    #[error("{database}: {message}")]
    Database {
        /// The database's name for messages.
        database: String,
        /// What is wrong, and what to do.
        message: String,
    },
    /// The source's plugin cannot be loaded, or fails.
    #[error("the source's plugin {plugin}: {message}")]
    Plugin {
        /// The plugin's name, or its path if it is not loaded.
        plugin: String,
        /// What is wrong.
        message: String,
    },
    /// The system cannot watch a folder.
    #[error("cannot watch {path} for new files: {message}")]
    Watch {
        /// The folder.
        path: PathBuf,
        /// The error of the operating system.
        message: String,
    },
    /// The columns do not make a batch.
    #[error("{path}: cannot build a batch: {error}")]
    Arrow {
        /// Where its rows came from.
        path: String,
        /// Arrow's message.
        error: ArrowError,
    },
}

/// Why a CSV file cannot be read.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CsvError {
    /// The file cannot be opened or read.
    #[error("cannot read {path}: {error}{}", input_help(.error))]
    Io {
        /// The file.
        path: PathBuf,
        /// The error of the operating system.
        error: io::Error,
    },
    /// Two columns have the same name.
    #[error(
        "{path}:{line}: the columns {first} and {second} are both named `{name}`: rename one of them in the file, or \
         name all columns in `names` of [source], with `header = true`"
    )]
    DuplicateColumn {
        /// The file.
        path: PathBuf,
        /// The header's line.
        line: u64,
        /// The name of both.
        name: String,
        /// The first one's number, from 1.
        first: usize,
        /// The second one's number, from 1.
        second: usize,
    },
    /// A column has no name.
    #[error(
        "{path}:{line}: column {column} has no name: give it one in the file, name all columns in `names` of [source], \
         with `header = true`, or set `header = false` if this line is a row"
    )]
    UnnamedColumn {
        /// The file.
        path: PathBuf,
        /// The header's line.
        line: u64,
        /// Its number, from 1.
        column: usize,
    },
    /// The pipeline names more or fewer columns than the file has.
    #[error("{path} has {}, and `names` of [source] has {given}: name each column", counted(*.found as u64, "column"))]
    Names {
        /// The file.
        path: PathBuf,
        /// Names in the pipeline.
        given: usize,
        /// Fields in the first record.
        found: usize,
    },
    /// A value does not have the type that the pipeline gives its column.
    #[error(
        "{path}:{line}: column `{name}`: `{value}` is not {expected}: fix the line, change the type in `columns` of \
         [source], or set `on_bad = \"reject\"`"
    )]
    Value {
        /// The file.
        path: PathBuf,
        /// The line that the record begins on.
        line: u64,
        /// The column's name.
        name: String,
        /// The text in the file.
        value: String,
        /// The type.
        expected: String,
    },
    /// Text is not read as the type of the column.
    #[error("{path}: column `{name}` has the type {data_type}, which text is not read as")]
    Type {
        /// The file.
        path: PathBuf,
        /// The column's name.
        name: String,
        /// The type.
        data_type: String,
    },
    /// A record is longer or shorter than the header.
    #[error("{path}:{line}: {}, expected {expected}: {help}", counted(*.found as u64, "field"))]
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
        help: &'static str,
    },
    /// A quote is never closed, so that the rest of the file is one field.
    #[error(
        "{path}:{line}: a quote in this record is not closed: close or remove it, set `on_bad = \"reject\"`, or \
         `quote = \"\"` if quotes are text in this file"
    )]
    OpenQuote {
        /// The file.
        path: PathBuf,
        /// The line that the record begins on.
        line: u64,
    },
    /// Text follows the quote that closes a field.
    #[error(
        "{path}:{line}: text follows the closing quote of column {column}: double the quotes inside of the field, set \
         `escape` if another character marks them, `quote = \"\"` if they are text, or `on_bad = \"reject\"`"
    )]
    AfterQuote {
        /// The file.
        path: PathBuf,
        /// The line that the record begins on.
        line: u64,
        /// The column's number, from 1.
        column: usize,
    },
    /// A line is so long that it would fill the memory.
    #[error("{path}:{line}: the line is longer than 64 MiB: check the format, or set `on_bad = \"reject\"`")]
    TooLong {
        /// The file.
        path: PathBuf,
        /// The line.
        line: u64,
    },
    /// A field is not in the file's encoding.
    #[error("{path}:{line}: column {column} (`{name}`) is not {encoding} at byte {byte}: {help}")]
    NotText {
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
        /// The encoding.
        encoding: &'static str,
        /// What to do.
        help: &'static str,
    },
    /// The columns do not make a batch.
    #[error("{path}: cannot build a batch: {error}")]
    Arrow {
        /// The file.
        path: PathBuf,
        /// Arrow's message.
        error: ArrowError,
    },
}

/// What to do about compressed data that ends early or is damaged, which decoders report as errors of input.
fn input_help(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => "; the file ends too early: was it copied in full?",
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => "; the compressed data is damaged",
        _ => "",
    }
}
