use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::error::SinkError;

/// Something to be done with files once a checkpoint says so. Doing it twice does no harm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Publish {
    /// Give a file that is on the disk in full its place.
    Rename {
        /// Where it is.
        from: PathBuf,
        /// Its place.
        to: PathBuf,
    },
    /// Remove a file.
    Remove(PathBuf),
}

impl Publish {
    /// Does it, unless it is done.
    ///
    /// # Errors
    ///
    /// When the system does not.
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

/// Makes a new name last over a crash. Some file systems cannot; the file itself is safe without.
pub(crate) fn sync_folder(target: &Path) {
    let folder = match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    if let Err(error) = File::open(folder).and_then(|folder| folder.sync_all()) {
        tracing::debug!(folder = %folder.display(), %error, "cannot sync the folder");
    }
}
