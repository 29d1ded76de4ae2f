use std::io;
use std::path::PathBuf;

use thiserror::Error;

use crate::postgres::PostgresError;

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
