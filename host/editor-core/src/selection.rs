//! Selections: cursors with the text that they select. There is always at least one.

use std::ops::Range;

use crate::change::{Bias, ChangeSet, Mapper};
use crate::grapheme::floor_grapheme;
use crate::text::Text;

/// A cursor and the text selected up to it.
///
/// The head is the cursor, and moves; the anchor is where the selection began. Both are byte offsets between graphemes. If
/// they are equal, nothing is selected.
#[derive(Clone, Copy, Debug)]
pub struct Selection {
    /// The end where the selection began.
    pub anchor: usize,
    /// The end with the cursor.
    pub head: usize,
    /// The display column that vertical movement aims at, kept on shorter lines.
    pub(crate) goal: Option<usize>,
}

/// Two selections are equal if their ends are. The goal column does not count.
impl PartialEq for Selection {
    fn eq(&self, other: &Selection) -> bool {
        (self.anchor, self.head) == (other.anchor, other.head)
    }
}

impl Eq for Selection {}

impl Selection {
    /// From `anchor` to `head`, in either direction.
    pub fn new(anchor: usize, head: usize) -> Selection {
        Selection { anchor, head, goal: None }
    }

    /// A cursor that selects nothing.
    pub fn at(offset: usize) -> Selection {
        Selection::new(offset, offset)
    }

    /// The start of the selected range.
    pub fn start(self) -> usize {
        self.anchor.min(self.head)
    }

    /// The end of the selected range.
    pub fn end(self) -> usize {
        self.anchor.max(self.head)
    }

    /// The selected range.
    pub fn range(self) -> Range<usize> {
        self.start()..self.end()
    }

    /// Whether nothing is selected.
    pub fn is_empty(self) -> bool {
        self.anchor == self.head
    }

    /// Whether the cursor is at the start of the selected range.
    pub fn is_backward(self) -> bool {
        self.head < self.anchor
    }

    /// The same direction over another range.
    pub fn over(self, range: Range<usize>) -> Selection {
        if self.is_backward() {
            Selection::new(range.end, range.start)
        } else {
            Selection::new(range.start, range.end)
        }
    }

    /// The selection after a change. A cursor stays after text that is inserted at it, and a selection does not grow by text
    /// inserted at its edges.
    fn map(self, mapper: &mut Mapper<'_>) -> Selection {
        if self.is_empty() {
            return Selection::at(mapper.map(self.head, Bias::After));
        }
        let start = mapper.map(self.start(), Bias::After);
        // A replacement that holds the whole selection puts its start after its end.
        let end = mapper.map(self.end(), Bias::Before).max(start);
        self.over(start..end)
    }

    fn overlaps(self, next: Selection) -> bool {
        next.start() < self.end() || (next.start() == self.end() && (self.is_empty() || next.is_empty()))
    }
}

/// One or more selections, sorted, without overlap; one of them is the primary one, which the view follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selections {
    list: Vec<Selection>,
    primary: usize,
}

impl Default for Selections {
    /// One cursor at the start.
    fn default() -> Selections {
        Selections::one(Selection::at(0))
    }
}

impl From<Selection> for Selections {
    fn from(selection: Selection) -> Selections {
        Selections::one(selection)
    }
}

impl Selections {
    /// A single selection.
    pub fn one(selection: Selection) -> Selections {
        Selections { list: vec![selection], primary: 0 }
    }

    /// Selections in any order, `primary` being the index of the primary one. Those that overlap become one, as do a
    /// cursor and the selection it touches. An empty list gives a cursor at the start; a `primary` past the end
    /// means the last. O(n log n).
    pub fn new(list: Vec<Selection>, primary: usize) -> Selections {
        let Some(chosen) = list.get(primary).or(list.last()).copied() else { return Selections::default() };
        let mut sorted = list;
        // The wider first where they start together, so that a cursor at a selection's start falls into it.
        sorted.sort_by_key(|selection| (selection.start(), std::cmp::Reverse(selection.end())));
        let mut merged: Vec<Selection> = Vec::with_capacity(sorted.len());
        for next in sorted {
            match merged.last_mut() {
                Some(last) if last.overlaps(next) => {
                    // The primary selection's direction wins; otherwise the first's.
                    let direction = if next == chosen { next } else { *last };
                    *last = direction.over(last.start()..last.end().max(next.end()));
                }
                _ => merged.push(next),
            }
        }
        // The one that holds the primary's head: by position, since merging has changed the indices.
        let holds = |s: &Selection| s.start() <= chosen.start() && chosen.end() <= s.end();
        let primary = merged.iter().rposition(holds).unwrap_or(0);
        Selections { list: merged, primary }
    }

