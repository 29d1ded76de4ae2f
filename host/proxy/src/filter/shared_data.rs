//! Data that the instances of filters share, on all threads and over reloads.

use std::collections::HashMap;
use std::sync::Mutex;

use super::bindings::witdock::proxy::shared_data::{Entry, StoreError};
use super::limits::MOST_SHARED_BYTES;
use super::lock;

/// The shared data of one scope.
#[derive(Debug, Default)]
pub(crate) struct SharedData(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    entries: HashMap<String, Entry>,
    bytes: usize,
}

/// What the host keeps for an entry beside its key and value, about.
const OVERHEAD: usize = 64;

impl SharedData {
    pub(crate) fn get(&self, key: &str) -> Option<Entry> {
        lock(&self.0).entries.get(key).cloned()
    }

    pub(crate) fn set(&self, key: String, value: Vec<u8>) -> Result<(), StoreError> {
        lock(&self.0).store(key, value)
    }

    pub(crate) fn compare_and_set(
        &self,
        key: String,
        value: Vec<u8>,
        version: Option<u32>,
    ) -> Result<(), StoreError> {
        let mut inner = lock(&self.0);
        if inner.entries.get(&key).map(|entry| entry.version) != version {
            return Err(StoreError::Changed);
        }
        inner.store(key, value)
    }

    pub(crate) fn remove(&self, key: &str) -> bool {
        let mut inner = lock(&self.0);
        match inner.entries.remove(key) {
            Some(entry) => {
                inner.bytes -= key.len() + entry.value.len() + OVERHEAD;
                true
            }
            None => false,
        }
    }
}

impl Inner {
    fn store(&mut self, key: String, value: Vec<u8>) -> Result<(), StoreError> {
        let before = self.entries.get(&key);
        let freed = before.map_or(0, |entry| key.len() + entry.value.len() + OVERHEAD);
        let bytes = self.bytes - freed + key.len() + value.len() + OVERHEAD;
        if bytes > MOST_SHARED_BYTES {
            return Err(StoreError::Full(MOST_SHARED_BYTES as u64));
        }
        // Never 0, also after 2³² changes.
        let version = before.map_or(0, |entry| entry.version).checked_add(1).unwrap_or(1);
        self.bytes = bytes;
        self.entries.insert(key, Entry { value, version });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_rises_with_each_change_and_decides_what_is_stored() {
        let data = SharedData::default();
        let version = || data.get("k").unwrap().version;
        assert!(matches!(data.compare_and_set("k".into(), vec![1], Some(1)), Err(StoreError::Changed)));
        data.compare_and_set("k".into(), vec![1], None).unwrap();
        assert_eq!(version(), 1);
        assert!(matches!(data.compare_and_set("k".into(), vec![2], None), Err(StoreError::Changed)));
        data.compare_and_set("k".into(), vec![2], Some(1)).unwrap();
        data.set("k".into(), vec![3]).unwrap();
        assert_eq!((version(), data.get("k").unwrap().value), (3, vec![3]));
        assert!(data.remove("k") && !data.remove("k"));
        assert_eq!(lock(&data.0).bytes, 0);
    }

    #[test]
    fn its_size_is_bounded() {
        let data = SharedData::default();
        data.set("a".into(), vec![0; MOST_SHARED_BYTES - 200]).unwrap();
        assert!(matches!(data.set("b".into(), vec![0; 200]), Err(StoreError::Full(_))));
        data.set("a".into(), vec![]).unwrap();
        data.set("b".into(), vec![0; 200]).unwrap();
        assert_eq!(lock(&data.0).bytes, 2 + 200 + 2 * OVERHEAD);
    }
}
