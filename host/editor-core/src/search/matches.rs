//! The matches of a whole text, counted.

use std::ops::Range;

use super::Query;
use crate::text::Text;

/// The matches of a text, in order and without overlap.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Matches {
    ranges: Vec<Range<usize>>,
    is_complete: bool,
}

impl Matches {
    /// The number of matches; [`is_complete`](Self::is_complete) says if there are more.
    pub fn count(&self) -> usize {
        self.ranges.len()
    }

    /// Whether these are all matches of the text.
    pub fn is_complete(&self) -> bool {
        self.is_complete
    }

    /// The number of the match at exactly this range, counted from 1. O(log matches).
    pub fn number_of(&self, range: &Range<usize>) -> Option<usize> {
        let index = self.ranges.binary_search_by_key(&range.start, |one| one.start).ok()?;
        self.ranges.get(index).filter(|found| *found == range).map(|_| index + 1)
    }
}

impl Query {
    /// The matches of the whole text, and no more than `most` of them. O(n).
    pub fn all_matches(&self, text: &Text, most: usize) -> Matches {
        let mut ranges: Vec<Range<usize>> =
            self.matches(text, 0..text.len()).take(most.saturating_add(1)).collect();
        let is_complete = ranges.len() <= most;
        ranges.truncate(most);
        Matches { ranges, is_complete }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Interrupt, QueryOptions};
    use super::*;

    #[test]
    fn matches_are_counted_and_numbered() {
        let text = Text::from("ab ab ab");
        let query = Query::new("ab", QueryOptions::default()).unwrap();
        let all = query.all_matches(&text, 3);
        assert_eq!((all.count(), all.is_complete()), (3, true));
        assert_eq!(
            (all.number_of(&(3..5)), all.number_of(&(3..4)), all.number_of(&(4..5))),
            (Some(2), None, None)
        );
        let some = query.all_matches(&text, 2);
        assert_eq!((some.count(), some.is_complete()), (2, false));
    }

    #[test]
    fn an_interrupted_search_ends_at_once() {
        let text = Text::from("x".repeat(1 << 20).as_str());
        let interrupt = Interrupt::default();
        let query = Query::new("x", QueryOptions::default()).unwrap().interruptible(&interrupt);
        let whole = query.all_matches(&text, usize::MAX).count();
        interrupt.interrupt();
        let cut = query.all_matches(&text, usize::MAX).count();
        assert_eq!(whole, 1 << 20);
        assert!(cut < 10_000, "{cut}");
        assert!(query.previous(&text, text.len()).is_some_and(|found| found.range.end <= text.len()));
    }
}
