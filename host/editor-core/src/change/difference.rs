//! What differs between two texts, as small edits, so that cursors in what is equal stay where they are.

use std::time::{Duration, Instant};

use similar::{Algorithm, DiffOp, capture_diff_slices_deadline};

use super::{ChangeSet, Edit};
use crate::text::Text;

/// How long lines are compared. Texts with little in common are replaced more coarsely then.
const PATIENCE: Duration = Duration::from_millis(200);

impl ChangeSet {
    /// The change from `before` to `after`, as edits of what differs: line by line, and in a line from the first difference to the
    /// last. Cursors in the rest stay where they are. Takes O(n) and, for the lines between the common start and the common end,
    /// at most 200 ms for finding those that are equal.
    pub fn between(before: &Text, after: &Text) -> ChangeSet {
        let mut change = ChangeSet::empty(before.len());
        let start =
            common(before.rope_slice(0..before.len()).bytes(), after.rope_slice(0..after.len()).bytes());
        // Two different characters may have the same first bytes.
        let start = before.floor_boundary(start);
        let ends = (before.len() - start).min(after.len() - start);
        let shared = common(backwards(before).take(ends), backwards(after).take(ends));
        // They may have the same last bytes too: the common end must start with a whole character.
        let mut end = before.len() - shared;
        while !before.is_boundary(end) {
            end += 1;
        }
        // Whole lines can be compared with whole lines.
        let start = before.line_start(before.line_at(start));
        let starts_line = |text: &Text, at: usize| text.line_start(text.line_at(at)) == at;
        if !(starts_line(before, end) && starts_line(after, after.len() - (before.len() - end))) {
            end = before.line_range(before.line_at(end)).end;
        }
        let after_end = after.len() - (before.len() - end);
        for edit in of_lines(start, &before.slice(start..end), &after.slice(start..after_end)) {
            change.push(edit);
        }
        change
    }
}

impl Edit {
    /// The same replacement as edits of what differs. A range that is not within the text is left as it is.
    pub fn refined(self, text: &Text) -> Vec<Edit> {
        match text.check(&self.range) {
            Ok(()) => of_lines(self.range.start, &text.slice(self.range), &self.text),
            Err(_) => vec![self],
        }
    }
}

/// The edits that make one text from another one, which starts at `offset`.
fn of_lines(offset: usize, before: &str, after: &str) -> Vec<Edit> {
    let (old, new): (Vec<&str>, Vec<&str>) =
        (before.split_inclusive('\n').collect(), after.split_inclusive('\n').collect());
    if old.len() < 2 || new.len() < 2 {
        return trimmed(offset, before, after).into_iter().collect();
    }
    let deadline = Instant::now() + PATIENCE;
    let operations = capture_diff_slices_deadline(Algorithm::Patience, &old, &new, Some(deadline));
    let mut edits = Vec::new();
    let mut place = offset;
    for operation in operations {
        let (old, new) = (lines(&old, operation.old_range()), lines(&new, operation.new_range()));
        if !matches!(operation, DiffOp::Equal { .. }) {
            if old.len() == new.len() {
                // Each line for itself, so that a cursor in a line that is indented anew stays in it.
                let mut at = place;
                for (old, new) in old.iter().zip(new) {
                    edits.extend(trimmed(at, old, new));
                    at += old.len();
                }
            } else {
                edits.extend(trimmed(place, &old.concat(), &new.concat()));
            }
        }
        place += old.iter().map(|line| line.len()).sum::<usize>();
    }
    edits
}

fn lines<'a, 'text>(all: &'a [&'text str], range: std::ops::Range<usize>) -> &'a [&'text str] {
    all.get(range).unwrap_or_default()
}

/// The replacement of everything between the first difference and the last; none for equal texts.
fn trimmed(offset: usize, before: &str, after: &str) -> Option<Edit> {
    let start: usize =
        before.chars().zip(after.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum();
    let (before, after) = (before.get(start..)?, after.get(start..)?);
    let backwards = before.chars().rev().zip(after.chars().rev());
    let end: usize = backwards.take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum();
    let (from, to) = (offset + start, offset + start + before.len() - end);
    let text = after.get(..after.len() - end)?;
    (from != to || !text.is_empty()).then(|| Edit::replace(from..to, text))
}

fn common(left: impl Iterator<Item = u8>, right: impl Iterator<Item = u8>) -> usize {
    left.zip(right).take_while(|(left, right)| left == right).count()
}

fn backwards(text: &Text) -> impl Iterator<Item = u8> {
    text.rope_slice(0..text.len()).bytes_at(text.len()).reversed()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(before: &str, after: &str, edits: &[Edit]) {
        let change = ChangeSet::between(&Text::from(before), &Text::from(after));
        assert_eq!(change.edits(), edits, "{before:?} to {after:?}");
        let mut text = Text::from(before);
        change.apply(&mut text).unwrap();
        assert_eq!(text.to_string(), after);
    }

    #[test]
    fn only_what_differs_is_replaced() {
        check("same", "same", &[]);
        check("", "new", &[Edit::insert(0, "new")]);
        check("one two three", "one 2 three", &[Edit::replace(4..7, "2")]);
        check("aaa", "aaaa", &[Edit::insert(3, "a")]);
        check("aaaa", "aa", &[Edit::delete(2..4)]);
        check("é", "è", &[Edit::replace(0..2, "è")]);
        check("aéb", "aũb", &[Edit::replace(1..3, "ũ")]);
        check("\u{e9}", "\u{129}", &[Edit::replace(0..2, "\u{129}")]);
    }

    #[test]
    fn lines_that_are_equal_are_left_alone() {
        check("a\nb\nc\nd\ne\n", "A\nb\nc\nd\nE\n", &[Edit::replace(0..1, "A"), Edit::replace(8..9, "E")]);
        check(
            "x\nb\nc\ny\n",
            "b\nnew\nc\n",
            &[Edit::delete(0..2), Edit::insert(4, "new\n"), Edit::delete(6..8)],
        );
        // Indented anew: each line keeps its cursor.
        check("if\n  a\n  b\nend", "if\n    a\n    b\nend", &[Edit::insert(5, "  "), Edit::insert(9, "  ")]);
    }

    #[test]
    fn a_replacement_of_the_whole_text_becomes_its_difference() {
        let text = Text::from("a  \nb\nc  \n");
        let edits = Edit::replace(0..10, "a\nb\nc\n").refined(&text);
        assert_eq!(edits, [Edit::delete(1..3), Edit::delete(7..9)]);
        let outside = Edit::replace(5..99, "x");
        assert_eq!(outside.clone().refined(&text), [outside]);
    }
}
