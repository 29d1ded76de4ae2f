//! Which parts of a text differ from what git has: from the plugin `git-changes`, and moved along with the text since.

use std::ops::Range;

use serde::Deserialize;
use witdock_editor_guest::{Change, Edit};

/// What `git-changes` publishes about a document.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Changed {
    pub(crate) document: u64,
    revision: u64,
    changed: Vec<(usize, usize)>,
}

impl Changed {
    /// Moves the parts along with a change of the text, which is one more part.
    pub(crate) fn follow(&mut self, change: &Change) {
        if change.before != self.revision {
            return;
        }
        self.revision = change.version.revision;
        let parts = self
            .changed
            .iter()
            .map(|(start, end)| (moved(*start, &change.edits), moved(*end, &change.edits)));
        let new = change.edits.iter().map(|edit| {
            let start = usize::try_from(edit.range.start).unwrap_or(usize::MAX);
            let start = moved(start, &change.edits).saturating_sub(edit.text.len());
            (start, start + edit.text.len())
        });
        self.changed = parts.chain(new).collect();
    }

    /// Whether a range of the text with this revision is in a changed part. Where nothing is known of the revision, none is.
    pub(crate) fn has(&self, revision: u64, range: &Range<usize>) -> bool {
        let touches = |(start, end): &(usize, usize)| *start <= range.end && range.start <= *end;
        self.revision == revision && self.changed.iter().any(touches)
    }
}

/// Where an offset is after these edits; behind an insertion at it.
fn moved(offset: usize, edits: &[Edit]) -> usize {
    let mut moved = offset;
    for edit in edits {
        let (start, end) = (usize::try_from(edit.range.start), usize::try_from(edit.range.end));
        let (Ok(start), Ok(end)) = (start, end) else { break };
        if start > offset {
            break;
        }
        moved = (moved + edit.text.len()).saturating_sub(end.min(offset) - start);
    }
    moved
}

#[cfg(test)]
mod tests {
    use super::*;
    use witdock_editor_guest::{ChangeOrigin, DocumentVersion};

    #[test]
    fn parts_move_with_the_text_and_what_is_typed_is_one() {
        let mut changed: Changed =
            serde_json::from_str(r#"{"document": 1, "revision": 5, "changed": [[10, 20]]}"#).unwrap();
        assert!(changed.has(5, &(20..22)) && !changed.has(5, &(0..9)) && !changed.has(4, &(20..22)));
        let change = |before, revision, edits| Change {
            version: DocumentVersion { document: 1, revision },
            before,
            edits,
            origin: ChangeOrigin::Typed,
        };
        changed.follow(&change(5, 6, vec![Edit::insert(0, "abc"), Edit::delete(30..40)]));
        assert_eq!(changed.changed, [(13, 23), (0, 3), (33, 33)]);
        assert!(changed.has(6, &(33..34)) && !changed.has(6, &(5..8)));
        // A change that is missing in between leaves it behind.
        changed.follow(&change(7, 8, vec![Edit::insert(0, "x")]));
        assert_eq!(changed.changed.len(), 3);
    }
}
