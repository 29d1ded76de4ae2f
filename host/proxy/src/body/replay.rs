use std::cell::RefCell;
use std::collections::VecDeque;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::HeaderMap;
use http_body::{Body as _, Frame, SizeHint};

use super::{Body, BodyError};

/// A body that can be sent again, as long as it has not more bytes than a limit.
///
/// Each attempt gets a body that first repeats what the attempts before it have read.
pub(crate) struct Replay(Rc<RefCell<Shared>>);

struct Shared {
    rest: Body,
    seen: Vec<Piece>,
    bytes_left: usize,
    /// More was read than is kept: the first bytes are gone.
    overflowed: bool,
    failed: bool,
    /// The attempt that reads now.
    attempt: u32,
    /// What the body may have had, before it was read.
    size: SizeHint,
}

#[derive(Clone)]
enum Piece {
    Data(Bytes),
    Trailers(HeaderMap),
}

impl From<Piece> for Frame<Bytes> {
    fn from(piece: Piece) -> Self {
        match piece {
            Piece::Data(data) => Frame::data(data),
            Piece::Trailers(trailers) => Frame::trailers(trailers),
        }
    }
}

impl Replay {
    pub(crate) fn new(body: Body, limit: usize) -> Self {
        let size = body.size_hint();
        let shared = Shared {
            rest: body,
            seen: Vec::new(),
            bytes_left: limit,
            overflowed: false,
            failed: false,
            attempt: 0,
            size,
        };
        Self(Rc::new(RefCell::new(shared)))
    }

    /// Whether there can be one more attempt.
    pub(crate) fn can_repeat(&self) -> bool {
        let shared = self.0.borrow();
        !shared.overflowed && !shared.failed
    }

    /// The body for the next attempt. The one before reads no more. None: it cannot be repeated.
    pub(crate) fn attempt(&self) -> Option<Body> {
        let mut shared = self.0.borrow_mut();
        if shared.overflowed || shared.failed {
            return None;
        }
        shared.attempt += 1;
        if shared.seen.is_empty() && shared.rest.is_end_stream() {
            return Some(Body::empty());
        }
        let again = shared.seen.iter().cloned().collect();
        let attempt = shared.attempt;
        drop(shared);
        Some(Body::new(Attempt { shared: Rc::clone(&self.0), again, attempt }))
    }
}

struct Attempt {
    shared: Rc<RefCell<Shared>>,
    /// What was read before and comes again.
    again: VecDeque<Piece>,
    attempt: u32,
}

impl http_body::Body for Attempt {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let this = &mut *self;
        let mut shared = this.shared.borrow_mut();
        if shared.attempt != this.attempt {
            return Poll::Ready(Some(Err(BodyError::Source("the request was sent again".into()))));
        }
        if let Some(piece) = this.again.pop_front() {
            return Poll::Ready(Some(Ok(piece.into())));
        }
        let frame = std::task::ready!(Pin::new(&mut shared.rest).poll_frame(context));
        match &frame {
            Some(Ok(frame)) if !shared.overflowed => {
                let piece = match (frame.data_ref(), frame.trailers_ref()) {
                    (Some(data), _) => Some((Piece::Data(data.clone()), data.len())),
                    (None, Some(trailers)) => Some((Piece::Trailers(trailers.clone()), 0)),
                    (None, None) => None,
                };
                if let Some((piece, bytes)) = piece {
                    match shared.bytes_left.checked_sub(bytes) {
                        Some(left) => {
                            shared.bytes_left = left;
                            shared.seen.push(piece);
                        }
                        None => {
                            shared.overflowed = true;
                            shared.seen = Vec::new();
                        }
                    }
                }
            }
            Some(Err(_)) => shared.failed = true,
            Some(Ok(_)) | None => {}
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.again.is_empty() && self.shared.borrow().rest.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let shared = self.shared.borrow();
        if self.attempt == 1 && shared.seen.is_empty() && !shared.overflowed {
            return shared.size;
        }
        let mut size = shared.rest.size_hint();
        let again: u64 = self
            .again
            .iter()
            .map(|piece| if let Piece::Data(data) = piece { data.len() as u64 } else { 0 })
            .sum();
        if let Some(upper) = size.upper() {
            size.set_upper(upper.saturating_add(again));
        }
        size.set_lower(size.lower().saturating_add(again));
        size
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt as _;

    use super::*;

    /// A body of some pieces and trailers.
    struct Pieces(VecDeque<Piece>);

    impl http_body::Body for Pieces {
        type Data = Bytes;
        type Error = BodyError;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
            Poll::Ready(self.0.pop_front().map(|piece| Ok(piece.into())))
        }
    }

    fn pieces() -> Body {
        let mut trailers = HeaderMap::new();
        trailers.insert("x", "1".parse().unwrap());
        Body::new(Pieces(VecDeque::from([
            Piece::Data(Bytes::from_static(b"ab")),
            Piece::Data(Bytes::from_static(b"cd")),
            Piece::Trailers(trailers),
        ])))
    }

    #[tokio::test]
    async fn a_body_that_was_read_in_part_comes_again_from_its_start() {
        let replay = Replay::new(pieces(), 4);
        let mut first = replay.attempt().unwrap();
        let piece = first.frame().await.unwrap().unwrap();
        assert_eq!(piece.into_data().unwrap(), "ab");
        let mut second = replay.attempt().unwrap();
        assert!(first.frame().await.unwrap().is_err(), "only the last attempt reads");
        let piece = second.frame().await.unwrap().unwrap();
        assert_eq!(piece.into_data().unwrap(), "ab");
        let rest = second.collect().await.unwrap();
        assert_eq!(rest.trailers().unwrap()["x"], "1");
        assert_eq!(rest.to_bytes(), "cd");
    }

    #[tokio::test]
    async fn a_body_over_the_limit_passes_once() {
        let replay = Replay::new(pieces(), 3);
        let first = replay.attempt().unwrap();
        assert_eq!(first.collect().await.unwrap().to_bytes(), "abcd");
        assert!(replay.attempt().is_none());
    }
}
