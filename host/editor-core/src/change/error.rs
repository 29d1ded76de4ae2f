use std::ops::Range;

use crate::transaction::Revision;

/// Why a change was refused. Nothing has changed then.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChangeError {
    /// An edit's range is reversed or reaches past the end.
    #[error("the range {}..{} is not within the text of {length} bytes", range.start, range.end)]
    OutOfRange {
        /// The range as it was given.
        range: Range<usize>,
        /// The length of the text it was meant for.
        length: usize,
    },
    /// An edit starts or ends inside a character.
    #[error("offset {offset} is inside a character: an edit starts and ends between characters")]
    InsideCharacter {
        /// The offset.
        offset: usize,
    },
    /// Two edits of one change have bytes in common.
    #[error(
        "the edits of {}..{} and {}..{} overlap: each byte can be replaced once in a change",
        first.start, first.end, second.start, second.end
    )]
    Overlap {
        /// The range that starts first.
        first: Range<usize>,
        /// The range that starts inside it.
        second: Range<usize>,
    },
    /// A change was made for a text of another length.
    #[error("the change is for a text of {expected} bytes, and this one has {length}")]
    OtherText {
        /// The length that the change expects.
        expected: usize,
        /// The length of the text at hand.
        length: usize,
    },
    /// A transaction was made against a revision that the document has left.
    #[error("the edits were made against revision {base}, and the document is at {current}: read it again")]
    Stale {
        /// The revision that the edits were made against.
        base: Revision,
        /// The revision that the document is at.
        current: Revision,
    },
}

impl ChangeError {
    /// Whether the document has moved on: the same edits, made against the current text, may well be fine.
    pub fn is_stale(&self) -> bool {
        matches!(self, ChangeError::Stale { .. })
    }
}
