//! A sparse index of the columns in long lines, so that a key far into a line does not measure all that is before it.
//!
//! It has a place every few kilobytes of a line, as far as somebody has looked. An edit keeps the places before it. Those after it move
//! with the text; their columns are true again when the line was measured from the edit to the first of them.

use std::ops::Range;

use crate::column::TabWidth;

/// A place in a line, between two graphemes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Its offset in the text.
    pub offset: usize,
    /// The cells before it in its line.
    pub column: usize,
}

/// The bytes between two places.
pub(crate) const STEP: usize = 4 << 10;
/// The most lines that are remembered.
const MOST_LINES: usize = 8;

/// The columns in the long lines that were used last.
#[derive(Clone, Debug, Default)]
pub(crate) struct ColumnIndex {
    /// The one that was used last is at the end.
    lines: Vec<LongLine>,
    /// The bytes that were measured so far.
    pub(crate) measured: u64,
}

/// The places in one line.
#[derive(Clone, Debug)]
pub(crate) struct LongLine {
    start: usize,
    tab: TabWidth,
    /// True places, the start of the line first. Offsets are from there.
    head: Vec<Mark>,
    /// Places behind an edit, whose columns are those before it.
    tail: Vec<Mark>,
}

#[derive(Clone, Copy, Debug)]
struct Mark {
    place: Place,
    /// Whether there is a tab between it and the mark before it: its width depends on where it is.
    is_after_tab: bool,
}

impl ColumnIndex {
    /// The places of the line that starts at an offset.
    #[expect(clippy::indexing_slicing, reason = "it was pushed in this moment")]
    pub(crate) fn line(&mut self, start: usize, tab: TabWidth) -> &mut LongLine {
        let known = self.lines.iter().position(|line| line.start == start && line.tab == tab);
        let line = match known {
            Some(index) => self.lines.remove(index),
            None => LongLine::new(start, tab),
        };
        if self.lines.len() == MOST_LINES {
            self.lines.remove(0);
        }
        self.lines.push(line);
        let last = self.lines.len() - 1;
        &mut self.lines[last]
    }

    /// Follows an edit of the text.
    pub(crate) fn edit(&mut self, range: &Range<usize>, with: &str, removes_break: bool) {
        let breaks = removes_break || with.contains('\n');
        self.lines.retain_mut(|line| line.edit(range, with.len(), breaks));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }
}

impl LongLine {
    fn new(start: usize, tab: TabWidth) -> Self {
        let first = Mark { place: Place { offset: 0, column: 0 }, is_after_tab: false };
        Self { start, tab, head: vec![first], tail: Vec::new() }
    }

    /// The last true place that is allowed, and whether it is the last one that is known.
    pub(crate) fn last(&self, is_allowed: impl Fn(Place) -> bool) -> (Place, bool) {
        let allowed = self.head.partition_point(|mark| is_allowed(self.absolute(mark.place)));
        let index = allowed.saturating_sub(1);
        let place = self.head.get(index).map_or(Place { offset: 0, column: 0 }, |mark| mark.place);
        (self.absolute(place), index + 1 >= self.head.len())
    }

    /// Where to measure to from the last true place.
    pub(crate) fn next_goal(&self, from: Place) -> usize {
        let step = from.offset + STEP;
        self.tail.first().map_or(step, |mark| (self.start + mark.place.offset).min(step))
    }

    /// Takes the place that was measured from the last true one, on the way to the next goal.
    pub(crate) fn measured(&mut self, place: Place, goal: usize, is_after_tab: bool) {
        let relative = Place { offset: place.offset.saturating_sub(self.start), column: place.column };
        let passed = relative.offset.max(goal.saturating_sub(self.start));
        let mut has_dropped = false;
        while let Some(first) =
            self.tail.first().map(|mark| mark.place.offset).filter(|first| *first <= passed)
        {
            if first == relative.offset {
                return self.join(relative, is_after_tab);
            }
            // No grapheme ends there any more.
            self.tail.remove(0);
            has_dropped = true;
        }
        let last = self.head.last().map_or(0, |mark| mark.place.offset);
        if relative.offset >= last + STEP / 2 || !has_dropped {
            self.head.push(Mark { place: relative, is_after_tab });
        }
    }

    /// Makes places behind an edit true again: up to the first tab, or all of them where tabs stay where they are.
    fn join(&mut self, first: Place, is_after_tab: bool) {
        let Some(old) = self.tail.first().map(|mark| mark.place.column) else { return };
        let moved = |column: usize| (column + first.column).saturating_sub(old);
        let stays = first.column.abs_diff(old).is_multiple_of(self.tab.cells());
        let tabs = self.tail.iter().skip(1).position(|mark| mark.is_after_tab && !stays);
        let count = tabs.map_or(self.tail.len(), |index| index + 1);
        let mut marks: Vec<Mark> = self.tail.drain(..count).collect();
        for mark in &mut marks {
            mark.place.column = moved(mark.place.column);
        }
        if let Some(mark) = marks.first_mut() {
            mark.is_after_tab = is_after_tab;
        }
        self.head.append(&mut marks);
    }

    fn absolute(&self, place: Place) -> Place {
        Place { offset: self.start + place.offset, column: place.column }
    }

    /// Follows an edit. Gives whether the line is still there.
    fn edit(&mut self, range: &Range<usize>, inserted: usize, breaks: bool) -> bool {
        if range.end < self.start {
            self.start = self.start - range.len() + inserted;
            return true;
        }
        let Some(from) = range.start.checked_sub(self.start) else { return false };
        let to = range.end - self.start;
        // The start of the line is always a true place.
        let kept = self.head.partition_point(|mark| mark.place.offset < from).max(1);
        let behind = self.head.drain(kept.min(self.head.len())..);
        let behind: Vec<Mark> = behind.collect();
        if breaks {
            self.tail.clear();
            return true;
        }
        let old_tail = std::mem::take(&mut self.tail);
        // Places behind an earlier edit go on only where this one is behind that edit too, and the other way round: between two edits the
        // line is measured again.
        let last = if old_tail.is_empty() { behind } else { old_tail };
        self.tail = last.into_iter().filter(|mark| mark.place.offset > to).collect();
        for mark in &mut self.tail {
            mark.place.offset = mark.place.offset - (to - from) + inserted;
        }
        true
    }
}
