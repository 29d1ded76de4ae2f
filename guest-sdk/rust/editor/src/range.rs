//! Ranges and selections with `usize` offsets.

use crate::{DocumentVersion, Event, Range, Selection, SelectionSet};

/// An offset as an index. One that does not fit is after the end of every text that fits into memory.
pub(crate) fn to_usize(offset: u64) -> usize {
    usize::try_from(offset).unwrap_or(usize::MAX)
}

pub(crate) fn to_u64(offset: usize) -> u64 {
    u64::try_from(offset).unwrap_or(u64::MAX)
}

impl From<std::ops::Range<usize>> for Range {
    fn from(range: std::ops::Range<usize>) -> Self {
        Self { start: to_u64(range.start), end: to_u64(range.end) }
    }
}

impl From<Range> for std::ops::Range<usize> {
    fn from(range: Range) -> Self {
        to_usize(range.start)..to_usize(range.end)
    }
}

impl Selection {
    /// A cursor.
    pub fn cursor(at: usize) -> Self {
        Self { anchor: to_u64(at), head: to_u64(at) }
    }

    /// The selected range, whichever end moves.
    pub fn bytes(&self) -> std::ops::Range<usize> {
        to_usize(self.anchor.min(self.head))..to_usize(self.anchor.max(self.head))
    }

    /// Whether it is a cursor, so that nothing is selected.
    pub fn is_cursor(&self) -> bool {
        self.anchor == self.head
    }
}

impl SelectionSet {
    /// A set of one selection.
    pub fn one(selection: Selection) -> Self {
        Self { selections: vec![selection], primary: 0 }
    }

    /// A set of one cursor.
    pub fn cursor(at: usize) -> Self {
        Self::one(Selection::cursor(at))
    }

    /// The primary selection; a cursor at the text's start if the set is invalid.
    pub fn primary_selection(&self) -> Selection {
        let primary = usize::try_from(self.primary).unwrap_or(usize::MAX);
        self.selections.get(primary).copied().unwrap_or_else(|| Selection::cursor(0))
    }
}

impl Event {
    /// The event's document, if it has one that is open.
    pub fn document(&self) -> Option<DocumentVersion> {
        match self {
            Self::Opened(version)
            | Self::Saved(version)
            | Self::CursorMoved(version)
            | Self::SelectionChanged(version) => Some(*version),
            Self::Changed(change) => Some(change.version),
            Self::Idle(version) => *version,
            Self::Closed(_)
            | Self::SettingsChanged(_)
            | Self::Timer(_)
            | Self::Answered(_)
            | Self::JobEnded(_) => None,
        }
    }
}
