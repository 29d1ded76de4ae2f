use futures_util::TryStreamExt;
use object_store::{Error as ObjectError, ObjectStoreExt};

use super::client::Store;
use super::error::StoreError;
use super::object::Object;
use super::runtime::wait;

impl Store {
    /// An object with its current size and version.
    ///
    /// # Errors
    ///
    /// When the store cannot be reached, or does not have it: then [`StoreError::is_missing`] is true.
    pub(crate) fn head(&self, key: &str) -> Result<Object, StoreError> {
        let (store, path) = (self.clone(), self.path(key)?);
        wait(async move {
            let head = match store.inner.head(&path).await {
                // Some addresses are signed for this alone, and some servers know nothing else.
                Err(error) if store.url.scheme().is_web() && was_answered(&error) => {
                    store.inner.get(&path).await.map(|got| got.meta)
                }
                head => head,
            };
            let meta = head.map_err(|error| store.error(&error))?;
            Ok(Object::new(store.clone(), meta))
        })
    }

    /// The objects below a prefix, in the order of their keys. Those further down only if `deep`.
    ///
    /// # Errors
    ///
    /// When the store cannot be reached, or does not allow it.
    pub(crate) fn list(&self, prefix: &str, deep: bool) -> Result<Vec<Object>, StoreError> {
        let (store, prefix) = (self.clone(), self.path(prefix)?);
        wait(async move {
            let listed = if deep {
                store.inner.list(Some(&prefix)).try_collect::<Vec<_>>().await
            } else {
                store.inner.list_with_delimiter(Some(&prefix)).await.map(|listed| listed.objects)
            };
            let listed = listed.map_err(|error| store.error(&error))?;
            // An object with the name of the prefix marks the folder.
            let inside = listed.into_iter().filter(|meta| meta.location != prefix);
            let mut objects: Vec<_> = inside.map(|meta| Object::new(store.clone(), meta)).collect();
            objects.sort_by(|one, other| one.url().cmp(other.url()));
            Ok(objects)
        })
    }
}

/// Whether a request failed since the server does not do it. One that did not reach the server has been repeated often enough.
fn was_answered(error: &ObjectError) -> bool {
    !matches!(error, ObjectError::Generic { .. })
        || ["status code", "missing from response"].iter().any(|words| error.to_string().contains(words))
}

impl Object {
    /// The object as it is now.
    ///
    /// # Errors
    ///
    /// When it cannot be found any more.
    pub(crate) fn now(&self) -> Result<Self, StoreError> {
        self.store.head(self.meta.location.as_ref())
    }
}
