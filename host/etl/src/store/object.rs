use std::ops::Range;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use object_store::{GetOptions, GetRange, ObjectMeta};

use super::client::Store;
use super::error::StoreError;
use super::runtime::wait;
use super::url::ObjectUrl;

/// A version of an object: once it has been replaced in its store, reading it is an error.
#[derive(Debug, Clone)]
pub(crate) struct Object {
    pub(super) store: Store,
    pub(super) meta: ObjectMeta,
    url: ObjectUrl,
    /// The url, where a path is expected.
    path: PathBuf,
}

impl Object {
    pub(super) fn new(store: Store, meta: ObjectMeta) -> Self {
        let url = if store.url.scheme().is_web() {
            store.url.clone()
        } else {
            store.url.with_key(meta.location.as_ref())
        };
        let path = url.to_string().into();
        Self { store, meta, url, path }
    }

    pub(crate) fn url(&self) -> &ObjectUrl {
        &self.url
    }

    /// The url, where a path is expected.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn size(&self) -> u64 {
        self.meta.size
    }

    /// What tells this version from others: the store's name for it.
    pub(crate) fn version(&self) -> Option<String> {
        // Listings have it without quotes in some stores.
        self.meta.e_tag.as_ref().map(|tag| tag.trim_matches('"').to_owned())
    }

    /// When it was last changed, in microseconds since 1970, if the store says it.
    pub(crate) fn modified_us(&self) -> Option<u64> {
        u64::try_from(self.meta.last_modified.timestamp_micros()).ok().filter(|since| *since > 0)
    }

    /// Reads a part of it.
    ///
    /// # Errors
    ///
    /// When the store cannot be reached, the object has been replaced, or a web server sends only whole files: then
    /// [`StoreError::has_no_ranges`] is true.
    pub(crate) fn range(&self, range: Range<u64>) -> Result<Bytes, StoreError> {
        let object = self.clone();
        wait(async move { object.get(range).await })
    }

    pub(super) async fn get(&self, range: Range<u64>) -> Result<Bytes, StoreError> {
        // A weak name never matches.
        let tag = self.meta.e_tag.clone().filter(|tag| !tag.starts_with("W/"));
        // An empty object has no first byte to ask for.
        let range = (!range.is_empty()).then_some(GetRange::Bounded(range));
        let options = GetOptions::new().with_range(range).with_if_match(tag);
        let got = async { self.store.inner.get_opts(&self.meta.location, options).await?.bytes().await };
        got.await.map_err(|error| self.store.error(&error))
    }
}
