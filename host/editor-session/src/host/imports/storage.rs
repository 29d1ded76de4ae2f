//! `storage`: what the plugin keeps for itself.

use super::{CallView, number};
use crate::host::bindings::witdock::editor::storage::{self, StorageError};
use crate::host::storage::{MOST_BYTES, MOST_KEY_BYTES, MOST_KEYS, Refused};

impl From<Refused> for StorageError {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::InvalidKey => Self::InvalidKey(number(MOST_KEY_BYTES)),
            Refused::TooManyKeys => Self::TooManyKeys(number(MOST_KEYS)),
            Refused::Full => Self::Full(MOST_BYTES as u64),
            Refused::Unavailable(why) => Self::Unavailable(why),
        }
    }
}

impl storage::Host for CallView<'_> {
    fn get(&mut self, key: String) -> wasmtime::Result<Result<Option<Vec<u8>>, StorageError>> {
        let value = self.state.stored.get(&self.state.storage, &key);
        Ok(value.map(|value| value.map(|value| value.to_vec())).map_err(StorageError::from))
    }

    fn set(&mut self, key: String, value: Vec<u8>) -> wasmtime::Result<Result<(), StorageError>> {
        self.state.handed_over.add(key.len() + value.len())?;
        Ok(self.state.stored.set(&self.state.storage, &key, Some(value)).map_err(StorageError::from))
    }

    fn remove(&mut self, key: String) -> wasmtime::Result<Result<(), StorageError>> {
        Ok(self.state.stored.set(&self.state.storage, &key, None).map_err(StorageError::from))
    }

    fn keys(&mut self, prefix: String) -> wasmtime::Result<Result<Vec<String>, StorageError>> {
        Ok(self.state.stored.keys(&self.state.storage, &prefix).map_err(StorageError::from))
    }
}