    /// The primary selection.
    pub fn primary(&self) -> Selection {
        self.list.get(self.primary).copied().unwrap_or(Selection::at(0))
    }

    /// The index of the primary selection.
    pub fn primary_index(&self) -> usize {
        self.primary
    }

    /// All selections, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Selection> + DoubleEndedIterator {
        self.list.iter().copied()
    }

    /// The number of selections, at least 1.
    #[expect(clippy::len_without_is_empty, reason = "there is always at least one")]
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// The primary selection alone.
    pub fn only_primary(&self) -> Selections {
        Selections::one(self.primary())
    }

    /// These and one more, which becomes the primary one.
    pub fn with(&self, selection: Selection) -> Selections {
        let list: Vec<Selection> = self.iter().chain([selection]).collect();
        Selections::new(list, self.len())
    }

    /// Each selection moved by `change_one`, merged where they meet.
    pub fn map_each(&self, change_one: impl FnMut(Selection) -> Selection) -> Selections {
        Selections::new(self.iter().map(change_one).collect(), self.primary)
    }

    /// The selections after `change`: cursors stay after what is inserted at them. O(edits + selections).
    pub fn map(&self, change: &ChangeSet) -> Selections {
        let mut mapper = change.mapper();
        self.map_each(|selection| selection.map(&mut mapper))
    }

    /// The selections clamped to `text`, with both ends between graphemes. All selections from callers pass through here.
    pub fn clamp(&self, text: &Text) -> Selections {
        self.map_each(|selection| Selection {
            anchor: floor_grapheme(text, selection.anchor),
            head: floor_grapheme(text, selection.head),
            goal: selection.goal,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::Edit;

    fn check(list: &[(usize, usize)], primary: usize, expected: &[(usize, usize)], expected_primary: usize) {
        let list = list.iter().map(|&(anchor, head)| Selection::new(anchor, head)).collect();
        let selections = Selections::new(list, primary);
        let found: Vec<(usize, usize)> = selections.iter().map(|s| (s.anchor, s.head)).collect();
        assert_eq!((found.as_slice(), selections.primary_index()), (expected, expected_primary));
    }

    #[test]
    fn overlaps_merge_and_the_primary_is_kept() {
        check(&[], 3, &[(0, 0)], 0);
        check(&[(5, 6), (1, 2)], 0, &[(1, 2), (5, 6)], 1);
        check(&[(0, 4), (6, 2)], 1, &[(6, 0)], 0);
        check(&[(0, 4), (6, 2)], 0, &[(0, 6)], 0);
        check(&[(0, 2), (2, 4)], 1, &[(0, 2), (2, 4)], 1);
        check(&[(2, 2), (2, 4), (4, 4)], 2, &[(2, 4)], 0);
        check(&[(3, 3), (3, 3), (9, 9)], 9, &[(3, 3), (9, 9)], 1);
    }

    fn mapped(selection: (usize, usize), edit: Edit) -> (usize, usize) {
        let change = ChangeSet::new(&Text::from("abcdef"), [edit]).unwrap();
        let mapped = Selections::one(Selection::new(selection.0, selection.1)).map(&change).primary();
        (mapped.anchor, mapped.head)
    }

    #[test]
    fn selections_move_through_changes() {
        assert_eq!(mapped((2, 2), Edit::insert(2, "xy")), (4, 4));
        assert_eq!(mapped((2, 4), Edit::insert(2, "x")), (3, 5));
        assert_eq!(mapped((4, 2), Edit::insert(4, "x")), (4, 2));
        assert_eq!(mapped((2, 4), Edit::insert(3, "x")), (2, 5));
        assert_eq!(mapped((2, 4), Edit::replace(0..6, "x")), (1, 1));
        assert_eq!(mapped((4, 2), Edit::delete(3..6)), (3, 2));
    }
}
