use std::io::{self, Read};

use bytes::{Buf, Bytes};
use futures_util::StreamExt;
use tokio::sync::mpsc::{Receiver, Sender, channel};

use super::error::StoreError;
use super::object::Object;
use super::runtime::spawn;

/// The first part of an object that is asked for. Often nobody reads further: columns are inferred from the first lines.
const FIRST: u64 = 1 << 18;
/// The parts after it grow up to this size.
const MOST: u64 = 8 << 20;

/// The bytes of an object from its begin. The next part is on its way while one is read.
pub(super) struct ObjectRead {
    parts: Receiver<Result<Part, StoreError>>,
    part: Bytes,
    ended: bool,
}

enum Part {
    Bytes(Bytes),
    /// All parts came before.
    End,
}

type Parts = Sender<Result<Part, StoreError>>;

impl ObjectRead {
    pub(super) fn start(object: &Object) -> Result<Self, StoreError> {
        let (sender, parts) = channel(1);
        let object = object.clone();
        spawn(async move {
            // If nobody reads any more, this just ends.
            let _ = if object.url().scheme().is_web() {
                send_stream(&object, &sender).await
            } else {
                send_parts(&object, &sender).await
            };
        })?;
        Ok(Self { parts, part: Bytes::new(), ended: false })
    }
}

impl Object {
    /// Reads it from its begin.
    ///
    /// # Errors
    ///
    /// When the store cannot be reached.
    pub(crate) fn read(&self) -> Result<Box<dyn Read + Send>, StoreError> {
        Ok(Box::new(ObjectRead::start(self)?))
    }
}

/// Nobody reads any more.
struct Dropped;

async fn send(parts: &Parts, part: Result<Part, StoreError>) -> Result<(), Dropped> {
    parts.send(part).await.map_err(|_| Dropped)
}

/// Part by part, each with a request of its own, which is short and can be repeated.
async fn send_parts(object: &Object, parts: &Parts) -> Result<(), Dropped> {
    let (mut at, mut length) = (0, FIRST);
    while at < object.size() {
        let end = (at + length).min(object.size());
        match object.get(at..end).await {
            Ok(part) => send(parts, Ok(Part::Bytes(part))).await?,
            Err(error) => return send(parts, Err(error)).await,
        }
        (at, length) = (end, (length * 2).min(MOST));
    }
    send(parts, Ok(Part::End)).await
}

/// In one answer: not every web server sends parts of a file.
async fn send_stream(object: &Object, parts: &Parts) -> Result<(), Dropped> {
    let got = object.store.inner.get_opts(&object.meta.location, Default::default()).await;
    let got = match got {
        Ok(got) => got,
        Err(error) => return send(parts, Err(object.store.error(&error))).await,
    };
    if got.meta.e_tag != object.meta.e_tag {
        return send(parts, Err(StoreError::changed())).await;
    }
    let mut stream = got.into_stream();
    while let Some(part) = stream.next().await {
        match part {
            Ok(part) => send(parts, Ok(Part::Bytes(part))).await?,
            Err(error) => return send(parts, Err(object.store.error(&error))).await,
        }
    }
    send(parts, Ok(Part::End)).await
}

impl Read for ObjectRead {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while !self.part.has_remaining() && !buffer.is_empty() && !self.ended {
            match self.parts.blocking_recv() {
                Some(Ok(Part::Bytes(part))) => self.part = part,
                Some(Ok(Part::End)) => self.ended = true,
                Some(Err(error)) => return Err(error.into()),
                None => return Err(io::ErrorKind::UnexpectedEof.into()),
            }
        }
        let length = buffer.len().min(self.part.remaining());
        if let Some(buffer) = buffer.get_mut(..length) {
            self.part.copy_to_slice(buffer);
        }
        Ok(length)
    }
}
