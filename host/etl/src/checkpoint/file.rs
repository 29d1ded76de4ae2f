use std::fs::{self, File};
use std::path::{Path, PathBuf};

use super::content::{Checkpoint, VERSION};
use super::error::CheckpointError;
use super::paths::Base;
use crate::own_file;
use crate::sink;

pub(super) fn read(path: &Path, base: &Base) -> Result<Option<Checkpoint>, CheckpointError> {
    let bytes = match fs::read(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        read => read.map_err(|error| CheckpointError::Io { path: path.to_owned(), error })?,
    };
    #[derive(serde::Deserialize)]
    struct Version {
        version: u32,
    }
    if let Ok(Version { version }) = serde_json::from_slice(&bytes)
        && version != VERSION
    {
        return Err(CheckpointError::Version { path: path.to_owned(), found: version });
    }
    match serde_json::from_slice::<Checkpoint>(&bytes) {
        Ok(checkpoint) => Ok(Some(base.absolute(checkpoint))),
        // A crash interrupted the write of a prepared checkpoint, so it never counted.
        Err(_) if path.extension().is_some_and(|extension| extension == "next") => Ok(None),
        Err(error) => Err(CheckpointError::Damaged { path: path.to_owned(), message: error.to_string() }),
    }
}

/// Writes a checkpoint so that it survives a crash.
pub(super) fn write(path: &Path, checkpoint: &Checkpoint, base: &Base) -> Result<(), CheckpointError> {
    let failed = |error| CheckpointError::Io { path: path.to_owned(), error };
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let text = serde_json::to_vec(&base.relative(checkpoint)).map_err(|error| failed(error.into()))?;
    own_file::write(path, &text).and_then(|file| file.sync_all()).map_err(failed)
}

/// Where the checkpoint of a commit is until databases have committed.
pub(super) fn prepared(path: &Path) -> PathBuf {
    with_suffix(path, ".next")
}

pub(super) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.to_owned().into_os_string();
    name.push(suffix);
    name.into()
}

pub(super) fn replace(from: &Path, to: &Path) -> Result<(), CheckpointError> {
    fs::rename(from, to).map_err(|error| CheckpointError::Io { path: to.to_owned(), error })?;
    sink::sync_folder(to);
    Ok(())
}

pub(super) fn remove(path: &Path) -> Result<(), CheckpointError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(CheckpointError::Io { path: path.to_owned(), error })
        }
        _ => Ok(()),
    }
}

/// Locks the pipeline file for the run. Without locks in the file system the run continues without one.
pub(super) fn lock(pipeline: &Path) -> Result<Option<File>, CheckpointError> {
    let file = match File::open(pipeline) {
        // No other run knows a pipeline that has no file.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        opened => opened.map_err(|error| CheckpointError::Io { path: pipeline.to_owned(), error })?,
    };
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(fs::TryLockError::WouldBlock) => Err(CheckpointError::Busy { pipeline: pipeline.to_owned() }),
        Err(fs::TryLockError::Error(error)) => {
            tracing::debug!(pipeline = %pipeline.display(), %error, "the pipeline file cannot be locked");
            Ok(None)
        }
    }
}
