//! A body that ends with an error where it becomes larger than it may.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use wasmtime_wasi_http::Error;

/// Which body it is, and so the error of a larger one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    Request,
    Response,
}

impl Direction {
    pub(super) fn too_large(self, limit: u64) -> Error {
        match self {
            Self::Request => Error::HttpRequestBodySize(Some(limit)),
            Self::Response => Error::HttpResponseBodySize(Some(limit)),
        }
    }
}

/// A body of at most so many bytes.
pub(super) struct Bounded<B> {
    inner: B,
    direction: Direction,
    limit: u64,
    left: u64,
    /// hyper hides the error of a request's body behind one of its own.
    is_exceeded: Arc<AtomicBool>,
}

impl<B> Bounded<B> {
    pub(super) fn new(inner: B, direction: Direction, limit: u64) -> Self {
        Self { inner, direction, limit, left: limit, is_exceeded: Arc::default() }
    }

    /// Is set when the body was larger.
    pub(super) fn exceeded(&self) -> Arc<AtomicBool> {
        self.is_exceeded.clone()
    }
}

impl<B: Body<Data = Bytes, Error = Error> + Unpin> Body for Bounded<B> {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let polled = Pin::new(&mut self.inner).poll_frame(context);
        if let Poll::Ready(Some(Ok(frame))) = &polled
            && let Some(data) = frame.data_ref()
        {
            match self.left.checked_sub(data.len() as u64) {
                Some(left) => self.left = left,
                None => {
                    self.is_exceeded.store(true, Ordering::Relaxed);
                    return Poll::Ready(Some(Err(self.direction.too_large(self.limit))));
                }
            }
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
