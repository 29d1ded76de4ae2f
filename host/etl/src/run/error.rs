use thiserror::Error;
use tokio::task::JoinError;
use witdock::DockError;

use crate::checkpoint::CheckpointError;
use crate::lookup::LookupTableError;
use crate::progress::{counted, number};
use crate::sink::SinkError;
use crate::source::SourceError;
use crate::stage::StageError;

/// Why a pipeline cannot be loaded, or a run did not reach its end. Targets keep the rows that were committed before.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum RunError {
    /// The WebAssembly engine cannot be set up.
    #[error(transparent)]
    Dock(#[from] DockError),
    /// The source cannot be read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// A lookup table cannot be loaded.
    #[error(transparent)]
    Lookup(#[from] LookupTableError),
    /// A stage cannot continue.
    #[error(transparent)]
    Stage(#[from] StageError),
    /// Rows cannot be written.
    #[error(transparent)]
    Sink(#[from] SinkError),
    /// More rows were rejected than the pipeline allows.
    #[error(
        "{} rejected, and `max_rows` in [rejected] allows {allowed}; most frequent: {worst}",
        were(*.rejected)
    )]
    TooManyRejected {
        /// Rejected rows so far.
        rejected: u64,
        /// The pipeline's limit.
        allowed: u64,
        /// The most frequent reason, with its stage and count.
        worst: String,
    },
    /// A larger share of the rows was rejected than the pipeline allows.
    #[error(
        "{percent:.2} % of the rows were rejected, and `max_percent` in [rejected] allows {allowed}; most frequent: {worst}"
    )]
    TooLargeShareRejected {
        /// Rejected rows in percent of the rows read so far.
        percent: f64,
        /// The pipeline's limit.
        allowed: f64,
        /// The most frequent reason, with its stage and count.
        worst: String,
    },
    /// Rejected rows cannot be retried.
    #[error("{0}")]
    Retry(String),
    /// The checkpoint cannot be written, or a run cannot continue from it.
    #[error(transparent)]
    Checkpoint(CheckpointError),
    /// Rows were lost or duplicated between source and sinks. This is a bug of this program, not of the pipeline.
    #[error(
        "the counts of rows do not match, so the commit was cancelled: {0}; this is a bug, please report it"
    )]
    Balance(String),
    /// The run was asked to stop.
    #[error("{}", if *.retry { "stopped: the rejected rows stay where they are".to_owned() } else { stopped(*.commits, *.rows) })]
    Stopped {
        /// The commits that the pipeline has.
        commits: u64,
        /// Rows that were read after the last one. The next run reads them again.
        rows: u64,
        /// Whether the run was one over rejected rows.
        retry: bool,
    },
    /// A task of the run panicked or was cancelled.
    #[error("an internal task failed: {0}; this is a bug, please report it")]
    Task(#[from] JoinError),
}

impl RunError {
    /// Whether the next generation of a plugin may run to its end where this run did not. Else only another command does.
    pub fn may_be_of_plugin(&self) -> bool {
        match self {
            Self::Retry(_) | Self::Task(_) | Self::Stopped { .. } => false,
            Self::Checkpoint(error) => matches!(error, CheckpointError::ColumnsChanged { .. }),
            _ => true,
        }
    }
}

fn were(rows: u64) -> String {
    format!("{} {}", counted(rows, "row"), if rows == 1 { "was" } else { "were" })
}

fn stopped(commits: u64, rows: u64) -> String {
    let again = match rows {
        0 => String::new(),
        1 => "; the row after it is read again".to_owned(),
        rows => format!("; the {} rows after it are read again", number(rows)),
    };
    match commits {
        0 => "stopped before the first commit: nothing was written".to_owned(),
        commits => format!("stopped after commit {commits}: the next run continues there{again}"),
    }
}

impl From<CheckpointError> for RunError {
    fn from(error: CheckpointError) -> Self {
        match error {
            CheckpointError::Sink(error) => Self::Sink(error),
            error => Self::Checkpoint(error),
        }
    }
}
