//! The storage as one call sees it.

use std::sync::Arc;

use super::{Changes, MOST_BYTES, MOST_KEY_BYTES, MOST_KEYS, Storage, Table};

/// The values as they were when the call began, and what it has changed.
#[derive(Debug, Default)]
pub(in crate::host) struct Staged {
    table: Option<Arc<Table>>,
    changes: Changes,
    /// The number of keys and their bytes with those of the values, with the changes.
    keys: usize,
    bytes: usize,
}

/// Why a change is refused.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::host) enum Refused {
    InvalidKey,
    TooManyKeys,
    Full,
    Unavailable(String),
}

impl Staged {
    fn table(&mut self, storage: &Storage) -> Result<Arc<Table>, Refused> {
        if let Some(table) = &self.table {
            return Ok(Arc::clone(table));
        }
        let table = storage.table().map_err(Refused::Unavailable)?;
        (self.keys, self.bytes) = (table.len(), super::size(&table));
        self.table = Some(Arc::clone(&table));
        Ok(table)
    }

    pub(in crate::host) fn get(
        &mut self,
        storage: &Storage,
        key: &str,
    ) -> Result<Option<Arc<[u8]>>, Refused> {
        let table = self.table(storage)?;
        Ok(self.changes.get(key).cloned().unwrap_or_else(|| table.get(key).cloned()))
    }

    /// Sets the value of a key, or removes it.
    pub(in crate::host) fn set(
        &mut self,
        storage: &Storage,
        key: &str,
        value: Option<Vec<u8>>,
    ) -> Result<(), Refused> {
        if key.is_empty() || key.len() > MOST_KEY_BYTES {
            return Err(Refused::InvalidKey);
        }
        let before = self.get(storage, key)?;
        let size = |value: Option<usize>| value.map_or((0, 0), |bytes| (1, key.len() + bytes));
        let (keys_before, bytes_before) = size(before.map(|value| value.len()));
        let (keys_after, bytes_after) = size(value.as_ref().map(Vec::len));
        let keys = self.keys - keys_before + keys_after;
        let bytes = self.bytes - bytes_before + bytes_after;
        if keys > MOST_KEYS {
            return Err(Refused::TooManyKeys);
        }
        // What is too full already may still shrink.
        if bytes > MOST_BYTES.max(self.bytes) {
            return Err(Refused::Full);
        }
        // Nothing remains of a key that comes and goes, so that a call cannot pile them up.
        let is_in_table = self.table.as_ref().is_some_and(|table| table.contains_key(key));
        if value.is_none() && !is_in_table {
            self.changes.remove(key);
        } else {
            self.changes.insert(key.to_owned(), value.map(Arc::from));
        }
        (self.keys, self.bytes) = (keys, bytes);
        Ok(())
    }

    /// The keys that begin with a text, in order.
    pub(in crate::host) fn keys(&mut self, storage: &Storage, prefix: &str) -> Result<Vec<String>, Refused> {
        let table = self.table(storage)?;
        let is_changed = |key: &&String| self.changes.contains_key(*key);
        let new = self.changes.iter().filter(|(_, value)| value.is_some()).map(|(key, _)| key);
        let old = table.keys().filter(|key| !is_changed(key));
        let mut keys: Vec<String> = old.chain(new).filter(|key| key.starts_with(prefix)).cloned().collect();
        keys.sort_unstable();
        Ok(keys)
    }

    /// What is to be kept.
    pub(in crate::host) fn into_changes(self) -> Changes {
        self.changes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_sees_its_own_changes_and_the_limits_hold() {
        let storage = Storage::default();
        let mut call = Staged::default();
        assert_eq!(call.set(&storage, "", Some(vec![])), Err(Refused::InvalidKey));
        assert_eq!(call.set(&storage, &"k".repeat(257), Some(vec![])), Err(Refused::InvalidKey));
        for key in ["b", "a", "c"] {
            assert_eq!(call.set(&storage, key, Some(vec![1])), Ok(()));
        }
        assert_eq!(call.set(&storage, "c", None), Ok(()));
        assert_eq!(call.keys(&storage, "").unwrap(), ["a", "b"]);
        assert_eq!(call.get(&storage, "a").unwrap().as_deref(), Some([1].as_slice()));
        assert_eq!(call.set(&storage, "large", Some(vec![0; MOST_BYTES])), Err(Refused::Full));
        assert_eq!(call.get(&storage, "large"), Ok(None));
        // Beside two keys and the value of the other one.
        let room = MOST_BYTES - "ab".len() - 1;
        assert_eq!(call.set(&storage, "a", Some(vec![0; room + 1])), Err(Refused::Full));
        assert_eq!(call.set(&storage, "a", Some(vec![0; room])), Ok(()));
        storage.commit(&call.into_changes()).unwrap();

        let mut call = Staged::default();
        assert_eq!(call.set(&storage, "a", None), Ok(()));
        for key in 1..MOST_KEYS {
            assert_eq!(call.set(&storage, &key.to_string(), Some(vec![])), Ok(()), "{key}");
        }
        assert_eq!(call.set(&storage, "one more", Some(vec![])), Err(Refused::TooManyKeys));
        assert_eq!(call.keys(&storage, "10").unwrap().len(), 1 + 10 + 24);
        storage.commit(&call.into_changes()).unwrap();
        assert_eq!(storage.table().unwrap().len(), MOST_KEYS);
    }
}
