//! Search and replacement, directly on the rope's pieces.
//!
//! No search copies the text. Besides the text of matches that a replacement refers to, the memory is the regex engine's
//! cache, a few MB at most. Time is linear in the bytes searched, whatever the pattern.

mod contiguous;
mod interrupt;
mod matches;
mod query;
mod ranges;
mod replacement;

pub use contiguous::ContiguousQuery;
pub use interrupt::Interrupt;
pub use matches::Matches;
pub use query::{Case, Query, QueryError, QueryOptions};
pub use replacement::{Replacement, ReplacementError};

use std::ops::Range;

use regex_cursor::{Input, RopeyCursor};

use self::interrupt::Way;
use crate::text::Text;

/// The bytes that a search towards the start looks at first; each further try doubles them.
const FIRST_STRETCH: usize = 64 * 1024;

/// A match, and whether the search wrapped around.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The range of the match.
    pub range: Range<usize>,
    /// Whether the search continued at the other end of the text.
    pub wrapped: bool,
}

impl Query {
    /// The matches within `range`, in order and without overlap. A match does not extend beyond the range, but depends on the
    /// text around it: `^` and `\b` mean the text's lines and words. O(bytes of the range).
    ///
    /// Use it to highlight the visible part of a text. A match that starts before the range is not found.
    pub fn matches<'a>(
        &'a self,
        text: &'a Text,
        range: Range<usize>,
    ) -> impl Iterator<Item = Range<usize>> + 'a {
        self.regex.find_iter(self.input(text, range)).map(|found| found.range())
    }

    /// The first match that starts at or after `from`, or else the first from the start of the text. An empty match
    /// at `from` itself does not count, so that a search from there goes on. O(bytes between).
    pub fn next(&self, text: &Text, from: usize) -> Option<Found> {
        let from = text.floor_boundary(from);
        let moves_on = |range: &Range<usize>| !(range.is_empty() && range.start == from);
        if let Some(range) = self.matches(text, from..text.len()).find(moves_on) {
            return Some(Found { range, wrapped: false });
        }
        let range = self.matches(text, 0..text.len()).next()?;
        Some(Found { range, wrapped: true })
    }

    /// The last match that ends at or before `before`, or else the last of the text. An empty match at `before`
    /// itself does not count. O(bytes between).
    ///
    /// The search starts at a line some way before, so where matches can overlap, it may find another one than a search towards
    /// the end.
    pub fn previous(&self, text: &Text, before: usize) -> Option<Found> {
        let before = text.floor_boundary(before);
        if let Some(range) = self.last(text, before, before, usize::MAX) {
            return Some(Found { range, wrapped: false });
        }
        // One past the end, so that an empty match at the end does count here.
        let range = self.last(text, text.len(), text.len() + 1, usize::MAX)?;
        Some(Found { range, wrapped: true })
    }

    /// The last match that ends at or before `end`, an empty one only if it is before `empty_before`. Looks at about
    /// `farthest` bytes.
    fn last(&self, text: &Text, end: usize, empty_before: usize, farthest: usize) -> Option<Range<usize>> {
        let counts =
            |range: &Range<usize>| range.end <= end && (!range.is_empty() || range.start < empty_before);
        let line_end = text.line_end(text.line_at(end)).max(end);
        let mut stretch = FIRST_STRETCH;
        loop {
            let start = text.line_start(text.line_at(end.saturating_sub(stretch)));
            let matches = self.matches(text, start..line_end).take_while(|range| range.start <= end);
            match matches.filter(counts).last() {
                None if start > 0 && stretch < farthest => stretch = stretch.saturating_mul(2),
                found => return found,
            }
        }
    }
}

impl Query {
    /// What [`next`](Self::next) gives, if there is a match that starts within the next `bytes`; `None` says only that
    /// none is so near. O(bytes).
    pub fn next_near(&self, text: &Text, from: usize, bytes: usize) -> Option<Found> {
        let from = text.floor_boundary(from);
        let near = from..from.saturating_add(bytes).min(text.len());
        let moves_on = |range: &Range<usize>| !(range.is_empty() && range.start == from);
        // The end of the range may cut the match short, so it only tells that there is one.
        self.matches(text, near).any(|range| moves_on(&range)).then(|| self.next(text, from)).flatten()
    }

    /// What [`previous`](Self::previous) gives, if there is a match within the `bytes` before; `None` says only that none is
    /// so near. O(bytes).
    pub fn previous_near(&self, text: &Text, before: usize, bytes: usize) -> Option<Found> {
        let before = text.floor_boundary(before);
        let range = self.last(text, before, before, bytes)?;
        Some(Found { range, wrapped: false })
    }

