//! Bodies of requests and responses: bytes in pieces, then trailers. No part of the proxy collects a whole body.

mod error;
mod gated;
mod guarded;
mod limited;
mod replay;
mod sendable;
mod steady;

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use http_body_util::BodyExt as _;
use http_body_util::combinators::UnsyncBoxBody;
use hyper::body::Incoming;

pub use self::error::BodyError;
pub(crate) use self::gated::{Gate, Gated};
pub(crate) use self::guarded::{Guarded, Observer};
pub(crate) use self::limited::Limited;
pub(crate) use self::replay::Replay;
pub(crate) use self::steady::Steady;

/// The body of a request or a response.
///
/// It belongs to one worker's thread: what makes or changes it may keep state that is not `Send`.
#[derive(Default)]
pub struct Body(Kind);

#[derive(Default)]
enum Kind {
    #[default]
    Empty,
    Full(Bytes),
    /// From a connection, untouched.
    Incoming(Incoming),
    Boxed(Pin<Box<dyn http_body::Body<Data = Bytes, Error = BodyError>>>),
}

impl Body {
    /// A body without a byte.
    pub fn empty() -> Self {
        Self::default()
    }

    /// A body of one piece.
    pub fn full(bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        if bytes.is_empty() { Self::empty() } else { Self(Kind::Full(bytes)) }
    }

    /// A body that arrives on a connection.
    pub fn incoming(body: Incoming) -> Self {
        if http_body::Body::is_end_stream(&body) { Self::empty() } else { Self(Kind::Incoming(body)) }
    }

    /// Any other body.
    pub fn new(body: impl http_body::Body<Data = Bytes, Error = BodyError> + 'static) -> Self {
        Self(Kind::Boxed(Box::pin(body)))
    }

    /// The same body for what runs on other threads. One that is bound to this thread is read here, a piece ahead, by a task of
    /// its own, which ends when the result is dropped.
    pub fn into_sendable(self) -> UnsyncBoxBody<Bytes, BodyError> {
        match self.0 {
            Kind::Empty => sendable::empty(),
            Kind::Full(bytes) => sendable::full(bytes),
            Kind::Incoming(body) => UnsyncBoxBody::new(body.map_err(BodyError::Connection)),
            Kind::Boxed(body) => sendable::relay(body),
        }
    }

    /// Whether it is known that nothing follows.
    pub fn is_empty(&self) -> bool {
        http_body::Body::is_end_stream(self)
    }
}

impl std::fmt::Debug for Body {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kind = match &self.0 {
            Kind::Empty => "Empty",
            Kind::Full(_) => "Full",
            Kind::Incoming(_) => "Incoming",
            Kind::Boxed(_) => "Boxed",
        };
        f.debug_tuple("Body").field(&kind).finish()
    }
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        match &mut self.0 {
            Kind::Empty => Poll::Ready(None),
            Kind::Full(bytes) => {
                let bytes = std::mem::take(bytes);
                self.0 = Kind::Empty;
                Poll::Ready(Some(Ok(Frame::data(bytes))))
            }
            Kind::Incoming(body) => Pin::new(body).poll_frame(context).map_err(BodyError::Connection),
            Kind::Boxed(body) => body.as_mut().poll_frame(context),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Kind::Empty => true,
            Kind::Full(_) => false,
            Kind::Incoming(body) => body.is_end_stream(),
            Kind::Boxed(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Kind::Empty => SizeHint::with_exact(0),
            Kind::Full(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Kind::Incoming(body) => body.size_hint(),
            Kind::Boxed(body) => body.size_hint(),
        }
    }
}
