//! One store: its entries within their bounds, and the file that keeps them, if it has one.

use std::collections::BTreeMap;
use std::sync::Mutex;

use super::bounds::Bounds;
use super::change::Change;
use super::file::StoreFile;
use crate::lock::lock;

/// Why a store refuses an operation. The text is for the plugin's author.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum StoreError {
    #[error("the store is full: it may have {max_bytes} bytes of keys and values")]
    Bytes { max_bytes: usize },
    #[error("the store is full: it may have {max_keys} keys")]
    Keys { max_keys: usize },
    #[error("the value is no number in decimal digits")]
    NotANumber,
    #[error("the number would exceed 18446744073709551615")]
    Overflow,
    #[error("the store's file cannot be written: {0}")]
    File(String),
}

/// A store, which instances and plugins may share.
#[derive(Debug)]
pub(crate) struct Store(Mutex<Inner>);

#[derive(Debug)]
struct Inner {
    entries: BTreeMap<String, Vec<u8>>,
    bytes: usize,
    bounds: Bounds,
    file: Option<StoreFile>,
}

/// The keys of one answer.
const KEYS_AT_ONCE: usize = 1000;

impl Store {
    pub(super) fn in_memory(bounds: Bounds) -> Self {
        Self::new(BTreeMap::new(), bounds, None)
    }

    pub(super) fn new(entries: BTreeMap<String, Vec<u8>>, bounds: Bounds, file: Option<StoreFile>) -> Self {
        let bytes = entries.iter().map(|(key, value)| size(key, value)).sum();
        Self(Mutex::new(Inner { entries, bytes, bounds, file }))
    }

    /// What is in it stays, also where that is more than the new bounds have.
    pub(super) fn set_bounds(&self, bounds: Bounds) {
        lock(&self.0).bounds = bounds;
    }

    pub(super) fn bytes(&self) -> usize {
        lock(&self.0).bytes
    }

    pub(super) fn get(&self, key: &str) -> Option<Vec<u8>> {
        lock(&self.0).entries.get(key).cloned()
    }

    pub(super) fn size_of(&self, key: &str) -> usize {
        lock(&self.0).entries.get(key).map_or(0, Vec::len)
    }

    pub(super) fn has(&self, key: &str) -> bool {
        lock(&self.0).entries.contains_key(key)
    }

    /// Keys in their order, from a position on, and the position of the next one.
    pub(super) fn keys(&self, from: u64) -> (Vec<String>, Option<u64>) {
        let inner = lock(&self.0);
        let skipped = usize::try_from(from).unwrap_or(usize::MAX);
        let keys: Vec<_> = inner.entries.keys().skip(skipped).take(KEYS_AT_ONCE).cloned().collect();
        let next = skipped.saturating_add(keys.len());
        let next = (next < inner.entries.len() && !keys.is_empty()).then_some(next as u64);
        (keys, next)
    }

    /// Makes all of these changes, or none.
    pub(super) fn change(&self, changes: Vec<Change>) -> Result<(), StoreError> {
        lock(&self.0).change(changes)
    }

    pub(super) fn increment(&self, key: String, by: u64) -> Result<u64, StoreError> {
        let mut inner = lock(&self.0);
        let now = match inner.entries.get(&key) {
            Some(value) => {
                let text = std::str::from_utf8(value).map_err(|_| StoreError::NotANumber)?;
                text.parse::<u64>().map_err(|_| StoreError::NotANumber)?
            }
            None => 0,
        };
        let sum = now.checked_add(by).ok_or(StoreError::Overflow)?;
        inner.change(vec![(key, Some(sum.to_string().into_bytes()))])?;
        Ok(sum)
    }
}

impl Inner {
    fn change(&mut self, changes: Vec<Change>) -> Result<(), StoreError> {
        let (bytes, keys) = self.after(&changes);
        let Bounds { max_bytes, max_keys } = self.bounds;
        // A store that has more than its bounds by now may still shrink.
        if bytes > max_bytes && bytes > self.bytes {
            return Err(StoreError::Bytes { max_bytes });
        }
        if keys > max_keys && keys > self.entries.len() {
            return Err(StoreError::Keys { max_keys });
        }
        if let Some(file) = &mut self.file {
            file.append(&changes).map_err(|error| StoreError::File(error.to_string()))?;
        }
        for (key, value) in changes {
            match value {
                Some(value) => drop(self.entries.insert(key, value)),
                None => drop(self.entries.remove(&key)),
            }
        }
        self.bytes = bytes;
        if let Some(file) = &mut self.file
            && let Err(error) = file.tidy(&self.entries, self.bytes)
        {
            // All is in the old file.
            tracing::warn!("the file of a store could not be made smaller: {error}");
        }
        Ok(())
    }

