use super::{ChangeSet, Edit, Shift};

/// The side of an insertion on which a position at the same place stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Bias {
    /// Before the inserted text, like the end of a highlighted word.
    Before,
    /// After the inserted text, like a cursor.
    After,
}

impl ChangeSet {
    /// The place of `position` after the change.
    ///
    /// At an insertion, the bias decides. At either edge of a replacement a position stays at that edge; inside one
    /// it goes to the edge of the new text that the bias names. A position past the end counts as the end.
    /// O(edits); for many positions use [`ChangeSet::mapper`].
    pub fn map(&self, position: usize, bias: Bias) -> usize {
        self.mapper().map(position, bias)
    }

    /// Maps positions that come in ascending order in one pass over the edits. O(edits + positions) together.
    pub fn mapper(&self) -> Mapper<'_> {
        Mapper { change: self, rest: &self.edits, shift: Shift::default() }
    }
}

/// Maps positions through a change, one after the other.
///
/// Positions that descend are mapped correctly as well; each then costs a pass from the first edit.
pub struct Mapper<'a> {
    change: &'a ChangeSet,
    /// The edits from the first one that does not end before the last position mapped.
    rest: &'a [Edit],
    /// How far the edits before `rest` have moved the text.
    shift: Shift,
}

impl Mapper<'_> {
    /// Maps one position, as [`ChangeSet::map`] does.
    pub fn map(&mut self, position: usize, bias: Bias) -> usize {
        let position = position.min(self.change.length_before);
        let skipped = self.change.edits.len() - self.rest.len();
        if skipped > 0 && self.change.edits.get(skipped - 1).is_some_and(|edit| edit.range.end >= position) {
            *self = self.change.mapper();
        }
        while let Some((edit, rest)) = self.rest.split_first()
            && edit.range.end < position
        {
            self.shift.add(edit);
            self.rest = rest;
        }
        // Several edits may touch the position: one that ends there, an insertion, one that starts there.
        let mut shift = self.shift;
        for edit in self.rest {
            let start = shift.apply(edit.range.start.min(position));
            if edit.range.start > position {
                break;
            }
            if edit.range.end > position {
                let inside = edit.range.start < position;
                return if inside && bias == Bias::After { start + edit.text.len() } else { start };
            }
            if edit.range.is_empty() && bias == Bias::Before {
                return start;
            }
            shift.add(edit);
        }
        shift.apply(position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Text;

    /// The positions 0, 1, 2… of the text before, mapped with each bias.
    fn check(edits: &[Edit], before: &[usize], after: &[usize]) {
        let change = ChangeSet::new(&Text::from("abcdef"), edits.to_vec()).unwrap();
        for (bias, expected) in [(Bias::Before, before), (Bias::After, after)] {
            let mut mapper = change.mapper();
            let ascending: Vec<usize> = (0..=6).map(|position| mapper.map(position, bias)).collect();
            assert_eq!(ascending, expected, "{edits:?} {bias:?}");
            let mut descending: Vec<usize> =
                (0..=6).rev().map(|position| mapper.map(position, bias)).collect();
            descending.reverse();
            assert_eq!(descending, expected, "{edits:?} {bias:?} descending");
            assert_eq!(mapper.map(99, bias), *expected.last().unwrap());
        }
    }

    #[test]
    fn positions_move_through() {
        check(&[], &[0, 1, 2, 3, 4, 5, 6], &[0, 1, 2, 3, 4, 5, 6]);
        check(&[Edit::insert(2, "xy")], &[0, 1, 2, 5, 6, 7, 8], &[0, 1, 4, 5, 6, 7, 8]);
        check(&[Edit::delete(1..4)], &[0, 1, 1, 1, 1, 2, 3], &[0, 1, 1, 1, 1, 2, 3]);
        check(&[Edit::replace(1..4, "xy")], &[0, 1, 1, 1, 3, 4, 5], &[0, 1, 3, 3, 3, 4, 5]);
        check(&[Edit::insert(0, "x"), Edit::insert(6, "y")], &[0, 2, 3, 4, 5, 6, 7], &[1, 2, 3, 4, 5, 6, 8]);
    }

    #[test]
    fn edits_that_touch_are_told_apart() {
        check(
            &[Edit::replace(0..3, "x"), Edit::replace(3..6, "yz")],
            &[0, 0, 0, 1, 1, 1, 3],
            &[0, 1, 1, 1, 3, 3, 3],
        );
        check(
            &[Edit::delete(1..3), Edit::insert(3, "new"), Edit::delete(3..5)],
            &[0, 1, 1, 1, 4, 4, 5],
            &[0, 1, 1, 4, 4, 4, 5],
        );
    }
}
