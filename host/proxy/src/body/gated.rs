use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use tokio::sync::Notify;

use super::{Body, BodyError};

/// Lets a body begin. hyper asks that it can be sent between threads.
#[derive(Debug, Clone, Default)]
pub(crate) struct Gate(Arc<Notify>);

impl Gate {
    pub(crate) fn open(&self) {
        self.0.notify_one();
    }
}

/// A body that is not asked for its first byte before a gate opens, or some time is over.
pub(crate) struct Gated {
    body: Body,
    /// None once it is open.
    opens: Option<Pin<Box<dyn Future<Output = ()>>>>,
}

impl Gated {
    pub(crate) fn wrap(body: Body, gate: Gate, time: Duration) -> Body {
        let opens = async move {
            // A server that knows no `100 Continue` waits for the body.
            let _ = tokio::time::timeout(time, gate.0.notified()).await;
        };
        Body::new(Self { body, opens: Some(Box::pin(opens)) })
    }
}

impl http_body::Body for Gated {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        if let Some(opens) = &mut self.opens {
            std::task::ready!(opens.as_mut().poll(context));
            self.opens = None;
        }
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
