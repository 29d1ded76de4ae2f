//! Tracks the closing characters that the plugin has inserted through changes of the text.

use crate::pair::Pair;
use serde::{Deserialize, Serialize};
use witdock_editor_guest::{Change, DocumentId, DocumentVersion, Edit, Revision};

/// The inserted closing characters of one document at one revision.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Closers {
    version: Option<(DocumentId, Revision)>,
    closers: Vec<Closer>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Closer {
    /// Its first byte.
    pub(crate) at: usize,
    pub(crate) pair: Pair,
}

impl Closers {
    /// Whether a closer starts at this byte.
    pub(crate) fn at(&self, at: usize) -> Option<Closer> {
        self.closers.iter().find(|closer| closer.at == at).copied()
    }

    /// Whether the positions are those right before this change.
    pub(crate) fn are_before(&self, change: &Change) -> bool {
        self.version == Some((change.version.document, change.before))
    }

    /// Applies a change, unless it was applied before. A change that does not follow the known revision clears the positions.
    pub(crate) fn follow(&mut self, change: &Change) {
        if self.version == Some((change.version.document, change.version.revision)) {
            return;
        }
        if !self.are_before(change) {
            self.closers.clear();
        }
        self.edited(&change.edits, change.version);
    }

    /// Applies edits that led to this version.
    pub(crate) fn edited(&mut self, edits: &[Edit], version: DocumentVersion) {
        self.closers.retain_mut(|closer| match moved(closer.at, edits) {
            Some(at) => {
                closer.at = at;
                true
            }
            None => false,
        });
        self.version = Some((version.document, version.revision));
    }

    pub(crate) fn add(&mut self, closer: Closer) {
        self.closers.push(closer);
    }
}

/// The position of the character at a byte after edits; `None` if it was replaced.
fn moved(at: usize, edits: &[Edit]) -> Option<usize> {
    let (mut inserted, mut deleted) = (0, 0);
    for edit in edits {
        let bytes = edit.bytes();
        if bytes.start > at {
            break;
        }
        if bytes.contains(&at) {
            return None;
        }
        inserted += edit.text.len();
        deleted += bytes.len();
    }
    (at + inserted).checked_sub(deleted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use witdock_editor_guest::ChangeOrigin;

    fn change(before: u64, edits: Vec<Edit>) -> Change {
        let version = DocumentVersion { document: 1, revision: before + 1 };
        Change { version, before, edits, origin: ChangeOrigin::Typed }
    }

    fn closers() -> Closers {
        let pair = Pair { open: '(', close: ')' };
        let mut closers = Closers::default();
        closers.follow(&change(1, vec![]));
        closers.add(Closer { at: 5, pair });
        closers
    }

    fn after(edits: Vec<Edit>) -> Vec<usize> {
        let mut closers = closers();
        closers.follow(&change(2, edits));
        closers.closers.iter().map(|closer| closer.at).collect()
    }

    #[test]
    fn a_closer_moves_with_the_text() {
        assert_eq!(after(vec![Edit::insert(5, "né")]), [8]);
        assert_eq!(after(vec![Edit::delete(0..2), Edit::insert(4, "x"), Edit::insert(6, "x")]), [4]);
        assert_eq!(after(vec![Edit::delete(4..5)]), [4]);
        assert_eq!(after(vec![Edit::delete(5..6)]), [0; 0]);
    }

    #[test]
    fn a_change_that_was_missed_leaves_nothing() {
        let mut closers = closers();
        closers.follow(&change(3, vec![]));
        assert_eq!(closers.at(5), None);
    }

    #[test]
    fn a_change_that_is_known_counts_once() {
        let mut closers = closers();
        let change = change(2, vec![Edit::insert(0, "x")]);
        closers.edited(&change.edits, change.version);
        closers.follow(&change);
        assert_eq!(closers.at(6).map(|closer| closer.at), Some(6));
    }
}
