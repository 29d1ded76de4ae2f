use std::future::Future as _;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body as _, Frame, SizeHint};
use tokio::time::{Instant, Sleep};

use super::{Body, BodyError};

/// A body that fails where it stands still for too long, or when the time for the whole exchange is over.
pub(crate) struct Steady {
    body: Body,
    idle: Duration,
    deadline: Option<(Instant, Duration)>,
    /// Set when the body is waited for, and kept: a body that waits often would otherwise set a timer each time.
    timer: Option<Pin<Box<Sleep>>>,
    /// When the body was first waited for, since it last moved.
    waiting_since: Option<Instant>,
}

impl Steady {
    /// Watches a body. `deadline` is when the exchange has to end, and the time that it was given.
    pub(crate) fn wrap(body: Body, idle: Duration, deadline: Option<(Instant, Duration)>) -> Body {
        if body.is_end_stream() {
            return body;
        }
        Body::new(Self { body, idle, deadline, timer: None, waiting_since: None })
    }

    fn poll_timer(&mut self, context: &mut Context<'_>) -> Poll<BodyError> {
        let now = Instant::now();
        let since = *self.waiting_since.get_or_insert(now);
        loop {
            let idle_end = since + self.idle;
            let end = self.deadline.map_or(idle_end, |(deadline, _)| deadline.min(idle_end));
            let timer = self.timer.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(end)));
            if timer.deadline() > end {
                timer.as_mut().reset(end);
            }
            std::task::ready!(timer.as_mut().poll(context));
            let now = Instant::now();
            if let Some((deadline, time)) = self.deadline
                && deadline <= now
            {
                return Poll::Ready(BodyError::Timeout(time));
            }
            if idle_end <= now {
                return Poll::Ready(BodyError::Stalled(self.idle));
            }
            // The body moved since the timer was set.
            timer.as_mut().reset(end);
        }
    }
}

impl http_body::Body for Steady {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        match Pin::new(&mut self.body).poll_frame(context) {
            Poll::Ready(frame) => {
                self.waiting_since = None;
                Poll::Ready(frame)
            }
            Poll::Pending => self.poll_timer(context).map(|error| Some(Err(error))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
