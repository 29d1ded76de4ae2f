//! The clients of stores. One serves all requests to a store with the same options.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};
use object_store::azure::MicrosoftAzureBuilder;
use object_store::gcp::GoogleCloudStorageBuilder;
use object_store::http::HttpBuilder;
use object_store::path::Path;
use object_store::{ClientOptions, Error as ObjectError, ObjectStore, ObjectStoreExt, RetryConfig};

use super::error::StoreError;
use super::options::StoreOptions;
use super::runtime::wait;
use super::scheme::Scheme;
use super::url::ObjectUrl;

/// A bucket, a container, or one file of a web server.
#[derive(Clone)]
pub(crate) struct Store {
    pub(super) inner: Arc<dyn ObjectStore>,
    /// The address of any key in it.
    pub(super) url: ObjectUrl,
}

static STORES: Mutex<Option<HashMap<(String, StoreOptions), Store>>> = Mutex::new(None);

/// How long a web server may send nothing.
const SILENCE: Duration = Duration::from_secs(30);

impl Store {
    /// The store of an address.
    ///
    /// # Errors
    ///
    /// When the options or the environment do not fit.
    pub(crate) fn of(url: &ObjectUrl, options: &StoreOptions) -> Result<Self, StoreError> {
        let mut stores = STORES.lock().unwrap_or_else(PoisonError::into_inner);
        let stores = stores.get_or_insert_default();
        let key = (url.root(), options.clone());
        if let Some(store) = stores.get(&key) {
            return Ok(store.clone());
        }
        let (root, options) = (url.clone(), options.clone());
        // On the threads of requests: they have what a client needs to start.
        let inner =
            wait(
                async move { build(&root, &options).map_err(|error| StoreError::of(root.scheme(), &error)) },
            )?;
        let store = Self { inner, url: url.clone() };
        stores.insert(key, store.clone());
        Ok(store)
    }

    pub(super) fn error(&self, error: &ObjectError) -> StoreError {
        StoreError::of(self.url.scheme(), error)
    }

    pub(super) fn path(&self, key: &str) -> Result<Path, StoreError> {
        Path::parse(key)
            .map_err(|error| StoreError::new(format!("the key `{key}` is not supported: {error}")))
    }

    /// Removes an object, if it is there.
    ///
    /// # Errors
    ///
    /// When the store cannot be reached, or does not allow it.
    pub(crate) fn delete(&self, key: &str) -> Result<(), StoreError> {
        let (store, path) = (self.clone(), self.path(key)?);
        wait(async move {
            match store.inner.delete(&path).await {
                Err(ObjectError::NotFound { .. }) => Ok(()),
                deleted => deleted.map_err(|error| store.error(&error)),
            }
        })
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Store({})", self.url)
    }
}

fn build(url: &ObjectUrl, options: &StoreOptions) -> Result<Arc<dyn ObjectStore>, ObjectError> {
    let StoreOptions { endpoint, region, account, anonymous, retries } = options;
    let mut retry = RetryConfig::default();
    retry.max_retries = retries.unwrap_or(retry.max_retries);
    let plain = endpoint.as_ref().is_some_and(|endpoint| endpoint.starts_with("http://"));
    let root = url.root();
    Ok(match url.scheme() {
        Scheme::S3 => {
            let mut builder = AmazonS3Builder::from_env().with_url(root).with_retry(retry);
            if let Some(endpoint) = endpoint {
                // The environment may have one that goes before the general one.
                builder = builder
                    .with_endpoint(endpoint)
                    .with_config(AmazonS3ConfigKey::S3Endpoint, endpoint)
                    .with_allow_http(plain);
            }
            if let Some(region) = region {
                builder = builder.with_region(region);
            }
            if *anonymous {
                builder = builder.with_skip_signature(true);
            }
            Arc::new(builder.build()?)
        }
        Scheme::Gs => {
            let mut builder = GoogleCloudStorageBuilder::from_env().with_url(root).with_retry(retry);
            if let Some(endpoint) = endpoint {
                builder = builder
                    .with_base_url(endpoint)
                    .with_client_options(ClientOptions::new().with_allow_http(plain));
            }
            if *anonymous {
                builder = builder.with_skip_signature(true);
            }
            Arc::new(builder.build()?)
        }
        Scheme::Azure => {
            let mut builder = MicrosoftAzureBuilder::from_env().with_url(root).with_retry(retry);
            if let Some(account) = account {
                builder = builder.with_account(account);
            }
            if let Some(endpoint) = endpoint {
                builder = builder.with_endpoint(endpoint.clone()).with_allow_http(plain);
            }
            if *anonymous {
                builder = builder.with_skip_signature(true);
            }
            Arc::new(builder.build()?)
        }
        Scheme::Http | Scheme::Https => {
            // A file comes in one answer, which may take as long as it likes.
            let client = ClientOptions::new()
                .with_allow_http(url.scheme() == Scheme::Http)
                .with_timeout_disabled()
                .with_read_timeout(SILENCE);
            Arc::new(HttpBuilder::new().with_url(root).with_client_options(client).with_retry(retry).build()?)
        }
    })
}
