//! An answer on its way out of a guest, which goes on while its body is read.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body as _, Frame, SizeHint};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use wasmtime_wasi_http::Error;
use wasmtime_wasi_http::p2::body::HyperOutgoingBody;
use witdock::CallError;

use crate::body::BodyError;

/// The call of a guest. Dropping it ends the call.
pub(super) struct Call(Option<JoinHandle<()>>);

impl Call {
    pub(super) fn new(task: JoinHandle<()>) -> Self {
        Self(Some(task))
    }

    /// Lets the call end by itself: what a guest does after its answer is its own.
    fn leave(&mut self) {
        self.0 = None;
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        if let Some(task) = &self.0 {
            task.abort();
        }
    }
}

/// The body of an answer.
pub(super) struct Answer {
    body: HyperOutgoingBody,
    call: Call,
    /// Why the call failed. It is known as soon as the body ends: both happen on this thread, without a turn of others in between.
    failure: Option<oneshot::Receiver<CallError>>,
}

impl Answer {
    pub(super) fn new(
        body: HyperOutgoingBody,
        mut call: Call,
        failure: oneshot::Receiver<CallError>,
    ) -> Self {
        let is_empty = body.is_end_stream();
        if is_empty {
            call.leave();
        }
        Self { body, call, failure: (!is_empty).then_some(failure) }
    }

    /// The failure that ended the body. The runtime ends the body of an instance that is dropped as if it were whole.
    fn failure(&mut self) -> Option<BodyError> {
        let error = self.failure.take()?.try_recv().ok()?;
        tracing::warn!("an answer was cut: {error}");
        Some(BodyError::Source(Box::new(error)))
    }
}

/// What ended the body, in the words of the standard.
#[derive(Debug, thiserror::Error)]
#[error("the application ended its answer: {0}")]
struct Ended(Error);

impl http_body::Body for Answer {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let frame = std::task::ready!(Pin::new(&mut self.body).poll_frame(context));
        Poll::Ready(match frame {
            Some(Ok(frame)) => Some(Ok(frame)),
            Some(Err(error)) => Some(Err(BodyError::Source(Box::new(Ended(error))))),
            None => {
                self.call.leave();
                self.failure().map(Err)
            }
        })
    }

    fn is_end_stream(&self) -> bool {
        // An end is none before it is known whether the call has failed.
        self.failure.is_none() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
