//! Where rows go. Nothing is seen at a target before it is committed, and what is committed is there once.
//!
//! A commit has steps: every sink [`prepare`](SinkWriter::prepare)s, which brings its rows to the disk or into an open
//! transaction; the checkpoint is written; then sinks [`commit`](SinkWriter::commit) and files are [published](Publish).

mod file;
mod folder;
mod plugin;
mod row_file;
mod staged;
mod stdout;
mod table;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::pipeline::{Database, Sink, SinkKind};
use crate::postgres::PostgresError;

pub(crate) use file::JsonLines;
pub use plugin::{OpenSession, SinkPlugin};
pub use staged::Publish;
pub(crate) use staged::sync_folder;

/// Why rows cannot be written.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SinkError {
    /// The file cannot be written.
    #[error("cannot write {path}: {error}{}", disk_help(.error))]
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
    /// Rows would be added to a file that has other columns.
    #[error(
        "{path} has the columns {found}, and the rows to be added have {expected}: give another path, or mode = \"replace\""
    )]
    OtherColumns {
        /// The target.
        path: PathBuf,
        /// Those of the rows.
        expected: String,
        /// Those of the file.
        found: String,
    },
    /// What a run that was cut has written is not there any more.
    #[error(
        "{path}, where the run that was cut has left its rows, is gone or shorter than it was: start over with `--fresh`"
    )]
    StagedGone {
        /// The file.
        path: PathBuf,
    },
    /// A database does not take the rows.
    #[error("{database}: {message}")]
    Database {
        /// Which.
        database: String,
        /// What it said, and what to do.
        message: String,
    },
    /// A plugin cannot be loaded, or does not take the rows.
    #[error("the sink's plugin {plugin}: {message}")]
    Plugin {
        /// Which.
        plugin: String,
        /// What is wrong.
        message: String,
    },
}

impl From<PostgresError> for SinkError {
    fn from(error: PostgresError) -> Self {
        Self::Database { database: error.database, message: error.message }
    }
}

fn disk_help(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "; make room and run again: it goes on after the last commit"
        }
        io::ErrorKind::PermissionDenied => "; may this user write there?",
        io::ErrorKind::ReadOnlyFilesystem => "; choose a path that may be written to",
        _ => "",
    }
}

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
pub struct Start<'a> {
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
    /// The sink's plugin, loaded, if it is one.
    pub plugin: Option<&'a Arc<SinkPlugin>>,
}

/// Starts writing to a sink. Missing folders are made.
///
/// # Errors
///
/// When the target cannot be written to, or the format has no form for a column's type.
pub fn open(sink: &Sink, schema: &SchemaRef, start: &Start<'_>) -> Result<Box<dyn SinkWriter>, SinkError> {
    Ok(match &sink.kind {
        SinkKind::Stdout(format) => Box::new(stdout::StdoutSink::open(*format, schema)?),
        SinkKind::File(file) => file::open(file, sink.mode, schema, start.mark)?,
        SinkKind::Folder(folder) => Box::new(folder::FolderSink::open(folder, sink.mode, schema, start)?),
        SinkKind::Plugin(config) => match start.plugin {
            Some(plugin) => Box::new(plugin::PluginWriter::open(Arc::clone(plugin), schema, start)?),
            None => {
                let plugin = config.plugin.path.display().to_string();
                return Err(SinkError::Plugin { plugin, message: "it is not loaded".to_owned() });
            }
        },
        SinkKind::Table(table) => match &table.database {
            Database::Sqlite(path) => {
                Box::new(table::SqliteSink::open(path, table, sink.mode, schema, start)?)
            }
            Database::Postgres(url) => {
                Box::new(table::PostgresSink::open(url, table, sink.mode, schema, start)?)
            }
        },
    })
}

/// The commit that a database sink has taken last: run and number.
///
/// # Errors
///
/// When the database cannot be asked.
pub fn committed(sink: &Sink, start: &Start<'_>) -> Result<Option<(String, u64)>, SinkError> {
    match &sink.kind {
        SinkKind::Table(table) => match &table.database {
            Database::Sqlite(path) => table::sqlite_committed(path, start),
            Database::Postgres(url) => table::postgres_committed(url, start),
        },
        _ => Ok(None),
    }
}

#[cfg(test)]
mod tests;
