use std::path::Path;
use std::time::Duration;

use futures_util::StreamExt;
use object_store::path::Path as ObjectPath;
use object_store::{
    Error as ObjectError, MultipartUpload, ObjectStoreExt, PutMode, PutMultipartOptions, PutOptions,
    PutPayload,
};
use tokio::fs::File;
use tokio::io::AsyncReadExt;
use tokio::task::JoinSet;

use super::client::Store;
use super::error::StoreError;
use super::runtime::wait;
use super::scheme::Scheme;
use super::version::{Condition, Met};
use crate::own_file;

/// A file up to this size is sent in one request.
const SMALL: u64 = 8 << 20;
/// Stores take at most this many parts of one object.
const PARTS: u64 = 10_000;
/// Parts on their way at the same time.
const AT_ONCE: usize = 4;
/// The times between attempts to put an object on a condition.
const PAUSES: [Duration; 3] = [Duration::from_millis(200), Duration::from_secs(1), Duration::from_secs(5)];

impl Store {
    /// Whether an object can be written under a key. Nothing is: an upload is begun and given up.
    ///
    /// # Errors
    ///
    /// When the store cannot be reached, or does not allow it.
    pub(crate) fn check_write(&self, key: &str) -> Result<(), StoreError> {
        let (store, key) = (self.clone(), self.path(key)?);
        wait(async move {
            if store.url.scheme() == Scheme::Azure {
                return store.check_container(&key).await;
            }
            let mut upload = store.inner.put_multipart(&key).await.map_err(|error| store.error(&error))?;
            if let Err(error) = upload.abort().await {
                tracing::debug!(%key, %error, "an upload without parts stays");
            }
            Ok(())
        })
    }

    /// Azure has no request that begins an upload. A listing tells whether the container is there; who may only write need not be able to list.
    async fn check_container(&self, key: &ObjectPath) -> Result<(), StoreError> {
        let listed = self.inner.list(Some(key)).next().await.transpose().map_err(|error| self.error(&error));
        listed.map(drop).or_else(|error| if error.is_of_bucket() { Err(error) } else { Ok(()) })
    }

    /// Puts the content of a file under a key. It appears there as a whole, and replaces what is there. With a condition it does so only as long
    /// as that holds; a large file is sent in parts, and then the condition is looked at just before the end.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, or the store does not take it; or the condition does not hold: then [`StoreError::is_replaced`] is true.
    pub(crate) fn upload(
        &self,
        file: &Path,
        key: &str,
        condition: Option<&Condition>,
    ) -> Result<(), StoreError> {
        let (store, file, key) = (self.clone(), file.to_owned(), self.path(key)?);
        let condition = condition.cloned();
        wait(async move {
            let unread = |error| StoreError::new(format!("cannot read {}: {error}", file.display()));
            let mut opened = File::from_std(own_file::read(&file).map_err(unread)?);
            let size = opened.metadata().await.map_err(unread)?.len();
            if size <= SMALL {
                let mut content = Vec::new();
                opened.read_to_end(&mut content).await.map_err(unread)?;
                return match &condition {
                    None => store.put(&key, content.into(), PutOptions::default()).await,
                    Some(condition) => store.put_if(&key, content.into(), condition).await,
                };
            }
            let attributes = condition.as_ref().map(Condition::attributes).unwrap_or_default();
            let options = PutMultipartOptions { attributes, ..PutMultipartOptions::default() };
            if store.is_done(&key, condition.as_ref()).await? {
                return Ok(());
            }
            let mut upload =
                store.inner.put_multipart_opts(&key, options).await.map_err(|error| store.error(&error))?;
            let sent = match send_parts(&store, &mut upload, opened, size.div_ceil(PARTS).max(SMALL)).await {
                Ok(()) => match store.is_done(&key, condition.as_ref()).await {
                    Ok(_) => upload.complete().await.map(drop).map_err(|error| store.error(&error)),
                    Err(error) => Err(error),
                },
                Err(Failed::Read(error)) => Err(unread(error)),
                Err(Failed::Sent(error)) => Err(error),
            };
            if sent.is_err() {
                // Stores keep the parts of what is not completed, and charge for them.
                let _ = upload.abort().await;
            }
            sent
        })
    }

