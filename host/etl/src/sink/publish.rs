use std::fs::{self, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::append;
use super::disk::{remove, sync_folder};
use super::error::SinkError;
use super::swap;
use super::upload::{delete, upload, upload_parts};
use crate::own_file;
use crate::store::{Condition, ObjectUrl, StoreOptions};

/// A change of files or objects that a commit ends with. It can be repeated: what has been done of it is not done again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Publish {
    /// Move a complete file to its target.
    Rename {
        /// The complete file.
        from: PathBuf,
        /// The target.
        to: PathBuf,
    },
    /// Add the content of a complete file to its target, and remove the file.
    Append {
        /// The complete file.
        from: PathBuf,
        /// The target.
        to: PathBuf,
        /// So many of its first bytes are only for a target that is empty.
        header: u64,
        /// Its length.
        bytes: u64,
        /// Whether the target ends in rows of the same run, and so in a line end.
        #[serde(default)]
        continues: bool,
    },
    /// Replace the part files in a folder with those in a complete one.
    Swap {
        /// The complete folder.
        from: PathBuf,
        /// The target.
        to: PathBuf,
    },
    /// Put the content of a complete file under a url, and remove the file.
    Upload {
        /// The complete file.
        from: PathBuf,
        /// The target.
        to: ObjectUrl,
        /// Its store.
        store: StoreOptions,
        /// What the store must have there, for an object that is replaced.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        condition: Option<Condition>,
    },
    /// Put the part files in a complete folder below a prefix, and remove the part files that were there before.
    UploadParts {
        /// The complete folder.
        from: PathBuf,
        /// The target.
        to: ObjectUrl,
        /// Its store.
        store: StoreOptions,
        /// The run, which is in the names of the objects.
        run: String,
    },
    /// Remove an object.
    Delete {
        /// The object.
        url: ObjectUrl,
        /// Its store.
        store: StoreOptions,
    },
    /// Cut a file to the length that it had before a run.
    Truncate {
        /// The file.
        path: PathBuf,
        /// The length in bytes.
        length: u64,
    },
    /// Remove a file, or a folder with the files in it.
    Remove(PathBuf),
}

impl Publish {
    /// The same change with other paths.
    pub(crate) fn with_paths(&self, with: impl Fn(&Path) -> PathBuf) -> Self {
        match self {
            Self::Rename { from, to } => Self::Rename { from: with(from), to: with(to) },
            Self::Append { from, to, header, bytes, continues } => Self::Append {
                from: with(from),
                to: with(to),
                header: *header,
                bytes: *bytes,
                continues: *continues,
            },
            Self::Swap { from, to } => Self::Swap { from: with(from), to: with(to) },
            Self::Upload { from, to, store, condition } => Self::Upload {
                from: with(from),
                to: to.clone(),
                store: store.clone(),
                condition: condition.clone(),
            },
            Self::UploadParts { from, to, store, run } => {
                Self::UploadParts { from: with(from), to: to.clone(), store: store.clone(), run: run.clone() }
            }
            Self::Delete { url, store } => Self::Delete { url: url.clone(), store: store.clone() },
            Self::Truncate { path, length } => Self::Truncate { path: with(path), length: *length },
            Self::Remove(path) => Self::Remove(with(path)),
        }
    }

    /// Makes the change, unless it has been made.
    ///
    /// # Errors
    ///
    /// When the operating system or a store refuses it, or another program has changed the target meanwhile.
    pub fn carry_out(&self) -> Result<(), SinkError> {
        match self {
            Self::Rename { from, to } => rename(from, to),
            Self::Append { from, to, header, bytes, continues } => {
                append::append(from, to, *header, *bytes, *continues)
            }
            Self::Swap { from, to } => swap::swap(from, to),
            Self::Upload { from, to, store, condition } => upload(from, to, store, condition.as_ref()),
            Self::UploadParts { from, to, store, run } => upload_parts(from, to, store, run),
            Self::Delete { url, store } => delete(url, store),
            Self::Truncate { path, length } => truncate(path, *length),
            Self::Remove(path) => remove(path),
        }
    }
}

fn rename(from: &Path, to: &Path) -> Result<(), SinkError> {
    // A target that exists keeps its permissions.
    if let (Ok(old), true) = (fs::metadata(to), from.exists()) {
        let _ = fs::set_permissions(from, old.permissions());
    }
    match fs::rename(from, to) {
        // The name is this commit's alone, so the file has been moved.
        Err(error) if error.kind() == io::ErrorKind::NotFound && !from.exists() && to.exists() => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound && !from.exists() => {
            Err(SinkError::StagedGone { path: from.to_owned() })
        }
        Err(error) => Err(SinkError::Io { path: to.to_owned(), error }),
        Ok(()) => {
            sync_folder(to);
            Ok(())
        }
    }
}

fn truncate(path: &Path, length: u64) -> Result<(), SinkError> {
    let cut = || -> io::Result<()> {
        let file = own_file::open(path, OpenOptions::new().write(true))?;
        if file.metadata()?.len() > length {
            file.set_len(length)?;
            file.sync_all()?;
        }
        Ok(())
    };
    match cut() {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(SinkError::Io { path: path.to_owned(), error })
        }
        _ => Ok(()),
    }
}
