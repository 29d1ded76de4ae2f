use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body as _, Frame, SizeHint};

use super::{Body, BodyError};

/// What is told about a body that passes.
pub(crate) trait Observer: Unpin {
    /// This many bytes passed.
    fn passed(&mut self, bytes: usize);
    /// The body ended, with its trailers if there are some. It is not called when the body is dropped before its end.
    fn ended(&mut self, result: Result<(), &BodyError>);
}

/// A body that an observer watches until it ends or is dropped. The observer is dropped with it.
pub(crate) struct Guarded<O> {
    body: Body,
    observer: Option<O>,
}

impl<O: Observer + 'static> Guarded<O> {
    /// Watches a body. One that has no bytes has ended at once.
    pub(crate) fn wrap(body: Body, mut observer: O) -> Body {
        if body.is_end_stream() {
            observer.ended(Ok(()));
            return body;
        }
        Body::new(Self { body, observer: Some(observer) })
    }

    fn end(&mut self, result: Result<(), &BodyError>) {
        if let Some(mut observer) = self.observer.take() {
            observer.ended(result);
        }
    }
}

impl<O: Observer + 'static> http_body::Body for Guarded<O> {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let this = &mut *self;
        let frame = std::task::ready!(Pin::new(&mut this.body).poll_frame(context));
        match &frame {
            Some(Ok(frame)) => {
                if let (Some(data), Some(observer)) = (frame.data_ref(), &mut this.observer) {
                    observer.passed(data.len());
                }
                // Whoever reads may not ask again.
                if frame.is_trailers() || this.body.is_end_stream() {
                    this.end(Ok(()));
                }
            }
            Some(Err(error)) => this.end(Err(error)),
            None => this.end(Ok(())),
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
