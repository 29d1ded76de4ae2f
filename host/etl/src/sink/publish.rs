use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::error::SinkError;

/// A change of files that a commit ends with. It can be repeated.
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
    /// Remove a file.
    Remove(PathBuf),
}

impl Publish {
    /// Makes the change, unless it has been made.
    ///
    /// # Errors
    ///
    /// When the operating system refuses it.
    pub fn carry_out(&self) -> Result<(), SinkError> {
        match self {
            Self::Rename { from, to } => match fs::rename(from, to) {
                Err(error) if error.kind() == io::ErrorKind::NotFound && to.exists() => Ok(()),
                Err(error) => Err(SinkError::Io { path: to.clone(), error }),
                Ok(()) => {
                    sync_folder(to);
                    Ok(())
                }
            },
            Self::Remove(path) => match fs::remove_file(path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    Err(SinkError::Io { path: path.clone(), error })
                }
                _ => Ok(()),
            },
        }
    }
}

/// Makes a rename in the folder survive a crash. Some file systems do not support this; the file's content is safe without.
pub(crate) fn sync_folder(target: &Path) {
    let folder = match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    if let Err(error) = File::open(folder).and_then(|folder| folder.sync_all()) {
        tracing::debug!(folder = %folder.display(), %error, "cannot sync the folder");
    }
}
