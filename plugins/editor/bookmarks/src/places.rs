//! Where the marks of a text are, as it changes, and how they are found again in a later session.

use serde::{Deserialize, Serialize};
use witdock_editor_guest::{Edit, LineIndex};

/// The most that is kept of a line, to find it again.
const KEPT_CHARS: usize = 80;

/// A mark as it is kept: the line, counted from 0, and the text that it had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Mark {
    pub(crate) line: usize,
    pub(crate) text: String,
}

impl Mark {
    /// The mark of a line.
    pub(crate) fn of(line: usize, text: &str) -> Self {
        Self { line, text: text.trim().chars().take(KEPT_CHARS).collect() }
    }
}

/// The offsets of kept marks in a text: of the nearest line that still has the mark's text, or else of the line of its number.
pub(crate) fn found(marks: &[Mark], text: &str) -> Vec<usize> {
    let index = LineIndex::new(text);
    let lines: Vec<&str> = text.lines().collect();
    let has =
        |line: usize, mark: &Mark| lines.get(line).is_some_and(|text| Mark::of(line, text).text == mark.text);
    let mut offsets: Vec<usize> = marks
        .iter()
        .map(|mark| {
            let near = (0..lines.len()).filter(|line| has(*line, mark));
            let line = near.min_by_key(|line| line.abs_diff(mark.line)).unwrap_or(mark.line);
            index.start(line.min(index.line_count().saturating_sub(1)))
        })
        .collect();
    offsets.sort_unstable();
    offsets.dedup();
    offsets
}

/// The marks at these offsets, to be kept.
pub(crate) fn kept(offsets: &[usize], text: &str) -> Vec<Mark> {
    let index = LineIndex::new(text);
    offsets
        .iter()
        .map(|offset| {
            let line = index.line_at(*offset);
            Mark::of(line, index.line(line))
        })
        .collect()
}

/// Where an offset is after these edits, which are in ascending order and refer to the text before.
pub(crate) fn moved(offset: usize, edits: &[Edit]) -> usize {
    let mut moved = offset;
    for edit in edits {
        let (start, end) = (usize::try_from(edit.range.start), usize::try_from(edit.range.end));
        let (Ok(start), Ok(end)) = (start, end) else { break };
        if start >= offset {
            // A line break before the line moves it, text in it does not.
            if start == offset && end == offset && edit.text.ends_with('\n') {
                moved += edit.text.len();
            }
            continue;
        }
        let removed = end.min(offset) - start;
        let added = if end <= offset { edit.text.len() } else { 0 };
        moved = moved + added - removed;
    }
    moved
}

/// The next place after an offset, or the first; with `back`, the one before it, or the last.
pub(crate) fn next(offsets: &[usize], from: usize, back: bool) -> Option<usize> {
    if back {
        offsets.iter().rev().find(|offset| **offset < from).or(offsets.last()).copied()
    } else {
        offsets.iter().find(|offset| **offset > from).or(offsets.first()).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_found_again_where_it_has_moved_to() {
        let text = "one\ntwo\nthree\n";
        let marks = kept(&[4], text);
        assert_eq!(marks, [Mark { line: 1, text: "two".to_owned() }]);
        assert_eq!(found(&marks, text), [4]);
        assert_eq!(found(&marks, "new\nnew\none\n  two\n"), [12]);
        assert_eq!(found(&marks, "none\nof them\n"), [5]);
        assert_eq!(found(&marks, "two\none\nother\ntwo"), [0]);
        assert_eq!(found(&marks, ""), [0]);
    }

    #[test]
    fn marks_move_with_the_text() {
        let edit = |start, end, text: &str| Edit::replace(start..end, text);
        assert_eq!(moved(4, &[edit(0, 0, "ab")]), 6);
        assert_eq!(moved(4, &[edit(4, 4, "\n")]), 5);
        assert_eq!(moved(4, &[edit(4, 4, "x")]), 4);
        assert_eq!(moved(4, &[edit(2, 8, "x")]), 2);
        assert_eq!(moved(4, &[edit(0, 1, ""), edit(5, 6, "y")]), 3);
    }

    #[test]
    fn the_way_goes_round() {
        assert_eq!(next(&[4, 8], 4, false), Some(8));
        assert_eq!(next(&[4, 8], 8, false), Some(4));
        assert_eq!(next(&[4, 8], 4, true), Some(8));
        assert_eq!(next(&[], 4, true), None);
    }
}
