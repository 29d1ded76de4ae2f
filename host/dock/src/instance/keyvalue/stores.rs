//! The open stores of a plugin, and the files of all plugins of a dock.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, Weak};

use super::bounds::Bounds;
use super::file::{StoreFile, StoreFileError};
use super::store::Store;
use crate::grants::{Granted, StoreGrant, real_path};
use crate::lock::lock;

/// The granted stores of a generation, by name.
pub(crate) type OpenStores = BTreeMap<String, Arc<Store>>;

/// The stores of a dock that are in files. Plugins that are granted the same file share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Files(Arc<Mutex<BTreeMap<PathBuf, Weak<Store>>>>);

/// The stores of a plugin, over all its generations.
#[derive(Debug)]
pub(crate) struct Stores {
    files: Files,
    /// Those without a file, by name.
    in_memory: Mutex<BTreeMap<String, Arc<Store>>>,
}

impl Stores {
    pub(crate) fn new(files: Files) -> Self {
        Self { files, in_memory: Mutex::default() }
    }

    /// The granted stores by name. Those that are not open are opened. Blocks.
    ///
    /// # Errors
    ///
    /// When the file of one cannot be used.
    pub(crate) fn open(&self, granted: &Granted) -> Result<OpenStores, StoreFileError> {
        let stores = granted.stores().map(|(name, StoreGrant { file, max_bytes, max_keys })| {
            let bounds = Bounds { max_bytes: *max_bytes, max_keys: *max_keys };
            let store = match file {
                Some(file) => self.files.open(real_path(file), bounds)?,
                None => {
                    let mut in_memory = lock(&self.in_memory);
                    let new = || Arc::new(Store::in_memory(bounds));
                    in_memory.entry(name.to_owned()).or_insert_with(new).clone()
                }
            };
            store.set_bounds(bounds);
            Ok((name.to_owned(), store))
        });
        stores.collect()
    }

    /// The bytes of the stores in memory.
    pub(crate) fn bytes(&self) -> usize {
        lock(&self.in_memory).values().map(|store| store.bytes()).sum()
    }
}

impl Files {
    fn open(&self, path: PathBuf, bounds: Bounds) -> Result<Arc<Store>, StoreFileError> {
        let mut files = lock(&self.0);
        if let Some(store) = files.get(&path).and_then(Weak::upgrade) {
            return Ok(store);
        }
        files.retain(|_, store| store.strong_count() > 0);
        let (entries, file) = StoreFile::open(&path, bounds)?;
        let store = Arc::new(Store::new(entries, bounds, Some(file)));
        files.insert(path, Arc::downgrade(&store));
        Ok(store)
    }
}
