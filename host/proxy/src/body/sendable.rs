use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Empty, Full};
use tokio::sync::mpsc;

use super::BodyError;

pub(super) fn empty() -> UnsyncBoxBody<Bytes, BodyError> {
    UnsyncBoxBody::new(Empty::new().map_err(|never| match never {}))
}

pub(super) fn full(bytes: Bytes) -> UnsyncBoxBody<Bytes, BodyError> {
    UnsyncBoxBody::new(Full::new(bytes).map_err(|never| match never {}))
}

/// Reads a body on this thread for another one.
pub(super) fn relay(
    body: Pin<Box<dyn HttpBody<Data = Bytes, Error = BodyError>>>,
) -> UnsyncBoxBody<Bytes, BodyError> {
    let size = body.size_hint();
    // One piece at a time: whoever reads slowly holds up whoever sends.
    let (sender, frames) = mpsc::channel(1);
    tokio::task::spawn_local(async move {
        let mut body = body;
        loop {
            let frame = tokio::select! {
                frame = body.frame() => frame,
                () = sender.closed() => return,
            };
            let Some(frame) = frame else { return };
            if sender.send(frame).await.is_err() {
                return;
            }
        }
    });
    UnsyncBoxBody::new(Relayed { frames, size })
}

/// The other end of a body that is read on its thread.
struct Relayed {
    frames: mpsc::Receiver<Result<Frame<Bytes>, BodyError>>,
    /// What was known of the size before anything was read.
    size: SizeHint,
}

impl HttpBody for Relayed {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        self.frames.poll_recv(context)
    }

    fn size_hint(&self) -> SizeHint {
        self.size
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use super::*;

    /// Pieces that stay on their thread.
    struct Local(VecDeque<Result<Frame<Bytes>, BodyError>>, std::marker::PhantomData<std::rc::Rc<()>>);

    impl HttpBody for Local {
        type Data = Bytes;
        type Error = BodyError;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
            Poll::Ready(self.0.pop_front())
        }
    }

    #[test]
    fn a_body_of_this_thread_is_read_on_another() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        tokio::task::LocalSet::new().block_on(&runtime, async {
            let mut trailers = http::HeaderMap::new();
            trailers.insert("x", "1".parse().unwrap());
            let pieces = VecDeque::from([
                Ok(Frame::data(Bytes::from_static(b"ab"))),
                Ok(Frame::data(Bytes::from_static(b"cd"))),
                Ok(Frame::trailers(trailers)),
            ]);
            let body = super::super::Body::new(Local(pieces, std::marker::PhantomData)).into_sendable();
            let read =
                std::thread::spawn(move || futures_util::FutureExt::boxed(body.collect())).join().unwrap();
            let read = read.await.unwrap();
            assert_eq!(read.trailers().unwrap()["x"], "1");
            assert_eq!(read.to_bytes(), "abcd");
        });
    }
}
