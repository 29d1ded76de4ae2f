//! The interfaces of `wasi:keyvalue`, over the granted stores.

use std::sync::Arc;

use wasmtime::component::{HasSelf, Linker, Resource};

use super::bindings::wasi::keyvalue::store::{Error, KeyResponse};
use super::bindings::wasi::keyvalue::{atomics, batch, store};
use super::opened::Bucket;
use super::store::{Store, StoreError};
use crate::instance::host_state::HostState;

/// Links `wasi:keyvalue`. Without a grant, no store can be opened.
///
/// # Errors
///
/// When the linker refuses a definition.
pub(crate) fn link<S: Send + 'static>(linker: &mut Linker<HostState<S>>) -> wasmtime::Result<()> {
    store::add_to_linker::<_, HasSelf<HostState<S>>>(linker, |host| host)?;
    atomics::add_to_linker::<_, HasSelf<HostState<S>>>(linker, |host| host)?;
    batch::add_to_linker::<_, HasSelf<HostState<S>>>(linker, |host| host)
}

/// The result of an operation as the guest gets it.
type Answer<T> = wasmtime::Result<Result<T, Error>>;

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        Self::Other(error.to_string())
    }
}

impl<S: Send> HostState<S> {
    /// The store behind a handle; counts a use of it.
    fn store(&mut self, bucket: &Resource<Bucket>) -> wasmtime::Result<Arc<Store>> {
        let Bucket { name, store } = self.table.get(bucket)?;
        self.keyvalue.uses.count_store(name);
        Ok(store.clone())
    }
}

impl<S: Send> store::Host for HostState<S> {
    fn open(&mut self, identifier: String) -> Answer<Resource<Bucket>> {
        let Some(store) = self.keyvalue.stores.get(&identifier).cloned() else {
            self.log.write(
                crate::LogLevel::Warn,
                "witdock",
                &format!("the store `{identifier}` was not opened: it is not granted"),
            );
            return Ok(Err(Error::AccessDenied));
        };
        Ok(Ok(self.table.push(Bucket { name: identifier, store })?))
    }
}

impl<S: Send> store::HostBucket for HostState<S> {
    fn get(&mut self, bucket: Resource<Bucket>, key: String) -> Answer<Option<Vec<u8>>> {
        Ok(Ok(self.store(&bucket)?.get(&key)))
    }

    fn set(&mut self, bucket: Resource<Bucket>, key: String, value: Vec<u8>) -> Answer<()> {
        Ok(self.store(&bucket)?.change(vec![(key, Some(value))]).map_err(Error::from))
    }

    fn delete(&mut self, bucket: Resource<Bucket>, key: String) -> Answer<()> {
        Ok(self.store(&bucket)?.change(vec![(key, None)]).map_err(Error::from))
    }

    fn exists(&mut self, bucket: Resource<Bucket>, key: String) -> Answer<bool> {
        Ok(Ok(self.store(&bucket)?.has(&key)))
    }

    fn list_keys(&mut self, bucket: Resource<Bucket>, cursor: Option<u64>) -> Answer<KeyResponse> {
        let (keys, cursor) = self.store(&bucket)?.keys(cursor.unwrap_or(0));
        Ok(Ok(KeyResponse { keys, cursor }))
    }

    fn drop(&mut self, bucket: Resource<Bucket>) -> wasmtime::Result<()> {
        self.table.delete(bucket)?;
        Ok(())
    }
}

impl<S: Send> atomics::Host for HostState<S> {
    fn increment(&mut self, bucket: Resource<Bucket>, key: String, delta: u64) -> Answer<u64> {
        Ok(self.store(&bucket)?.increment(key, delta).map_err(Error::from))
    }
}

impl<S: Send> batch::Host for HostState<S> {
    fn get_many(
        &mut self,
        bucket: Resource<Bucket>,
        keys: Vec<String>,
    ) -> Answer<Vec<Option<(String, Vec<u8>)>>> {
        let store = self.store(&bucket)?;
        let (mut values, mut bytes, most) = (Vec::new(), 0_usize, self.limits.host_call_bytes);
        for key in keys {
            // One large value, asked for again and again, would fill the host's memory.
            bytes = bytes.saturating_add(key.len()).saturating_add(store.size_of(&key));
            if bytes > most {
                return Ok(Err(Error::Other(format!(
                    "the values have more than {most} bytes; ask for fewer"
                ))));
            }
            values.push(store.get(&key).map(|value| (key, value)));
        }
        Ok(Ok(values))
    }

    fn set_many(&mut self, bucket: Resource<Bucket>, key_values: Vec<(String, Vec<u8>)>) -> Answer<()> {
        let changes = key_values.into_iter().map(|(key, value)| (key, Some(value))).collect();
        Ok(self.store(&bucket)?.change(changes).map_err(Error::from))
    }

    fn delete_many(&mut self, bucket: Resource<Bucket>, keys: Vec<String>) -> Answer<()> {
        let changes = keys.into_iter().map(|key| (key, None)).collect();
        Ok(self.store(&bucket)?.change(changes).map_err(Error::from))
    }
}