    /// The regex engine's view of the text, at `range`, which is clamped to it.
    fn input<'a>(&'a self, text: &'a Text, range: Range<usize>) -> Input<Way<'a>> {
        let start = text.floor_boundary(range.start);
        let end = text.floor_boundary(range.end).max(start);
        let cursor = RopeyCursor::at(text.rope_slice(0..text.len()), start);
        Input::new(Way { cursor, interrupt: self.interrupt.as_ref() }).range(start..end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn regex(pattern: &str) -> Query {
        Query::new(pattern, QueryOptions { regex: true, ..QueryOptions::default() }).unwrap()
    }

    /// The places of all matches, as `start..end` of the text, which is made long enough to lie in many pieces.
    fn check(query: &Query, text: &str, expected: &[&str]) {
        for padding in ["", &"-\n".repeat(2000)] {
            let long = Text::from(format!("{padding}{text}").as_str());
            let start = padding.len();
            let found: Vec<Range<usize>> = query.matches(&long, start..long.len()).collect();
            let texts: Vec<String> = found.iter().map(|range| long.slice(range.clone())).collect();
            assert_eq!(texts, expected, "{query:?} in {text:?}");
            let mut at = start;
            for range in &found {
                let next = query.next(&long, at).unwrap();
                if range.is_empty() && range.start == at {
                    continue;
                }
                assert_eq!(next, Found { range: range.clone(), wrapped: false });
                at = range.end;
            }
        }
    }

    #[test]
    fn matches_are_found() {
        check(&regex("[a-z]+"), "one Two", &["one", "Two"]);
        check(&regex("^x?"), "x\r\ny\nx", &["x", "", "x"]);
        check(&regex("b$"), "ab\r\nb\nbb", &["b", "b", "b"]);
        check(&regex(".+"), "é\r\n漢字", &["é", "漢字"]);
        check(&regex(r"a\s+b"), "a\r\n b a b", &["a\r\n b", "a b"]);
        check(&regex(r"\bł\w*\b"), "łódź xłx łą", &["łódź", "łą"]);
        check(&regex("none"), "text", &[]);
    }

    #[test]
    fn literals_cases_and_whole_words() {
        let query = |pattern: &str, options| Query::new(pattern, options).unwrap();
        let plain = QueryOptions::default();
        check(&query("a.c", plain), "a.c abc A.C", &["a.c", "A.C"]);
        check(&query("A.c", plain), "a.c A.c", &["A.c"]);
        check(&query("ab", QueryOptions { case: Case::Sensitive, ..plain }), "ab AB", &["ab"]);
        check(&query("Ab", QueryOptions { case: Case::Insensitive, ..plain }), "ab AB", &["ab", "AB"]);
        check(&query(r"\W", QueryOptions { regex: true, ..plain }), "a-", &["-"]);
        check(&query("x(", QueryOptions { whole_word: true, ..plain }), "ax( x( x(", &["x(", "x("]);
        check(&query("x", QueryOptions { whole_word: true, ..plain }), "xy x yx", &["x"]);
    }

    #[test]
    fn a_search_wraps_in_both_directions() {
        let text = Text::from("ab ab ab");
        let query = regex("ab");
        let found = |start: usize, wrapped| Some(Found { range: start..start + 2, wrapped });
        assert_eq!(query.next(&text, 1), found(3, false));
        assert_eq!(query.next(&text, 7), found(0, true));
        assert_eq!(query.previous(&text, 7), found(3, false));
        assert_eq!(query.previous(&text, 3), found(0, false));
        assert_eq!(query.previous(&text, 1), found(6, true));
        assert_eq!(regex("no").previous(&text, 5), None);
        assert_eq!(regex("no").next(&Text::new(), 0), None);
    }

    #[test]
    fn a_search_backwards_crosses_stretches() {
        let text = Text::from(format!("start\n{}", "line\n".repeat(100_000)).as_str());
        assert_eq!(regex("start").previous(&text, text.len()), Some(Found { range: 0..5, wrapped: false }));
    }

    #[test]
    fn a_near_match_is_found_as_a_whole_and_a_far_one_is_not() {
        let text = Text::from(format!("a{}b{}", "-".repeat(100), "-\n".repeat(200_000)).as_str());
        let query = regex("a-+b");
        assert_eq!(query.next_near(&text, 0, 102), Some(Found { range: 0..102, wrapped: false }));
        assert_eq!(query.next_near(&text, 0, 50), None);
        assert_eq!(query.previous_near(&text, text.len(), 1 << 10), None);
        assert_eq!(
            query.previous_near(&text, text.len(), 1 << 20),
            Some(Found { range: 0..102, wrapped: false })
        );
    }

    #[test]
    fn empty_matches_are_stepped_over() {
        let text = Text::from("a\nb");
        assert_eq!(regex("$").next(&text, 1), Some(Found { range: 3..3, wrapped: false }));
        assert_eq!(regex("$").next(&text, 3), Some(Found { range: 1..1, wrapped: true }));
        assert_eq!(regex("$").previous(&text, 3), Some(Found { range: 1..1, wrapped: false }));
        assert_eq!(regex("$").previous(&text, 1), Some(Found { range: 3..3, wrapped: true }));
    }

    #[test]
    fn bad_patterns_are_explained() {
        let error = |pattern: &str| {
            let options = QueryOptions { regex: true, ..QueryOptions::default() };
            Query::new(pattern, options).unwrap_err().to_string()
        };
        assert_eq!(error(""), "the pattern is empty: type a text to search for");
        assert_eq!(error("(a"), "invalid regular expression `(a`: unclosed group");
        assert_eq!(
            error("a{9999}{9999}"),
            "the pattern `a{9999}{9999}` is too large: use smaller repetition counts"
        );
    }
}
