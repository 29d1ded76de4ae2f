//! The differences between two texts, as runs of lines.

use std::ops::Range;

use similar::{Algorithm, DiffOp, capture_diff_slices};
use witdock_editor_guest::line_marks::Kind;

/// Lines that differ. Both ranges count lines from 0.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Hunk {
    /// The lines in the text that git has; none for lines that were added.
    pub(crate) before: Range<usize>,
    /// The lines in the document; none for lines that were removed.
    pub(crate) after: Range<usize>,
}

impl Hunk {
    /// What has happened to its lines.
    pub(crate) fn kind(&self) -> Kind {
        if self.after.is_empty() {
            Kind::RemovedBefore
        } else if self.before.is_empty() {
            Kind::Added
        } else {
            Kind::Changed
        }
    }

    /// Whether a line of the document belongs to it. Removed lines belong to the line after them.
    pub(crate) fn has(&self, line: usize) -> bool {
        self.after.contains(&line) || self.after.is_empty() && self.after.start == line
    }
}

/// The lines of a text without their endings.
pub(crate) fn lines(text: &str) -> Vec<&str> {
    text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line)).collect()
}

/// The differences, in order: what is between the lines that are the same.
pub(crate) fn hunks(before: &str, after: &str) -> Vec<Hunk> {
    let (before, after) = (lines(before), lines(after));
    let operations = capture_diff_slices(Algorithm::Myers, &before, &after);
    let same = operations.iter().filter(|one| matches!(one, DiffOp::Equal { .. }));
    let end = (before.len()..before.len(), after.len()..after.len());
    let (mut old, mut new, mut found) = (0, 0, Vec::new());
    for (in_old, in_new) in same.map(|one| (one.old_range(), one.new_range())).chain([end]) {
        if old < in_old.start || new < in_new.start {
            found.push(Hunk { before: old..in_old.start, after: new..in_new.start });
        }
        (old, new) = (in_old.end, in_new.end);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_added_changed_and_removed() {
        let found = hunks("a\nb\nc\nd\n", "new\na\nB\nc\n");
        let kinds: Vec<_> = found.iter().map(|hunk| (hunk.kind(), hunk.after.clone())).collect();
        assert_eq!(kinds, [(Kind::Added, 0..1), (Kind::Changed, 2..3), (Kind::RemovedBefore, 4..4)]);
        assert!(found[2].has(4) && found[1].has(2) && !found[1].has(3));
    }

    #[test]
    fn line_endings_are_no_difference() {
        assert_eq!(hunks("a\nb\n", "a\r\nb\r\n"), []);
        assert_eq!(hunks("a", "a\n"), [Hunk { before: 1..1, after: 1..2 }]);
    }
}
