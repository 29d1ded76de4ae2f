use std::path::PathBuf;

use thiserror::Error;

use crate::sink::SinkError;

/// Why a run cannot go on, or note what it has done.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// The file cannot be read or written.
    #[error("cannot keep the checkpoint {path}: {error}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// The file is no checkpoint.
    #[error("{path} is no checkpoint that this program can read: {message}; start over with `--fresh`")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Why not.
        message: String,
    },
    /// The pipeline has changed since the run that was cut.
    #[error(
        "a run of this pipeline was cut, and {pipeline} has changed since: put it back to go on, or start over with `--fresh`"
    )]
    PipelineChanged {
        /// The pipeline file.
        pipeline: PathBuf,
    },
    /// Another run of the pipeline goes on.
    #[error("another run of {pipeline} goes on: wait for its end")]
    Busy {
        /// The pipeline file.
        pipeline: PathBuf,
    },
    /// A try over some rows would be in the way of a run that was cut, or of rows that are kept.
    #[error("`--limit` is a try, and {reason}: `witdock-etl preview` shows rows and writes nothing")]
    NoTry {
        /// What is in the way.
        reason: String,
    },
    /// The rows have other columns than before the cut.
    #[error(
        "a run of this pipeline was cut, and its result would have other columns now ({difference}): start over with `--fresh`"
    )]
    ColumnsChanged {
        /// What is different.
        difference: String,
    },
    /// A sink cannot be asked or does not commit.
    #[error(transparent)]
    Sink(#[from] SinkError),
}
