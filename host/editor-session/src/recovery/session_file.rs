//! The file that an editor holds locked while it runs.

use std::fs::{self, File};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use super::files;

const SESSION: &str = "session";
/// The most bytes that are read of another editor's file.
const MOST: u64 = 1 << 20;

/// The file that an editor holds locked while it runs: the lock ends with its process, however that ends.
#[derive(Debug, Clone)]
pub(crate) struct SessionFile {
    path: PathBuf,
    /// Locked.
    file: Arc<Mutex<File>>,
}

/// What the file says.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Running {
    pub(super) process: u32,
    /// The files that are open, without symbolic links.
    files: Vec<String>,
}

impl Running {
    pub(super) fn has_open(&self, file: &Path) -> bool {
        self.files.iter().any(|open| **open == *file.to_string_lossy())
    }
}

impl SessionFile {
    pub(super) fn begin(folder: &Path) -> io::Result<Self> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_micros();
        let path = folder.join(format!("{}-{now}.{SESSION}", std::process::id()));
        let file = File::options().read(true).write(true).create_new(true).open(&path)?;
        file.try_lock()?;
        let session = Self { path, file: Arc::new(Mutex::new(file)) };
        session.write(Vec::new())?;
        Ok(session)
    }

    /// Its name without the ending, with which the names of its texts begin.
    pub(super) fn name(&self) -> String {
        self.path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// Says which files are open.
    pub(super) fn write(&self, files: Vec<String>) -> io::Result<()> {
        let text = serde_json::to_vec(&Running { process: std::process::id(), files })?;
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.rewind()?;
        file.write_all(&text)?;
        file.set_len(text.len() as u64)
    }

    /// The files of editors that have ended without removing them. They are locked now.
    pub(super) fn dead(folder: &Path) -> Vec<Self> {
        let dead = files(folder, SESSION).filter_map(|path| {
            let file = File::options().read(true).write(true).open(&path).ok()?;
            file.try_lock().ok()?;
            Some(Self { path, file: Arc::new(Mutex::new(file)) })
        });
        dead.collect()
    }

    /// What the other editors say that run now.
    pub(super) fn alive(folder: &Path, own: &Self) -> Vec<Running> {
        let others = files(folder, SESSION).filter(|path| *path != own.path);
        let alive = others.filter_map(|path| {
            let file = File::open(&path).ok()?;
            if file.try_lock_shared().is_ok() {
                return None;
            }
            let mut text = String::new();
            file.take(MOST).read_to_string(&mut text).ok()?;
            serde_json::from_str(&text).ok()
        });
        alive.collect()
    }

    pub(super) fn remove(&self) {
        // Another editor may have removed it.
        let _ = fs::remove_file(&self.path);
    }
}
