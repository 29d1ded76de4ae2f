use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::error::SinkError;
use super::hidden::prefix;
use crate::file_id::FileId;
use crate::own_file;
use crate::pipeline::Target;
use crate::store::{ObjectUrl, StoreOptions};

/// A target that belongs to one run, of whatever pipeline.
///
/// The lock is the system's, on a hidden file beside the target or in the folder, or for an object in the user's state folder. It ends with the process that holds it, and the
/// file is removed by its holder: one that a killed process leaves is not locked, and the next run takes it. A file with several names is locked itself too.
#[derive(Debug)]
pub(crate) struct TargetLock {
    path: PathBuf,
    /// Locked as long as it is open.
    _file: File,
    /// The target, if it has other names.
    _target: Option<File>,
}

impl TargetLock {
    /// Takes the target. `None` where the file system has no locks: the run then continues without one.
    ///
    /// # Errors
    ///
    /// When another run has the target, or the lock's file cannot be created.
    pub(crate) fn take(target: Target<'_>) -> Result<Option<Self>, SinkError> {
        let Some(path) = path(target) else { return Ok(None) };
        let shown = match target {
            Target::File(path) | Target::Folder(path) => path.to_owned(),
            Target::Object { url, .. } => url.to_string().into(),
        };
        let target = shown.as_path();
        let busy =
            |holder: &str| SinkError::Busy { path: target.to_owned(), holder: holder.trim().to_owned() };
        let failed = |error| SinkError::Io { path: target.to_owned(), error };
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            fs::create_dir_all(folder).map_err(failed)?;
        }
        loop {
            let mut options = OpenOptions::new();
            options.read(true).write(true).create(true).truncate(false);
            let mut file = own_file::open(&path, &mut options).map_err(failed)?;
            match file.try_lock() {
                Ok(()) => {}
                Err(fs::TryLockError::WouldBlock) => {
                    let mut holder = String::new();
                    let _ = file.read_to_string(&mut holder);
                    return Err(busy(&holder));
                }
                Err(fs::TryLockError::Error(error)) => {
                    tracing::debug!(target = %target.display(), %error, "the target cannot be locked");
                    let _ = fs::remove_file(&path);
                    return Ok(None);
                }
            }
            // Its holder may have removed the file between opening and locking: then another run can make it anew.
            if is_at(&file, &path) {
                // The number is for messages only.
                let _ = file.set_len(0).and_then(|()| write!(file, "{}", std::process::id()));
                let mut lock = Self { path, _file: file, _target: None };
                lock._target = lock_linked(target).map_err(|error| match error {
                    fs::TryLockError::WouldBlock => busy(""),
                    fs::TryLockError::Error(error) => failed(error),
                })?;
                return Ok(Some(lock));
            }
        }
    }
}

impl Drop for TargetLock {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

/// Locks a file that has other names, of which each has a lock file of its own. SQLite's own locks are others on Linux, and the same elsewhere.
fn lock_linked(target: &Path) -> Result<Option<File>, fs::TryLockError> {
    if !cfg!(target_os = "linux") || FileId::of_linked(target).is_none() {
        return Ok(None);
    }
    let file = File::open(target).map_err(fs::TryLockError::Error)?;
    file.try_lock()?;
    Ok(Some(file))
}

/// In a folder, or beside a file. That of an object keeps away only runs of the same user on this machine.
fn path(target: Target<'_>) -> Option<PathBuf> {
    const SUFFIX: &str = "witdock-lock";
    Some(match target {
        Target::Object { url, store, .. } => of_object(url, store)?,
        Target::Folder(folder) => folder.join(format!(".{SUFFIX}")),
        Target::File(file) => {
            let file = file.canonicalize().unwrap_or_else(|_| file.to_owned());
            file.with_file_name(format!("{}{SUFFIX}", prefix(&file)))
        }
    })
}

/// Where the lock on a url is: stores have none, so it is one of this user on this machine.
fn of_object(url: &ObjectUrl, options: &StoreOptions) -> Option<PathBuf> {
    let folder = dirs::state_dir().or_else(dirs::data_local_dir)?;
    let digest = Sha256::digest(url.place(options).as_os_str().as_encoded_bytes());
    let name: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    Some(folder.join("witdock").join("targets").join(name))
}

#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    match (file.metadata(), fs::metadata(path)) {
        (Ok(file), Ok(path)) => (file.dev(), file.ino()) == (path.dev(), path.ino()),
        _ => false,
    }
}

/// Elsewhere a file that is open cannot be removed.
#[cfg(not(unix))]
fn is_at(_: &File, _: &Path) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_has_one_owner_at_a_time_and_nothing_is_left_behind() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("rows.csv");
        for target in [Target::File(&file), Target::Folder(folder.path())] {
            let lock = TargetLock::take(target).unwrap().unwrap();
            let error = TargetLock::take(target).unwrap_err().to_string();
            assert!(error.contains(&format!("process {}", std::process::id())), "{error}");
            drop(lock);
            // What a killed process leaves is no lock.
            fs::write(path(target).unwrap(), "1").unwrap();
            drop(TargetLock::take(target).unwrap().unwrap());
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_names_of_one_file_have_one_owner() {
        let folder = tempfile::tempdir().unwrap();
        let (one, other) = (folder.path().join("one"), folder.path().join("other"));
        fs::write(&one, "").unwrap();
        fs::hard_link(&one, &other).unwrap();
        let lock = TargetLock::take(Target::File(&one)).unwrap();
        let error = TargetLock::take(Target::File(&other)).unwrap_err().to_string();
        assert!(error.contains("other is being written by another run: wait"), "{error}");
        drop(lock);
        TargetLock::take(Target::File(&other)).unwrap().unwrap();
    }
}
