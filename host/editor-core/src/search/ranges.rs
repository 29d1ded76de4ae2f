//! Searching parts of a text, one after the other.

use std::ops::Range;

use super::{Query, Replacement};
use crate::change::{ChangeSet, Edit};
use crate::text::Text;

impl Query {
    /// The first match within these ranges, one after the other. An empty match at `last_end` does not count: a match has
    /// ended there. O(bytes between).
    pub fn first_in(
        &self,
        text: &Text,
        ranges: &[Range<usize>],
        last_end: Option<usize>,
    ) -> Option<Range<usize>> {
        let counts = |found: &Range<usize>| !(found.is_empty() && Some(found.start) == last_end);
        ranges.iter().find_map(|range| self.matches(text, range.clone()).find(counts))
    }

    /// What [`first_in`](Self::first_in) gives, if it can be told from about the first `bytes` of the ranges; `None` where
    /// it cannot.
    pub fn first_near(
        &self,
        text: &Text,
        ranges: &[Range<usize>],
        last_end: Option<usize>,
        bytes: usize,
    ) -> Option<Option<Range<usize>>> {
        let mut left = bytes;
        for range in ranges {
            let near = range.start..range.end.min(range.start.saturating_add(left));
            // The end of the part may cut the match short, so it only tells that there is one.
            if self.first_in(text, std::slice::from_ref(&near), last_end).is_some() {
                return Some(self.first_in(text, std::slice::from_ref(range), last_end));
            }
            if near.end < range.end {
                return None;
            }
            left -= near.len();
        }
        Some(None)
    }

    /// The change that replaces all matches within these ranges, which do not overlap. O(bytes of the ranges).
    pub fn replace_in(&self, text: &Text, ranges: &[Range<usize>], with: &Replacement) -> ChangeSet {
        let all = |range: &Range<usize>| self.replace_all(text, range.clone(), with).edits().to_vec();
        let edits: Vec<Edit> = ranges.iter().flat_map(all).collect();
        ChangeSet::clipped(text.len(), edits)
    }
}

#[cfg(test)]
mod tests {
    use super::super::QueryOptions;
    use super::*;
    use crate::line_ending::LineEnding;

    #[test]
    fn ranges_are_searched_in_their_order() {
        let text = Text::from("ab ab ab");
        let query = Query::new("ab", QueryOptions::default()).unwrap();
        assert_eq!(query.first_in(&text, &[4..8, 0..4], None), Some(6..8));
        assert_eq!(query.first_in(&text, &[4..7, 0..4], None), Some(0..2));
        assert_eq!(query.first_near(&text, &[4..7, 0..4], None, 4), None);
        assert_eq!(query.first_near(&text, &[4..7, 0..4], None, 5), Some(Some(0..2)));
        assert_eq!(query.first_near(&text, &[4..7, 2..4], None, 5), Some(None));
        let with = query.replacement("x", LineEnding::Lf).unwrap();
        let change = query.replace_in(&text, &[5..8, 0..5], &with);
        assert_eq!(
            change.edits(),
            [Edit::replace(0..2, "x"), Edit::replace(3..5, "x"), Edit::replace(6..8, "x")]
        );
    }

    #[test]
    fn an_empty_match_where_one_has_ended_is_none() {
        let text = Text::from("a\nb");
        let query = Query::new("$", QueryOptions { regex: true, ..QueryOptions::default() }).unwrap();
        assert_eq!(query.first_in(&text, &[1..3, 0..1], Some(1)), Some(3..3));
    }
}
