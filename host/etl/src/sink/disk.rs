use std::fs::{self, File};
use std::io;
use std::path::Path;

use super::error::SinkError;

/// Removes a file, or a folder with the files in it, if it is there.
pub(super) fn remove(path: &Path) -> Result<(), SinkError> {
    let removed = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(SinkError::Io { path: path.to_owned(), error })
        }
        _ => Ok(()),
    }
}

/// Makes a new name in a folder survive a crash. Some file systems do not support this; the file's content is safe without.
pub(crate) fn sync_folder(target: &Path) {
    let folder = match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    if let Err(error) = File::open(folder).and_then(|folder| folder.sync_all()) {
        tracing::debug!(folder = %folder.display(), %error, "cannot sync the folder");
    }
}
