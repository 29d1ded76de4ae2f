use std::path::Path;

use object_store::{MultipartUpload, ObjectStoreExt};
use tokio::fs::File;
use tokio::io::AsyncReadExt;
use tokio::task::JoinSet;

use super::client::Store;
use super::error::StoreError;
use super::runtime::wait;
use crate::own_file;

/// A file up to this size is sent in one request.
const SMALL: u64 = 8 << 20;
/// Stores take at most this many parts of one object.
const PARTS: u64 = 10_000;
/// Parts on their way at the same time.
const AT_ONCE: usize = 4;

impl Store {
    /// Whether an object can be written under a key. Nothing is: an upload is begun and given up.
    ///
    /// # Errors
    ///
    /// When the store cannot be reached, or does not allow it.
    pub(crate) fn check_write(&self, key: &str) -> Result<(), StoreError> {
        let (store, key) = (self.clone(), self.path(key)?);
        wait(async move {
            let mut upload = store.inner.put_multipart(&key).await.map_err(|error| store.error(&error))?;
            if let Err(error) = upload.abort().await {
                tracing::debug!(%key, %error, "an upload without parts stays");
            }
            Ok(())
        })
    }

    /// Puts the content of a file under a key. It appears there as a whole, and replaces what is there.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, or the store does not take it.
    pub(crate) fn upload(&self, file: &Path, key: &str) -> Result<(), StoreError> {
        let (store, file, key) = (self.clone(), file.to_owned(), self.path(key)?);
        wait(async move {
            let unread = |error| StoreError::new(format!("cannot read {}: {error}", file.display()));
            let mut opened = File::from_std(own_file::read(&file).map_err(unread)?);
            let size = opened.metadata().await.map_err(unread)?.len();
            if size <= SMALL {
                let mut content = Vec::new();
                opened.read_to_end(&mut content).await.map_err(unread)?;
                store.inner.put(&key, content.into()).await.map_err(|error| store.error(&error))?;
                return Ok(());
            }
            let mut upload = store.inner.put_multipart(&key).await.map_err(|error| store.error(&error))?;
            let sent = match send_parts(&store, &mut upload, opened, size.div_ceil(PARTS).max(SMALL)).await {
                Ok(()) => upload.complete().await.map(drop).map_err(|error| store.error(&error)),
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
