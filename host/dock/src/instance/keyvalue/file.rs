//! The file that keeps a store.
//!
//! A change is in the file when the plugin hears of it: it survives the end of the process, however that comes. The file is
//! synchronized with the disk when it is written anew and when it is closed, so a loss of power may take the last changes, and never more.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use super::bounds::Bounds;
use super::change::Change;
use super::journal::{self, HEADER, OVERHEAD};
use crate::text;

/// A file that is smaller than this is not written anew, whatever of it is out of date.
const SLACK: usize = 64 << 10;

/// Why the file of a store cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StoreFileError {
    #[error("the store {} cannot be opened: {error}", text::path(path))]
    Io { path: PathBuf, error: io::Error },
    #[error("the store {} is in use by another program; end that, or grant another file", text::path(path))]
    InUse { path: PathBuf },
    #[error(
        "{} is not a store of keys and values, or is damaged at byte {at}; move it away, or grant another file",
        text::path(path)
    )]
    Damaged { path: PathBuf, at: usize },
    #[error(
        "the store {} has {bytes} bytes, more than its bounds allow; raise `max_bytes`",
        text::path(path)
    )]
    TooLarge { path: PathBuf, bytes: u64 },
}

/// The open file of a store.
#[derive(Debug)]
pub(super) struct StoreFile {
    path: PathBuf,
    file: File,
    /// Its length. What is behind is of a write that failed.
    length: u64,
    /// Held for as long as the store is open. It is a file of its own, since the store's is replaced.
    _lock: File,
}

impl StoreFile {
    /// Opens a store, or makes it.
    ///
    /// # Errors
    ///
    /// When the file is no store, is damaged before its end, is used by another process, or cannot be read and written.
    pub(super) fn open(
        path: &Path,
        bounds: Bounds,
    ) -> Result<(BTreeMap<String, Vec<u8>>, Self), StoreFileError> {
        let io = |error| StoreFileError::Io { path: path.to_owned(), error };
        let lock = OpenOptions::new().write(true).create(true).truncate(false).open(beside(path, "lock"));
        let lock = lock.map_err(io)?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => StoreFileError::InUse { path: path.to_owned() },
            TryLockError::Error(error) => io(error),
        })?;
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path);
        let file = file.map_err(io)?;
        let metadata = file.metadata().map_err(io)?;
        if !metadata.is_file() {
            return Err(io(io::Error::other("it is not a regular file")));
        }
        let most =
            4 * (bounds.max_bytes as u64 + bounds.max_keys as u64 * OVERHEAD as u64) + 4 * SLACK as u64;
        if metadata.len() > most {
            return Err(StoreFileError::TooLarge { path: path.to_owned(), bytes: metadata.len() });
        }
        let mut bytes = Vec::new();
        (&file).take(most).read_to_end(&mut bytes).map_err(io)?;
        let read =
            journal::read(&bytes).map_err(|at| StoreFileError::Damaged { path: path.to_owned(), at })?;
        let mut opened = Self { path: path.to_owned(), file, length: read.whole as u64, _lock: lock };
        if read.whole == 0 {
            opened.append_bytes(HEADER).map_err(io)?;
        }
        Ok((read.entries, opened))
    }

    /// Writes changes at the end.
    pub(super) fn append(&mut self, changes: &[Change]) -> io::Result<()> {
        let mut bytes = Vec::new();
        let changes = changes.iter().map(|(key, value)| (key.as_str(), value.as_deref()));
        journal::write(&mut bytes, changes).ok_or_else(|| io::Error::other("a change of more than 4 GB"))?;
        self.append_bytes(&bytes)
    }

    fn append_bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        // Behind what is whole, also after a write that failed in the middle.
        self.file.set_len(self.length)?;
        self.file.seek(SeekFrom::Start(self.length))?;
        self.file.write_all(bytes)?;
        self.length += bytes.len() as u64;
        Ok(())
    }

    /// Writes the file anew if most of it is out of date.
    pub(super) fn tidy(&mut self, entries: &BTreeMap<String, Vec<u8>>, bytes: usize) -> io::Result<()> {
        let live = bytes + entries.len() * OVERHEAD;
        if self.length < (2 * live + SLACK) as u64 {
            return Ok(());
        }
        let mut contents = HEADER.to_vec();
        for (key, value) in entries {
            journal::write(&mut contents, [(key.as_str(), Some(value.as_slice()))])
                .ok_or_else(|| io::Error::other("a value of more than 4 GB"))?;
        }
        let new = beside(&self.path, "new");
        let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(true).open(&new)?;
        file.write_all(&contents)?;
        file.sync_all()?;
        std::fs::rename(&new, &self.path)?;
        self.file = file;
        self.length = contents.len() as u64;
        sync_folder(&self.path)
    }
}

