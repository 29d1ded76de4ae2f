use std::path::PathBuf;

use thiserror::Error;

use crate::sink::SinkError;

/// Why a run cannot continue, or cannot save its progress.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// The file cannot be read or written.
    #[error("cannot read or write the checkpoint {path}: {error}")]
    Io {
        /// The file.
        path: PathBuf,
        /// The error of the operating system.
        error: std::io::Error,
    },
    /// The file is not a checkpoint.
    #[error("{path} is not a valid checkpoint: {message}; start over with `--fresh`")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        message: String,
    },
    /// The pipeline file has changed since the interrupted run.
    #[error(
        "the last run was interrupted, and {pipeline} has changed since: restore the file to continue, or start over with `--fresh`"
    )]
    PipelineChanged {
        /// The pipeline file.
        pipeline: PathBuf,
    },
    /// Another run of the pipeline is in progress.
    #[error("another run of {pipeline} is in progress: wait until it ends")]
    Busy {
        /// The pipeline file.
        pipeline: PathBuf,
    },
    /// A trial run over some rows would spoil an interrupted run, or add rows that stay.
    #[error("`--limit` starts a trial run, and {reason}; use `witdock-etl preview`, which writes nothing")]
    NoTry {
        /// What prevents the trial run.
        reason: String,
    },
    /// The result has other columns than that of the interrupted run.
    #[error(
        "the last run was interrupted, and the result would have other columns now ({difference}): start over with `--fresh`"
    )]
    ColumnsChanged {
        /// The columns before and now.
        difference: String,
    },
    /// A sink cannot be read, or does not commit.
    #[error(transparent)]
    Sink(#[from] SinkError),
}