    /// The bytes and the keys after these changes, of which the last one for a key counts.
    fn after(&self, changes: &[Change]) -> (usize, usize) {
        let last: BTreeMap<&str, Option<usize>> =
            changes.iter().map(|(key, value)| (key.as_str(), value.as_ref().map(Vec::len))).collect();
        let (mut bytes, mut keys) = (self.bytes, self.entries.len());
        for (key, value) in last {
            if let Some(old) = self.entries.get(key) {
                bytes -= size(key, old);
                keys -= 1;
            }
            if let Some(length) = value {
                bytes = bytes.saturating_add(key.len()).saturating_add(length);
                keys += 1;
            }
        }
        (bytes, keys)
    }
}

fn size(key: &str, value: &[u8]) -> usize {
    key.len() + value.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(store: &Store, key: &str, value: &str) -> Result<(), StoreError> {
        store.change(vec![(key.to_owned(), Some(value.as_bytes().to_vec()))])
    }

    fn store(max_bytes: usize, max_keys: usize) -> Store {
        Store::in_memory(Bounds { max_bytes, max_keys })
    }

    #[test]
    fn bytes_and_keys_are_bounded_and_freed() {
        let store = store(10, 2);
        set(&store, "a", "1234").unwrap();
        set(&store, "b", "1234").unwrap();
        assert_eq!(store.bytes(), 10);
        assert_eq!(set(&store, "a", "12345"), Err(StoreError::Bytes { max_bytes: 10 }));
        assert_eq!(set(&store, "c", ""), Err(StoreError::Bytes { max_bytes: 10 }));
        set(&store, "a", "").unwrap();
        assert_eq!(set(&store, "c", ""), Err(StoreError::Keys { max_keys: 2 }));
        store.change(vec![("a".to_owned(), None), ("c".to_owned(), Some(Vec::new()))]).unwrap();
        assert!(store.has("c") && !store.has("a"));
        assert_eq!(store.get("b").unwrap(), b"1234");
        // All of a batch or nothing, and the last value for a key counts.
        let batch = |value: &str| {
            vec![("b".to_owned(), Some(vec![0; 9])), ("b".to_owned(), Some(value.as_bytes().to_vec()))]
        };
        store.change(batch("x")).unwrap();
        assert_eq!((store.get("b").unwrap(), store.bytes()), (b"x".to_vec(), 3));
        store.change(batch("123456789")).unwrap_err();
        assert_eq!(store.get("b").unwrap(), b"x");
    }

    #[test]
    fn a_store_over_new_bounds_may_shrink() {
        let store = store(100, 10);
        set(&store, "a", "123456789").unwrap();
        store.set_bounds(Bounds { max_bytes: 5, max_keys: 0 });
        set(&store, "a", "12345678").unwrap();
        set(&store, "a", "123456789").unwrap_err();
    }

    #[test]
    fn numbers_are_counted_up_without_wrapping() {
        let store = store(100, 10);
        assert_eq!(store.increment("n".to_owned(), 2), Ok(2));
        assert_eq!(store.increment("n".to_owned(), 3), Ok(5));
        assert_eq!(store.get("n").unwrap(), b"5");
        assert_eq!(store.increment("n".to_owned(), u64::MAX), Err(StoreError::Overflow));
        set(&store, "n", "five").unwrap();
        assert_eq!(store.increment("n".to_owned(), 1), Err(StoreError::NotANumber));
    }

    #[test]
    fn keys_come_in_pages() {
        let store = store(1 << 20, 10_000);
        let changes = (0..2500).map(|n| (format!("{n:04}"), Some(Vec::new()))).collect();
        store.change(changes).unwrap();
        let (mut all, mut cursor) = (Vec::new(), Some(0));
        while let Some(from) = cursor {
            let (keys, next) = store.keys(from);
            all.extend(keys);
            cursor = next;
        }
        assert_eq!(all.len(), 2500);
        assert!(all.is_sorted());
        assert_eq!(store.keys(u64::MAX), (Vec::new(), None));
    }
}
