use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body as _, Frame, SizeHint};

use super::{Body, BodyError};

/// A body that fails where it has more bytes than a limit.
pub(crate) struct Limited {
    body: Body,
    limit: u64,
    left: u64,
}

impl Limited {
    pub(crate) fn wrap(body: Body, limit: u64) -> Body {
        // What declares its size was checked before, and cannot have more.
        if body.size_hint().upper().is_some_and(|upper| upper <= limit) {
            return body;
        }
        Body::new(Self { body, limit, left: limit })
    }
}

impl http_body::Body for Limited {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let frame = std::task::ready!(Pin::new(&mut self.body).poll_frame(context));
        if let Some(Ok(frame)) = &frame
            && let Some(data) = frame.data_ref()
        {
            match self.left.checked_sub(data.len() as u64) {
                Some(left) => self.left = left,
                None => {
                    self.left = 0;
                    return Poll::Ready(Some(Err(BodyError::TooLarge { limit: self.limit })));
                }
            }
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
