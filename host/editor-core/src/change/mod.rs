//! Changes: lists of replacements that can be applied, inverted, composed, and that positions move through.

mod compose;
mod difference;
mod error;
mod mapping;

pub use error::ChangeError;
pub use mapping::{Bias, Mapper};

use std::ops::Range;

use ropey::RopeBuilder;

use crate::text::Text;

/// From this many edits on, with at least one in so many bytes, the text is built again: an edit of a rope costs about as
/// much as copying that many bytes.
const DENSE_EDITS: usize = 64;
const DENSE_BYTES: usize = 512;

/// One replacement: the bytes in `range` become `text`. An empty range inserts, an empty text deletes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Edit {
    /// The replaced range, in the text before the change.
    pub range: Range<usize>,
    /// The text that replaces it.
    pub text: String,
}

impl Edit {
    /// Replaces `range` by `text`.
    pub fn replace(range: Range<usize>, text: impl Into<String>) -> Edit {
        Edit { range, text: text.into() }
    }

    /// Inserts `text` at `offset`.
    pub fn insert(offset: usize, text: impl Into<String>) -> Edit {
        Edit { range: offset..offset, text: text.into() }
    }

    /// Deletes `range`.
    pub fn delete(range: Range<usize>) -> Edit {
        Edit { range, text: String::new() }
    }

    fn is_nothing(&self) -> bool {
        self.range.is_empty() && self.text.is_empty()
    }
}

/// A change of a text: replacements that happen at once, all with offsets in the text before.
///
/// They are sorted and do not overlap, so that a change has one meaning only. Insertions at one offset keep their order, and
/// come before a replacement that starts there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChangeSet {
    edits: Vec<Edit>,
    length_before: usize,
}

impl ChangeSet {
    /// A change of `text` by `edits`, given in any order. O(edits · log n).
    ///
    /// # Errors
    /// An edit that is not within the text, is not on character boundaries, or overlaps another one.
    pub fn new(text: &Text, edits: impl IntoIterator<Item = Edit>) -> Result<ChangeSet, ChangeError> {
        let mut edits: Vec<Edit> = edits.into_iter().collect();
        for edit in &edits {
            text.check(&edit.range)?;
        }
        edits.sort_by_key(|edit| (edit.range.start, edit.range.end));
        let mut change = ChangeSet::empty(text.len());
        for edit in edits {
            if let Some(last) = change.edits.last()
                && last.range.end > edit.range.start
            {
                return Err(ChangeError::Overlap { first: last.range.clone(), second: edit.range });
            }
            change.push(edit);
        }
        Ok(change)
    }

    /// A change of a text of `length` bytes by edits that lie within it, between its characters. Where two overlap,
    /// the later one is clipped, so that deletions of several cursors add up.
    pub(crate) fn clipped(length: usize, edits: impl IntoIterator<Item = Edit>) -> ChangeSet {
        let mut edits: Vec<Edit> = edits.into_iter().collect();
        edits.sort_by_key(|edit| (edit.range.start, edit.range.end));
        let mut change = ChangeSet::empty(length);
        for mut edit in edits {
            let done = change.edits.last().map_or(0, |last| last.range.end);
            edit.range.start = edit.range.start.max(done);
            edit.range.end = edit.range.end.max(edit.range.start);
            change.push(edit);
        }
        change
    }

    /// The change that leaves a text of `length` bytes as it is.
    pub fn empty(length: usize) -> ChangeSet {
        ChangeSet { edits: Vec::new(), length_before: length }
    }

    /// The edits, in order, with offsets in the text before.
    pub fn edits(&self) -> &[Edit] {
        &self.edits
    }

    /// The memory that it takes, bytes.
    pub fn memory_bytes(&self) -> usize {
        let text: usize = self.edits.iter().map(|edit| edit.text.len()).sum();
        text + self.edits.len() * size_of::<Edit>()
    }

    /// Whether the change leaves the text as it is.
    pub fn is_empty(&self) -> bool {
        self.edits.is_empty()
    }

    /// The length of the text that the change is for.
    pub fn length_before(&self) -> usize {
        self.length_before
    }

    /// The length of the text that it leads to.
    pub fn length_after(&self) -> usize {
        self.edits.iter().fold(self.length_before, |length, edit| length + edit.text.len() - edit.range.len())
    }

    /// Changes `text`. O(edits · log n + bytes changed); where the edits are so dense that building the text again is
    /// faster, O(n).
    ///
    /// # Errors
    /// [`ChangeError::OtherText`] and [`ChangeError::InsideCharacter`] for a text that the change was not made for;
    /// it is untouched then.
    pub fn apply(&self, text: &mut Text) -> Result<(), ChangeError> {
        if text.len() != self.length_before {
            return Err(ChangeError::OtherText { expected: self.length_before, length: text.len() });
        }
        for edit in &self.edits {
            text.check(&edit.range)?;
        }
        if self.edits.len() >= DENSE_EDITS && self.edits.len().saturating_mul(DENSE_BYTES) >= text.len() {
            *text = self.rebuild(text);
            return Ok(());
        }
        // A clone of a rope costs nothing, and is dropped on an error.
        let mut changed = text.clone();
        for edit in self.edits.iter().rev() {
            changed.replace(&edit.range, &edit.text)?;
        }
        *text = changed;
        Ok(())
    }

