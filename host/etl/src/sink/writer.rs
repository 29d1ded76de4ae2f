use std::path::PathBuf;

use arrow_array::RecordBatch;
use serde::{Deserialize, Serialize};

use super::error::SinkError;
use super::publish::Publish;

/// Which commit of which run this is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// The run: another one after `--fresh`.
    pub run: String,
    /// The commit's number in it, from 1.
    pub number: u64,
    /// Whether the input has ended.
    pub last: bool,
}

/// What a sink needs to go on after a commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "sink", rename_all = "kebab-case")]
pub enum SinkMark {
    /// Nothing: rows are gone as they came, or a database keeps its own mark.
    None,
    /// A file that is written beside its target, and how much of it is committed.
    Staged {
        /// The file.
        path: PathBuf,
        /// Bytes.
        bytes: u64,
    },
    /// Files that will be one.
    Segments {
        /// In order.
        paths: Vec<PathBuf>,
    },
}

/// What a sink has made ready for a commit.
#[derive(Debug)]
pub struct Prepared {
    /// How it goes on from there.
    pub mark: SinkMark,
    /// What is to be done once the checkpoint is written.
    pub publish: Vec<Publish>,
}

/// Writes rows.
pub trait SinkWriter: Send {
    /// Writes the rows of a batch.
    ///
    /// # Errors
    ///
    /// When they cannot be encoded, or the disk or the database takes no more.
    fn write(&mut self, batch: &RecordBatch) -> Result<(), SinkError>;

    /// Brings all rows so far to the disk or into a transaction that only waits for its end.
    ///
    /// # Errors
    ///
    /// When the disk or the database takes no more.
    fn prepare(&mut self, commit: &Commit) -> Result<Prepared, SinkError>;

    /// The checkpoint of the commit that was prepared is on the disk.
    ///
    /// # Errors
    ///
    /// When a database does not end its transaction.
    fn commit(&mut self) -> Result<(), SinkError>;

    /// The checkpoint counts. What did not happen here is made up for when the sink is opened next.
    ///
    /// # Errors
    ///
    /// When a plugin does not show its rows.
    fn publish(&mut self) -> Result<(), SinkError> {
        Ok(())
    }
}

/// What a sink starts from.
#[derive(Clone)]
pub struct SinkStart<'a> {
    /// The run.
    pub run: &'a str,
    /// The pipeline, as databases know it.
    pub pipeline: &'a str,
    /// The sink's number in the pipeline, from 0.
    pub index: usize,
    /// Commits that are behind.
    pub commits: u64,
    /// Where a run that was cut has left it.
    pub mark: Option<&'a SinkMark>,
}
