//! What plugins keep for themselves between sessions: a file for each, in a folder of the editor.
//!
//! A plugin works on a table in memory. What a call has changed is written when it has returned, under a lock, onto what the file has
//! then: another editor may have written other keys.

mod file;
mod staged;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use witdock::Digest;

pub(super) use self::staged::{Refused, Staged};
use super::loaded::lock;

/// The most that the keys and values of a plugin have together, bytes.
pub(super) const MOST_BYTES: usize = 4 << 20;
/// The most keys of a plugin.
pub(super) const MOST_KEYS: usize = 1_024;
/// The most that a key has, bytes.
pub(super) const MOST_KEY_BYTES: usize = 256;

/// Values under keys.
pub(super) type Table = BTreeMap<String, Arc<[u8]>>;
/// New values; none removes the key.
pub(super) type Changes = BTreeMap<String, Option<Arc<[u8]>>>;

/// The storage of one plugin. All instances share it.
#[derive(Debug, Clone, Default)]
pub struct Storage(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    /// The file; none keeps the values until the session ends.
    file: Option<PathBuf>,
    /// The values, once they were read.
    table: Option<Arc<Table>>,
}

impl Storage {
    /// The storage in this file, which is read when it is used.
    fn at(file: PathBuf) -> Self {
        Self(Arc::new(Mutex::new(State { file: Some(file), table: None })))
    }

    /// The values as they are now, or why they cannot be read.
    pub(super) fn table(&self) -> Result<Arc<Table>, String> {
        let mut state = lock(&self.0);
        if let Some(table) = &state.table {
            return Ok(Arc::clone(table));
        }
        let table = Arc::new(state.file.as_deref().map(file::read).transpose()?.unwrap_or_default());
        state.table = Some(Arc::clone(&table));
        Ok(table)
    }

    /// Keeps changes. Blocks while the file is written.
    pub(super) fn commit(&self, changes: &Changes) -> io::Result<()> {
        // No call of the plugin is under way meanwhile, so nobody waits for the lock but a status report.
        let mut state = lock(&self.0);
        let table = match &state.file {
            Some(file) => file::change(file, |table| apply(changes, table))?,
            None => {
                let mut table = state.table.take().map(Arc::unwrap_or_clone).unwrap_or_default();
                apply(changes, &mut table)?;
                table
            }
        };
        state.table = Some(Arc::new(table));
        Ok(())
    }

    /// The bytes that it takes, as far as they are known.
    pub(super) fn bytes(&self) -> usize {
        let state = lock(&self.0);
        let on_disk = || state.file.as_deref().and_then(|file| file.metadata().ok());
        match &state.table {
            Some(table) => size(table),
            None => on_disk().map_or(0, |metadata| usize::try_from(metadata.len()).unwrap_or(usize::MAX)),
        }
    }
}

/// The bytes of all keys and values.
fn size(table: &Table) -> usize {
    table.iter().map(|(key, value)| key.len() + value.len()).sum()
}

/// Applies changes. What another editor has written meanwhile may leave no room for them.
fn apply(changes: &Changes, table: &mut Table) -> io::Result<()> {
    for (key, value) in changes {
        match value {
            Some(value) => drop(table.insert(key.clone(), Arc::clone(value))),
            None => drop(table.remove(key)),
        }
    }
    if table.len() > MOST_KEYS || size(table) > MOST_BYTES {
        return Err(io::Error::other(format!(
            "another editor has filled the storage meanwhile: {MOST_KEYS} keys and {} MiB are the limit",
            MOST_BYTES >> 20
        )));
    }
    Ok(())
}

/// The storages of all plugins.
#[derive(Debug, Clone, Default)]
pub(super) struct Storages(Arc<Mutex<Known>>);

#[derive(Debug, Default)]
struct Known {
    folder: Option<PathBuf>,
    by_path: BTreeMap<String, Storage>,
}

impl Storages {
    /// Keeps what plugins store in this folder from now on.
    pub(super) fn keep_in(&self, folder: &Path) {
        lock(&self.0).folder = Some(folder.to_owned());
    }

    /// The storage of the plugin of this name at this path, in the form that answers about it have. Another plugin at the same path, or
    /// of the same name elsewhere, has another one.
    pub(super) fn of(&self, name: &str, path: &str) -> Storage {
        let mut known = lock(&self.0);
        let place = Digest::of(format!("{name}\0{path}").as_bytes()).short();
        let named: String = name
            .chars()
            .map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' })
            .take(64)
            .collect();
        let file = format!("{named}-{place}");
        let folder = known.folder.clone();
        let storage = || folder.map_or_else(Storage::default, |folder| Storage::at(folder.join(&file)));
        known.by_path.entry(file.clone()).or_insert_with(storage).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changes(all: &[(&str, Option<&[u8]>)]) -> Changes {
        all.iter().map(|(key, value)| ((*key).to_owned(), value.map(Arc::from))).collect()
    }

    fn shown(storage: &Storage) -> String {
        let table = storage.table().unwrap();
        let pairs = table.iter().map(|(key, value)| format!("{key}={}", String::from_utf8_lossy(value)));
        pairs.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn each_plugin_has_a_file_of_its_own_and_two_editors_lose_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let (one, two) = (Storages::default(), Storages::default());
        one.keep_in(&folder.path().join("storage"));
        two.keep_in(&folder.path().join("storage"));
        let (here, there) = (one.of("marks", "/a"), two.of("marks", "/a"));
        assert_eq!((shown(&here), shown(&there)), (String::new(), String::new()));
        here.commit(&changes(&[("a", Some(b"1")), ("b", Some(b"\0\xff"))])).unwrap();
        there.commit(&changes(&[("c", Some(b"3"))])).unwrap();
        here.commit(&changes(&[("a", None)])).unwrap();
        assert_eq!(shown(&here), "b=\0\u{fffd} c=3");
        assert_eq!(shown(&one.of("marks", "/b")), "");
        assert_eq!(shown(&one.of("other", "/a")), "");
        let again = Storages::default();
        again.keep_in(&folder.path().join("storage"));
        assert_eq!(shown(&again.of("marks", "/a")), "b=\0\u{fffd} c=3");
    }

    #[test]
    fn without_a_folder_it_lasts_for_the_session() {
        let all = Storages::default();
        all.of("marks", "/a").commit(&changes(&[("a", Some(b"1"))])).unwrap();
        assert_eq!(shown(&all.of("marks", "/a")), "a=1");
    }

    #[test]
    fn what_two_editors_write_together_is_bounded_too() {
        let folder = tempfile::tempdir().unwrap();
        let (one, two) = (Storage::at(folder.path().join("a")), Storage::at(folder.path().join("a")));
        let large = vec![0; MOST_BYTES / 2 + 1];
        one.commit(&changes(&[("a", Some(&large))])).unwrap();
        let error = two.commit(&changes(&[("b", Some(&large))])).unwrap_err().to_string();
        assert!(error.contains("4 MiB are the limit"), "{error}");
        assert_eq!(Storage::at(folder.path().join("a")).table().unwrap().len(), 1);
    }
}
