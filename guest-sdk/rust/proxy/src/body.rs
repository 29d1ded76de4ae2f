//! What is held of a message's body.

use crate::exchange::Exchange;
use crate::{EditError, Side};
use std::ops::{Bound, RangeBounds};

/// What is held of a message's body.
///
/// A callback that proceeds lets it go to the next filter; one that pauses keeps it, and the next callback sees it with what has
/// come since.
///
/// `content-length` follows what a filter does while it holds the headers ([`Action::Hold`](crate::Action::Hold)). A filter that changes
/// a body as it streams removes `content-length` when the headers come.
#[derive(Clone, Copy, Debug)]
pub struct Body<'a> {
    exchange: &'a Exchange,
    side: Side,
}

impl<'a> Body<'a> {
    pub(crate) fn new(exchange: &'a Exchange, side: Side) -> Self {
        Self { exchange, side }
    }

    /// Its size, in bytes.
    pub fn size(&self) -> u64 {
        self.exchange.host().body_size(self.side)
    }

    /// All of it.
    pub fn read(&self) -> Vec<u8> {
        self.read_range(..)
    }

    /// Some of it; fewer bytes at its end.
    pub fn read_range(&self, range: impl RangeBounds<u64>) -> Vec<u8> {
        let (start, length) = span(range);
        self.exchange.host().body(self.side, start, length)
    }

    /// Puts `data` in place of all of it.
    ///
    /// # Errors
    ///
    /// [`EditError`] if the body is not here, or the headers have gone with a `content-length` that it would no longer have.
    pub fn replace(&self, data: impl AsRef<[u8]>) -> Result<(), EditError> {
        self.splice(.., data)
    }

    /// Adds `data` at its end.
    ///
    /// # Errors
    ///
    /// As [`replace`](Self::replace).
    pub fn append(&self, data: impl AsRef<[u8]>) -> Result<(), EditError> {
        self.exchange.host().edit_body(self.side, u64::MAX, 0, data.as_ref())
    }

    /// Adds `data` before it.
    ///
    /// # Errors
    ///
    /// As [`replace`](Self::replace).
    pub fn prepend(&self, data: impl AsRef<[u8]>) -> Result<(), EditError> {
        self.exchange.host().edit_body(self.side, 0, 0, data.as_ref())
    }

    /// Puts `data` in place of these bytes. The range is cut at the body's end.
    ///
    /// # Errors
    ///
    /// As [`replace`](Self::replace).
    pub fn splice(&self, range: impl RangeBounds<u64>, data: impl AsRef<[u8]>) -> Result<(), EditError> {
        let (start, length) = span(range);
        self.exchange.host().edit_body(self.side, start, length, data.as_ref())
    }
}

/// The start and the length of a range.
pub(crate) fn span(range: impl RangeBounds<u64>) -> (u64, u64) {
    let start = match range.start_bound() {
        Bound::Included(start) => *start,
        Bound::Excluded(before) => before.saturating_add(1),
        Bound::Unbounded => 0,
    };
    let length = match range.end_bound() {
        Bound::Included(last) => last.saturating_add(1).saturating_sub(start),
        Bound::Excluded(end) => end.saturating_sub(start),
        Bound::Unbounded => u64::MAX,
    };
    (start, length)
}