    fn rebuild(&self, text: &Text) -> Text {
        let mut builder = RopeBuilder::new();
        let mut at = 0;
        for edit in &self.edits {
            text.chunks(at..edit.range.start).for_each(|chunk| builder.append(chunk));
            builder.append(&edit.text);
            at = edit.range.end;
        }
        text.chunks(at..text.len()).for_each(|chunk| builder.append(chunk));
        Text::build(builder)
    }

    /// The inverse: applied to the changed text, it gives `before`. O(edits + bytes replaced).
    pub fn invert(&self, before: &Text) -> ChangeSet {
        let mut inverse = ChangeSet::empty(self.length_after());
        let mut shift = Shift::default();
        for edit in &self.edits {
            let start = shift.apply(edit.range.start);
            inverse.push(Edit::replace(start..start + edit.text.len(), before.slice(edit.range.clone())));
            shift.add(edit);
        }
        inverse
    }

    /// The ranges of the edits' new texts, as offsets in the text after.
    pub fn ranges_after(&self) -> impl Iterator<Item = Range<usize>> {
        let mut shift = Shift::default();
        self.edits.iter().map(move |edit| {
            let start = shift.apply(edit.range.start);
            shift.add(edit);
            start..start + edit.text.len()
        })
    }

    /// Appends an edit that starts at or after the end of the last one.
    fn push(&mut self, edit: Edit) {
        if edit.is_nothing() {
            return;
        }
        match self.edits.last_mut() {
            // Two insertions at one place become one: a position is before both or after both.
            Some(last) if last.range.is_empty() && last.range == edit.range => last.text += &edit.text,
            _ => self.edits.push(edit),
        }
    }
}

/// How far the edits so far have moved the text after them.
#[derive(Clone, Copy, Default)]
struct Shift {
    inserted: usize,
    deleted: usize,
}

impl Shift {
    fn add(&mut self, edit: &Edit) {
        self.inserted += edit.text.len();
        self.deleted += edit.range.len();
    }

    /// The place of `offset` after the edits. It is not before their ends.
    fn apply(self, offset: usize) -> usize {
        offset + self.inserted - self.deleted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(before: &str, edits: &[Edit], after: &str) {
        let original = Text::from(before);
        let change = ChangeSet::new(&original, edits.to_vec()).unwrap();
        let mut text = original.clone();
        change.apply(&mut text).unwrap();
        assert_eq!(text.to_string(), after);
        assert_eq!(change.length_after(), after.len());
        change.invert(&original).apply(&mut text).unwrap();
        assert_eq!(text, original);
    }

    #[test]
    fn edits_happen_at_once() {
        check("abc", &[], "abc");
        check("abc", &[Edit::insert(3, "d"), Edit::delete(0..1)], "bcd");
        check("abc", &[Edit::insert(1, "x"), Edit::insert(1, "y")], "axybc");
        check("abc", &[Edit::replace(1..2, "B"), Edit::insert(1, "x"), Edit::insert(2, "y")], "axByc");
        check("abc", &[Edit::delete(0..1), Edit::delete(1..3)], "");
        check("abc", &[Edit::replace(0..2, ""), Edit::replace(2..3, "c!")], "c!");
    }

    #[test]
    fn dense_edits_do_what_sparse_ones_do() {
        let before = "aé\r\n".repeat(1000);
        let edits: Vec<Edit> =
            before.match_indices('é').map(|(at, _)| Edit::replace(at..at + 2, "eé")).collect();
        check(&before, &edits, &"aeé\r\n".repeat(1000));
        let sparse: Vec<Edit> = edits.into_iter().take(DENSE_EDITS - 1).collect();
        let after = before.replacen('é', "eé", sparse.len());
        check(&before, &sparse, &after);
    }

    fn refused(edits: &[Edit]) -> String {
        ChangeSet::new(&Text::from("aéb"), edits.to_vec()).unwrap_err().to_string()
    }

    #[test]
    fn bad_edits_are_refused() {
        let (start, end) = (3, 1);
        assert_eq!(
            refused(&[Edit::delete(2..9)]),
            "the range 2..9 is not within the text, which has 4 bytes"
        );
        assert_eq!(
            refused(&[Edit::delete(start..end)]),
            "the range 3..1 is not within the text, which has 4 bytes"
        );
        assert_eq!(
            refused(&[Edit::insert(2, "x")]),
            "offset 2 is inside a character; an edit must start and end between characters"
        );
        assert_eq!(
            refused(&[Edit::delete(1..4), Edit::delete(0..3)]),
            "the edits of 0..3 and 1..4 overlap: each byte can be replaced once in a change"
        );
    }

    #[test]
    fn another_text_is_refused_and_untouched() {
        let change = ChangeSet::new(&Text::from("abcd"), [Edit::delete(0..1), Edit::delete(2..3)]).unwrap();
        for other in ["abc", "éab", "aaé"] {
            let mut text = Text::from(other);
            let result = change.apply(&mut text);
            if text.len() != 4 || other == "éab" {
                result.unwrap_err();
                assert_eq!(text.to_string(), other);
            }
        }
    }
}