    async fn put(
        &self,
        key: &ObjectPath,
        content: PutPayload,
        options: PutOptions,
    ) -> Result<(), StoreError> {
        self.inner.put_opts(key, content, options).await.map(drop).map_err(|error| self.error(&error))
    }

    /// Whether the object under a key is that of the condition's commit.
    async fn is_done(&self, key: &ObjectPath, condition: Option<&Condition>) -> Result<bool, StoreError> {
        let Some(condition) = condition else { return Ok(false) };
        match self.met(key, condition).await? {
            Met::Yes => Ok(false),
            Met::Done => Ok(true),
            Met::No => Err(StoreError::replaced()),
        }
    }

    /// Puts an object in one request that the store refuses if the condition does not hold.
    async fn put_if(
        &self,
        key: &ObjectPath,
        content: PutPayload,
        condition: &Condition,
    ) -> Result<(), StoreError> {
        let options = |mode| PutOptions { mode, attributes: condition.attributes(), ..PutOptions::default() };
        let mut pauses = PAUSES.into_iter();
        loop {
            let put = self.inner.put_opts(key, content.clone(), options(condition.mode())).await;
            let Err(error) = put else { return Ok(()) };
            match &error {
                // The store may have done what an earlier attempt asked for.
                ObjectError::Precondition { .. } | ObjectError::AlreadyExists { .. } => {
                    return match self.met(key, condition).await? {
                        Met::Done => Ok(()),
                        _ => Err(StoreError::replaced()),
                    };
                }
                // The object that was there has been removed, if it is not the bucket.
                ObjectError::NotFound { .. } if self.met(key, condition).await? == Met::No => {
                    return Err(StoreError::replaced());
                }
                _ if is_unsupported(&error) => {
                    if self.is_done(key, Some(condition)).await? {
                        return Ok(());
                    }
                    return self.put(key, content, options(PutMode::Overwrite)).await;
                }
                // A client repeats no request that may have been answered, unless it is always the same: this one may be, since its own object is known.
                ObjectError::Generic { .. } if !error.to_string().contains("status code") => {
                    let Some(pause) = pauses.next() else { return Err(self.error(&error)) };
                    tokio::time::sleep(pause).await;
                }
                _ => return Err(self.error(&error)),
            }
        }
    }
}

/// Whether a store does not know conditions.
fn is_unsupported(error: &ObjectError) -> bool {
    matches!(error, ObjectError::NotImplemented { .. } | ObjectError::NotSupported { .. })
        || ["NotImplemented", "501 Not Implemented"].iter().any(|words| error.to_string().contains(words))
}

enum Failed {
    Read(std::io::Error),
    Sent(StoreError),
}

async fn send_parts(
    store: &Store,
    upload: &mut Box<dyn MultipartUpload>,
    mut file: File,
    length: u64,
) -> Result<(), Failed> {
    let mut on_their_way = JoinSet::new();
    let ended = |ended: Result<Result<(), object_store::Error>, tokio::task::JoinError>| match ended {
        Ok(sent) => sent.map_err(|error| Failed::Sent(store.error(&error))),
        Err(error) => Err(Failed::Sent(StoreError::new(error.to_string()))),
    };
    loop {
        let mut part = Vec::new();
        (&mut file).take(length).read_to_end(&mut part).await.map_err(Failed::Read)?;
        if part.is_empty() {
            break;
        }
        while on_their_way.len() >= AT_ONCE {
            on_their_way.join_next().await.map_or(Ok(()), ended)?;
        }
        on_their_way.spawn(upload.put_part(part.into()));
    }
    while let Some(sent) = on_their_way.join_next().await {
        ended(sent)?;
    }
    Ok(())
}
