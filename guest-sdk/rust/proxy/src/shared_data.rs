//! Data that all instances of the filter share, on all threads and over reloads.
//!
//! Request the import in `plugin.toml`: `imports = ["witdock:proxy/shared-data"]`.

pub use crate::bindings::witdock::proxy::shared_data::{Entry, StoreError};
use crate::host;

/// Returns the value of a key.
pub fn get(key: &str) -> Option<Vec<u8>> {
    host::shared_data::get(key).map(|entry| entry.value)
}

/// Returns the value of a key with its version.
pub fn entry(key: &str) -> Option<Entry> {
    host::shared_data::get(key)
}

/// Stores a value, whatever was there.
///
/// # Errors
///
/// [`StoreError::Full`].
pub fn set(key: &str, value: impl AsRef<[u8]>) -> Result<(), StoreError> {
    host::shared_data::set(key, value.as_ref())
}

/// Stores a value if the entry has this version; without a version, if there is no entry.
///
/// # Errors
///
/// [`StoreError::Changed`] or [`StoreError::Full`].
pub fn compare_and_set(key: &str, value: impl AsRef<[u8]>, version: Option<u32>) -> Result<(), StoreError> {
    host::shared_data::compare_and_set(key, value.as_ref(), version)
}

/// Removes an entry. Returns whether it was there.
pub fn remove(key: &str) -> bool {
    host::shared_data::remove(key)
}

/// Changes a value as one step: `change` gets the value, and returns the new one with a result. It is called again if another thread
/// has changed the value meanwhile.
///
/// ```
/// use witdock_proxy_guest::shared_data;
///
/// fn count() -> Result<u64, shared_data::StoreError> {
///     shared_data::update("seen", |value| {
///         let seen = value.and_then(|bytes| Some(u64::from_le_bytes(bytes.try_into().ok()?))).unwrap_or(0) + 1;
///         (seen.to_le_bytes().to_vec(), seen)
///     })
/// }
/// assert_eq!(count(), Ok(1));
/// assert_eq!(count(), Ok(2));
/// ```
///
/// # Errors
///
/// [`StoreError::Full`].
pub fn update<R>(
    key: &str,
    mut change: impl FnMut(Option<Vec<u8>>) -> (Vec<u8>, R),
) -> Result<R, StoreError> {
    loop {
        let (value, version) = match entry(key) {
            Some(entry) => (Some(entry.value), Some(entry.version)),
            None => (None, None),
        };
        let (changed, result) = change(value);
        match compare_and_set(key, changed, version) {
            Ok(()) => return Ok(result),
            Err(StoreError::Changed) => {}
            Err(full) => return Err(full),
        }
    }
}