impl Drop for StoreFile {
    fn drop(&mut self) {
        if let Err(error) = self.file.sync_data() {
            tracing::warn!(file = %self.path.display(), "a store is perhaps not on the disk: {error}");
        }
    }
}

/// A file beside the store: `cache.kv.lock`.
fn beside(path: &Path, extension: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(extension);
    name.into()
}

/// The new name is on the disk when the folder is.
fn sync_folder(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    if let Some(folder) = path.parent() {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        File::open(folder)?.sync_all()?;
    }
    let _ = path;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::store::Store;
    use super::*;

    const BOUNDS: Bounds = Bounds { max_bytes: 1 << 20, max_keys: 1000 };

    fn open(path: &Path) -> Result<Store, StoreFileError> {
        StoreFile::open(path, BOUNDS).map(|(entries, file)| Store::new(entries, BOUNDS, Some(file)))
    }

    fn set(store: &Store, key: &str, value: &[u8]) {
        store.change(vec![(key.to_owned(), Some(value.to_vec()))]).unwrap();
    }

    #[test]
    fn what_was_written_is_there_again_and_the_file_stays_small() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.kv");
        let store = open(&path).unwrap();
        set(&store, "kept", b"value");
        for n in 0..5000_u32 {
            set(&store, "changing", &[b'x'; 100].map(|_| n.to_le_bytes()[0]));
        }
        let length = std::fs::metadata(&path).unwrap().len();
        assert!(length < 2 * SLACK as u64, "{length}");
        drop(store);
        let store = open(&path).unwrap();
        assert_eq!(store.get("kept").unwrap(), b"value");
        assert_eq!(store.get("changing").unwrap(), [4999_u32.to_le_bytes()[0]; 100]);
        assert_eq!(store.keys(0).0, ["changing", "kept"]);
    }

    #[test]
    fn an_interrupted_write_is_dropped_and_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.kv");
        let store = open(&path).unwrap();
        set(&store, "a", b"1");
        set(&store, "b", b"2");
        drop(store);
        let bytes = std::fs::read(&path).unwrap();
        std::fs::write(&path, &bytes[..bytes.len() - 3]).unwrap();
        let store = open(&path).unwrap();
        assert_eq!(store.keys(0).0, ["a"]);
        set(&store, "c", b"3");
        drop(store);
        assert_eq!(open(&path).unwrap().keys(0).0, ["a", "c"]);
    }

    #[test]
    fn other_files_and_stores_in_use_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.kv");
        let _store = open(&path).unwrap();
        let error = open(&path).unwrap_err().to_string();
        assert!(error.contains("in use by another program"), "{error}");
        let other = folder.path().join("text");
        std::fs::write(&other, "a text").unwrap();
        let error = open(&other).unwrap_err().to_string();
        assert!(error.contains("damaged at byte 0"), "{error}");
        let large = folder.path().join("large");
        File::create(&large).unwrap().set_len(1 << 30).unwrap();
        let error = open(&large).unwrap_err().to_string();
        assert!(error.contains("raise `max_bytes`"), "{error}");
        open(&folder.path().join("missing/x.kv")).unwrap_err();
        open(folder.path()).unwrap_err();
    }
}
