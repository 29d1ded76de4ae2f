use std::path::{Path, PathBuf};

use arrow_array::RecordBatch;
use serde::{Deserialize, Serialize};

use super::error::SinkError;
use super::publish::Publish;
use super::refusal::Refusal;
use super::staging::Staging;

/// The identity of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// The run's identity. A run that starts over has another.
    pub run: String,
    /// The commit's number in the run, from 1.
    pub number: u64,
    /// Whether the input has ended.
    pub last: bool,
}

/// What a sink needs to continue after a commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "sink", rename_all = "kebab-case")]
pub enum SinkMark {
    /// Nothing: the target keeps nothing, or has a mark of its own.
    None,
    /// A file beside its target.
    Staged {
        /// The file.
        path: PathBuf,
        /// How many of its bytes are committed.
        bytes: u64,
    },
    /// A file that each commit adds to.
    Appended {
        /// The file.
        path: PathBuf,
        /// Its length in bytes when the run began.
        before: u64,
        /// Its length after the last commit.
        after: u64,
    },
    /// A folder of part files, which the last commit puts in the place of the target.
    Parts {
        /// The folder.
        path: PathBuf,
    },
    /// Files that the last commit joins.
    Segments {
        /// The files in order.
        paths: Vec<PathBuf>,
    },
}

impl SinkMark {
    /// The same mark with other paths.
    pub(crate) fn with_paths(&self, with: impl Fn(&Path) -> PathBuf) -> Self {
        match self {
            Self::None => Self::None,
            Self::Staged { path, bytes } => Self::Staged { path: with(path), bytes: *bytes },
            Self::Appended { path, before, after } => {
                Self::Appended { path: with(path), before: *before, after: *after }
            }
            Self::Parts { path } => Self::Parts { path: with(path) },
            Self::Segments { paths } => {
                Self::Segments { paths: paths.iter().map(|path| with(path)).collect() }
            }
        }
    }
}

/// A sink's part of a commit, prepared.
#[derive(Debug)]
pub struct Prepared {
    /// What the sink continues from.
    pub mark: SinkMark,
    /// What remains to be done once the checkpoint is written.
    pub publish: Vec<Publish>,
}

/// Writes rows to a target.
pub trait SinkWriter: Send {
    /// The rows of a batch that the target does not take. If there is none, [`write`](Self::write) follows with the same batch, or
    /// [`withdraw`](Self::withdraw) if another sink does not take a row. A database may have written the rows here.
    ///
    /// # Errors
    ///
    /// When the target cannot be reached, or fails for another reason than a row.
    fn offer(&mut self, batch: &RecordBatch) -> Result<Vec<Refusal>, SinkError> {
        let _ = batch;
        Ok(Vec::new())
    }

    /// Takes the offered batch back.
    ///
    /// # Errors
    ///
    /// When a database fails.
    fn withdraw(&mut self) -> Result<(), SinkError> {
        Ok(())
    }

    /// Writes the rows of a batch.
    ///
    /// # Errors
    ///
    /// When the rows cannot be encoded, or the target refuses them.
    fn write(&mut self, batch: &RecordBatch) -> Result<(), SinkError>;

    /// Brings all rows so far to the disk, or into a transaction that only has to be committed.
    ///
    /// # Errors
    ///
    /// When the target refuses the rows.
    fn prepare(&mut self, commit: &Commit) -> Result<Prepared, SinkError>;

    /// Ends the prepared commit, once its checkpoint is on the disk.
    ///
    /// # Errors
    ///
    /// When a database does not commit its transaction.
    fn commit(&mut self) -> Result<(), SinkError>;

    /// Shows the committed rows, once the checkpoint is the current one. After a crash the next run does this when it opens the sink.
    ///
    /// # Errors
    ///
    /// When a plugin does not publish its rows.
    fn publish(&mut self) -> Result<(), SinkError> {
        Ok(())
    }
}

/// The point that a sink starts from.
#[derive(Clone)]
pub struct SinkStart<'a> {
    /// The run's identity.
    pub run: &'a str,
    /// The pipeline's name in databases.
    pub pipeline: &'a str,
    /// The sink's number in the pipeline, from 0.
    pub index: usize,
    /// The number of commits so far.
    pub commits: u64,
    /// Where an interrupted run has left the sink.
    pub mark: Option<&'a SinkMark>,
}

impl SinkStart<'_> {
    /// The names of the files that the next commit writes.
    pub(super) fn staging(&self) -> Staging {
        Staging { run: self.run.to_owned(), commit: self.commits + 1 }
    }
}
