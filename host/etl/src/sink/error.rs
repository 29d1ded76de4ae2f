use std::io;
use std::path::PathBuf;

use thiserror::Error;

use crate::postgres::PostgresError;
use crate::store::{ObjectUrl, StoreError};

/// Why rows cannot be written.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SinkError {
    /// The file cannot be written.
    #[error("cannot write {path}: {error}{}", disk_help(.error))]
    Io {
        /// The target.
        path: PathBuf,
        /// The error of the operating system.
        error: io::Error,
    },
    /// An object cannot be written.
    #[error("cannot write {url}: {error}")]
    Store {
        /// The target.
        url: ObjectUrl,
        /// What is wrong, and what to do.
        error: StoreError,
    },
    /// Another writer has changed the object that a run replaces.
    #[error("{url} was changed by another writer after this run began, and stays as it is now: {}", match .from {
        None => "run again to replace it".to_owned(),
        Some(from) => format!(
            "the rows of this run are in {}; run again with `--restart` to read all rows again and replace the object",
            from.display()
        ),
    })]
    Replaced {
        /// The target.
        url: ObjectUrl,
        /// The file of this machine that has the rows, if they are committed.
        from: Option<PathBuf>,
    },
    /// Rows that are committed cannot be uploaded.
    #[error("cannot upload {}, which has committed rows, to {url}: {error}; then run again: the next run uploads it first", .from.display())]
    Upload {
        /// The file of this machine.
        from: PathBuf,
        /// The target.
        url: String,
        /// What is wrong, and what to do.
        error: StoreError,
    },
    /// The format does not support the type of a column.
    #[error(
        "cannot write {path}: {error}; choose another format for this sink, or let a stage turn the column into text"
    )]
    Type {
        /// The target.
        path: PathBuf,
        /// Arrow's message.
        error: String,
    },
    /// Rows could not be encoded.
    #[error("cannot write rows to {path}: {error}")]
    Encode {
        /// The target.
        path: PathBuf,
        /// The message of the Arrow or Parquet writer.
        error: String,
    },
    /// Rows would be appended to a file that has other columns.
    #[error(
        "{path} has the columns {found}, and the new rows have {expected}, in this order: let a stage `select` the same columns, give another path, or a folder with `/` at its end, whose files may have different columns"
    )]
    OtherColumns {
        /// The target.
        path: PathBuf,
        /// The columns of the rows.
        expected: String,
        /// The columns of the file.
        found: String,
    },
    /// A file that the interrupted run has written is missing or incomplete.
    #[error(
        "{path}, which has the rows of the interrupted run, is missing or shorter than before: start that run over with `--restart`"
    )]
    StagedGone {
        /// The file.
        path: PathBuf,
    },
    /// A folder has the name of a part file.
    #[error("{path} is a folder with the name of a part file: rename it")]
    FolderLikePart {
        /// The folder.
        path: PathBuf,
    },
    /// A folder that is replaced has part files of another format.
    #[error(
        "{path} is a part file of another format, perhaps another pipeline's: remove such files, or give this sink a folder of its own"
    )]
    OtherParts {
        /// The first such file.
        path: PathBuf,
    },
    /// A file of rejected rows has those of another pipeline.
    #[error(
        "{path} has the rejected rows of {owner}: give this pipeline another `path` in [rejected], or move that file elsewhere"
    )]
    OtherOwner {
        /// The file.
        path: PathBuf,
        /// The other pipeline's file, from the folder of the rejected rows on.
        owner: String,
    },
    /// Zeros follow the data of a file that is compressed with gzip.
    #[error(
        "{path} ends in zeros, and many programs read nothing behind them: write it anew with `gzip -dc {path} | gzip`, or give another path"
    )]
    Padded {
        /// The file.
        path: PathBuf,
    },
    /// The file has another compression than its name says.
    #[error("{path} {found}, and its name says that it {expected}: rename it, or give another path")]
    OtherCompression {
        /// The target.
        path: PathBuf,
        /// What it is.
        found: &'static str,
        /// What its name says.
        expected: &'static str,
    },
    /// Another run writes to the target.
    #[error(
        "{path} is being written by another run{}: wait until it ends, or give one of the two another target", process(.holder)
    )]
    Busy {
        /// The target.
        path: PathBuf,
        /// The number of its process, if that is known.
        holder: String,
    },
    /// Another program has written where this commit's rows belong.
    #[error(
        "another program has changed {path} after byte {at}, where the rows of this commit begin: move what is there elsewhere, then run again"
    )]
    Changed {
        /// The target.
        path: PathBuf,
        /// The length that it had before the commit.
        at: u64,
    },
    /// A database refuses the rows, or cannot be reached.
    #[error("{database}: {message}")]
    Database {
        /// The database's name for messages.
        database: String,
        /// What is wrong, and what to do.
        message: String,
    },
    /// The sink's plugin cannot be loaded, or fails.
    #[error("the sink's plugin {plugin}: {message}")]
    Plugin {
        /// The plugin's name, or its path if it is not loaded.
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

fn process(holder: &str) -> String {
    if holder.is_empty() { String::new() } else { format!(" (process {holder})") }
}

fn disk_help(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "; free some space and run again: the run continues after the last commit"
        }
        io::ErrorKind::PermissionDenied => "; check the permissions of the file and its folder",
        io::ErrorKind::ReadOnlyFilesystem => "; choose a path on a writable file system",
        _ => "",
    }
}
