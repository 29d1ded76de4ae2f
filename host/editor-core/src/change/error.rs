use std::ops::Range;

use crate::transaction::Revision;

/// The reason why a change was refused. The document is unchanged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChangeError {
    /// An edit's range is reversed or reaches past the end.
    #[error("the range {}..{} is not within the text, which has {length} bytes", range.start, range.end)]
    OutOfRange {
        /// The range as it was given.
        range: Range<usize>,
        /// The length of the text it was meant for.
        length: usize,
    },
    /// An edit starts or ends inside a character.
    #[error("offset {offset} is inside a character; an edit must start and end between characters")]
    InsideCharacter {
        /// The offset inside a character.
        offset: usize,
    },
    /// Two edits of one change overlap.
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
    #[error("the change is for a text of {expected} bytes, but this one has {length}")]
    OtherText {
        /// The length that the change expects.
        expected: usize,
        /// The length of the text that it was applied to.
        length: usize,
    },
    /// A transaction was made against an older revision.
    #[error("the edits are for revision {base}, but the document is at {current}; read it again")]
    Stale {
        /// The revision that the edits were made against.
        base: Revision,
        /// The current revision of the document.
        current: Revision,
    },
}

impl ChangeError {
    /// Whether the document has changed since. The same edits may be valid when made against the current text.
    pub fn is_stale(&self) -> bool {
        matches!(self, ChangeError::Stale { .. })
    }
}
