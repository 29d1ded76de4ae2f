//! Where rows go. Nothing is seen at a target before the whole run has succeeded.

mod csv;
mod jsonl;
mod parquet;
mod staged;

use std::io;
use std::path::PathBuf;

use arrow_array::RecordBatch;
use arrow_schema::{ArrowError, SchemaRef};
use thiserror::Error;

use crate::pipeline::{Sink, SinkFormat};

pub(crate) use jsonl::JsonlSink;
pub(crate) use staged::StagedFile;
pub use staged::{Complete, commit_all};

/// Why rows cannot be written.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SinkError {
    /// The file cannot be written.
    #[error("cannot write {path}: {error}")]
    Io {
        /// The target.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// The format has no form for a column's type.
    #[error(
        "cannot write {path}: {error}; choose another format for this sink, or let a stage turn the column into text"
    )]
    Type {
        /// The target.
        path: PathBuf,
        /// What Arrow said.
        error: String,
    },
    /// Rows could not be encoded.
    #[error("cannot write rows to {path}: {error}")]
    Encode {
        /// The target.
        path: PathBuf,
        /// What Arrow or Parquet said.
        error: String,
    },
}

/// Writes rows in one format.
pub trait SinkWriter: Send {
    /// Writes the rows of a batch.
    ///
    /// # Errors
    ///
    /// When they cannot be encoded, or the disk takes no more.
    fn write(&mut self, batch: &RecordBatch) -> Result<(), SinkError>;

    /// Writes what the format puts after the last row and brings all of it to the disk. The target is untouched until
    /// [`commit_all`].
    ///
    /// # Errors
    ///
    /// When the disk takes no more.
    fn finish(self: Box<Self>) -> Result<Complete, SinkError>;
}

/// Starts writing to a sink. Missing parent folders are made.
///
/// # Errors
///
/// When the target's folder cannot be written to, or the format has no form for a column's type.
pub fn open(sink: &Sink, schema: &SchemaRef) -> Result<Box<dyn SinkWriter>, SinkError> {
    let file = StagedFile::create(&sink.path)?;
    Ok(match sink.format {
        SinkFormat::Csv => Box::new(csv::CsvSink::open(file, schema)?),
        SinkFormat::Jsonl => Box::new(JsonlSink::open(file, schema)?),
        SinkFormat::Parquet => Box::new(parquet::ParquetSink::open(file, schema)?),
    })
}

fn encode(path: PathBuf) -> impl FnOnce(ArrowError) -> SinkError {
    |error| SinkError::Encode { path, error: error.to_string() }
}

#[cfg(test)]
mod tests;
