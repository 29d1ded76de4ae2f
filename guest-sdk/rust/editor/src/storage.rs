//! What a plugin keeps for itself between sessions: values under keys.
//!
//! Request the import in `plugin.toml`: `imports = ["witdock:editor/storage"]`. On other targets than WebAssembly there is a
//! table for each thread, without limits, so that tests can use it.
//!
//! ```
//! use witdock_editor_guest::storage;
//!
//! storage::set("visits", b"3")?;
//! assert_eq!(storage::get("visits")?, Some(b"3".to_vec()));
//!
//! storage::set_json("places", &[1, 2, 3])?;
//! assert_eq!(storage::get_json::<Vec<u32>>("places")?, Some(vec![1, 2, 3]));
//! assert_eq!(storage::keys("p")?, ["places"]);
//! # Ok::<(), witdock_editor_guest::storage::StorageError>(())
//! ```

use std::cell::RefCell;
use std::collections::BTreeMap;

use serde::Serialize;
use serde::de::DeserializeOwned;

pub use crate::bindings::witdock::editor::storage::StorageError;

use crate::bindings::witdock::editor::storage as host;

thread_local! {
    /// The storage of tests.
    static HELD: RefCell<BTreeMap<String, Vec<u8>>> = const { RefCell::new(BTreeMap::new()) };
}

/// The value of a key, if it has one.
///
/// # Errors
///
/// [`StorageError`].
pub fn get(key: &str) -> Result<Option<Vec<u8>>, StorageError> {
    if cfg!(target_family = "wasm") {
        host::get(key)
    } else {
        Ok(HELD.with_borrow(|held| held.get(key).cloned()))
    }
}

/// Sets the value of a key. It is written when the call has returned.
///
/// # Errors
///
/// [`StorageError`].
pub fn set(key: &str, value: &[u8]) -> Result<(), StorageError> {
    if cfg!(target_family = "wasm") {
        host::set(key, value)
    } else {
        HELD.with_borrow_mut(|held| held.insert(key.to_owned(), value.to_owned()));
        Ok(())
    }
}

/// Removes a key.
///
/// # Errors
///
/// [`StorageError`].
pub fn remove(key: &str) -> Result<(), StorageError> {
    if cfg!(target_family = "wasm") {
        host::remove(key)
    } else {
        HELD.with_borrow_mut(|held| held.remove(key));
        Ok(())
    }
}

/// The keys that begin with this text, in order.
///
/// # Errors
///
/// [`StorageError`].
pub fn keys(prefix: &str) -> Result<Vec<String>, StorageError> {
    if cfg!(target_family = "wasm") {
        host::keys(prefix)
    } else {
        Ok(HELD.with_borrow(|held| held.keys().filter(|key| key.starts_with(prefix)).cloned().collect()))
    }
}

/// The value of a key as [`set_json`] has set it. None where there is none, or where it is of another type: one of an earlier version
/// of the plugin, for example.
///
/// # Errors
///
/// [`StorageError`].
pub fn get_json<T: DeserializeOwned>(key: &str) -> Result<Option<T>, StorageError> {
    Ok(get(key)?.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
}

/// Sets the value of a key to JSON text.
///
/// # Errors
///
/// [`StorageError`], also where the value cannot be JSON.
pub fn set_json<T: Serialize + ?Sized>(key: &str, value: &T) -> Result<(), StorageError> {
    let bytes = serde_json::to_vec(value).map_err(|error| StorageError::Unavailable(error.to_string()))?;
    set(key, &bytes)
}
