use arrow_schema::ArrowError;
use thiserror::Error;
use tokio::task::JoinError;
use witdock::DockError;

use crate::checkpoint::CheckpointError;
use crate::lookup::LookupTableError;
use crate::sink::SinkError;
use crate::source::SourceError;
use crate::stage::StageError;

/// Why a pipeline cannot be loaded or run to its end. No sink has been touched then, except where a
/// [`SinkError`] says so.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum RunError {
    /// The wasm engine cannot be set up.
    #[error(transparent)]
    Dock(#[from] DockError),
    /// The source cannot be read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// A lookup table cannot be loaded.
    #[error(transparent)]
    Lookup(#[from] LookupTableError),
    /// A stage cannot go on.
    #[error(transparent)]
    Stage(#[from] StageError),
    /// Rows cannot be written.
    #[error(transparent)]
    Sink(#[from] SinkError),
    /// More rows were rejected than the pipeline allows.
    #[error(
        "{rejected} rows were rejected, and `max_rows` in [rejected] allows {allowed}: most often {worst}"
    )]
    TooManyRejected {
        /// So many at least.
        rejected: u64,
        /// The pipeline's bound.
        allowed: u64,
        /// The most frequent reason.
        worst: String,
    },
    /// A larger share of the rows was rejected than the pipeline allows.
    #[error(
        "{percent:.2} % of the rows were rejected, and `max_percent` in [rejected] allows {allowed}: most often {worst}"
    )]
    TooLargeShareRejected {
        /// In percent of the rows read so far.
        percent: f64,
        /// The pipeline's bound.
        allowed: f64,
        /// The most frequent reason.
        worst: String,
    },
    /// Rejected rows cannot be run again.
    #[error("{0}")]
    Retry(String),
    /// What is done cannot be kept, or not be gone on from.
    #[error(transparent)]
    Checkpoint(CheckpointError),
    /// Rows were lost or doubled on the way. This is an error of this program and not of the pipeline.
    #[error("the rows do not add up, so nothing was written: {0}; please report this")]
    Balance(String),
    /// The first rows cannot be shown.
    #[error("cannot show the first rows: {0}")]
    Preview(#[from] ArrowError),
    /// A task of the engine ended in a way that it should not.
    #[error("a task of the engine failed: {0}; please report this")]
    Task(#[from] JoinError),
}

impl From<CheckpointError> for RunError {
    fn from(error: CheckpointError) -> Self {
        match error {
            CheckpointError::Sink(error) => Self::Sink(error),
            error => Self::Checkpoint(error),
        }
    }
}
