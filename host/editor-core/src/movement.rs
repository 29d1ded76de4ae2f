//! Moving cursors and extending selections.

use crate::column::{TabWidth, display_column, offset_at_column};
use crate::grapheme::{next_grapheme, previous_grapheme};
use crate::selection::{Selection, Selections};
use crate::text::Text;
use crate::word::{next_word, previous_word};

/// A movement of a cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Motion {
    /// To the previous grapheme.
    Left,
    /// To the next grapheme.
    Right,
    /// To the start of the word, or of the previous one.
    WordLeft,
    /// To the end of the word, or of the next one.
    WordRight,
    /// This many lines up, in the column where vertical movement began.
    Up(usize),
    /// This many lines down, in the same column.
    Down(usize),
    /// To the first character of the line that is not a space or, from there, to the start of the line.
    LineStart,
    /// To the end of the line.
    LineEnd,
    /// To the blank line before this paragraph.
    ParagraphUp,
    /// To the blank line after it.
    ParagraphDown,
    /// To the start of the text.
    TextStart,
    /// To the end of the text.
    TextEnd,
}

/// Whether a movement extends the selection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Extend {
    /// No: the selection ends. A step left or right from a selection goes to its edge.
    No,
    /// Yes: the anchor stays, and the cursor moves.
    Yes,
}

/// Moves all selections. O(selections · line) for vertical movement, which measures columns; otherwise O(selections · text
/// that is crossed).
pub fn move_selections(
    text: &Text,
    selections: &Selections,
    motion: Motion,
    extend: Extend,
    tab: TabWidth,
) -> Selections {
    selections.map_each(|selection| move_one(text, selection, motion, extend, tab))
}

fn move_one(text: &Text, selection: Selection, motion: Motion, extend: Extend, tab: TabWidth) -> Selection {
    let lets_go = extend == Extend::No && !selection.is_empty();
    let mut goal = None;
    let from = selection.head;
    let head = match motion {
        Motion::Left if lets_go => selection.start(),
        Motion::Right if lets_go => selection.end(),
        Motion::Left => previous_grapheme(text, from),
        Motion::Right => next_grapheme(text, from),
        Motion::WordLeft => previous_word(text, from),
        Motion::WordRight => next_word(text, from),
        Motion::Up(lines) | Motion::Down(lines) => {
            let column = selection.goal.unwrap_or_else(|| display_column(text, from, tab));
            goal = Some(column);
            vertical(text, from, lines, matches!(motion, Motion::Down(_)), column, tab)
        }
        Motion::LineStart => line_start(text, from),
        Motion::LineEnd => text.line_end(text.line_at(from)),
        Motion::ParagraphUp => paragraph_up(text, from),
        Motion::ParagraphDown => paragraph_down(text, from),
        Motion::TextStart => 0,
        Motion::TextEnd => text.len(),
    };
    let anchor = if extend == Extend::Yes { selection.anchor } else { head };
    Selection { anchor, head, goal }
}

/// Past the first or last line, vertical movement goes to the end of the text on that side.
fn vertical(text: &Text, from: usize, lines: usize, down: bool, column: usize, tab: TabWidth) -> usize {
    let line = text.line_at(from);
    let last = text.line_count() - 1;
    if down {
        if line == last {
            return text.len();
        }
        offset_at_column(text, line.saturating_add(lines).min(last), column, tab)
    } else {
        if line == 0 {
            return 0;
        }
        offset_at_column(text, line.saturating_sub(lines), column, tab)
    }
}

/// The first character of the line that is not a space; if the cursor is there, the start of the line.
fn line_start(text: &Text, from: usize) -> usize {
    let start = text.line_start(text.line_at(from));
    let first = start + crate::indent::indentation(text, text.line_at(from)).len();
    if first == from { start } else { first }
}

fn is_blank(text: &Text, line: usize) -> bool {
    text.chunks(text.line_range(line)).all(|chunk| chunk.chars().all(char::is_whitespace))
}

fn paragraph_up(text: &Text, from: usize) -> usize {
    let mut line = text.line_at(from);
    while line > 0 && is_blank(text, line) {
        line -= 1;
    }
    while line > 0 && !is_blank(text, line) {
        line -= 1;
    }
    text.line_start(line)
}

fn paragraph_down(text: &Text, from: usize) -> usize {
    let last = text.line_count() - 1;
    let mut line = text.line_at(from);
    while line < last && is_blank(text, line) {
        line += 1;
    }
    while line < last && !is_blank(text, line) {
        line += 1;
    }
    if line == last && !is_blank(text, line) { text.len() } else { text.line_start(line) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    fn check(before: &str, motions: &[Motion], extend: Extend, after: &str) {
        let (text, mut selections) = fixture::read(before);
        for &motion in motions {
            selections = move_selections(&text, &selections, motion, extend, TabWidth::default());
        }
        assert_eq!(fixture::write(&text, &selections), after, "{motions:?} from {before:?}");
    }

    #[test]
    fn cursors_move() {
        check("a|b", &[Motion::Left], Extend::No, "|ab");
        check("|e\u{301}b", &[Motion::Right], Extend::No, "e\u{301}|b");
        check("a|\r\nb", &[Motion::Right], Extend::No, "a\r\n|b");
        check("[ab]c", &[Motion::Left], Extend::No, "|abc");
        check("]ab[c", &[Motion::Right], Extend::No, "ab|c");
        check("one t|wo", &[Motion::WordLeft], Extend::No, "one |two");
        check("  a|b", &[Motion::LineStart], Extend::No, "  |ab");
        check("  a|b", &[Motion::LineStart, Motion::LineStart], Extend::No, "|  ab");
        check("a|b\r\nc", &[Motion::LineEnd], Extend::No, "ab|\r\nc");
        check("a|b\nc", &[Motion::TextEnd], Extend::No, "ab\nc|");
        check("ab|\n|cd", &[Motion::Left], Extend::No, "a|b|\ncd");
    }

    #[test]
    fn vertical_movement_keeps_its_column() {
        let down = Motion::Down(1);
        check("abcd|\nx\nabcdef", &[down], Extend::No, "abcd\nx|\nabcdef");
        check("abcd|\nx\nabcdef", &[down, down], Extend::No, "abcd\nx\nabcd|ef");
        check("\tx|y\n漢字漢字", &[down], Extend::No, "\txy\n漢字|漢字");
        check("a\nb|b", &[down], Extend::No, "a\nbb|");
        check("a\nb|b", &[Motion::Up(9)], Extend::No, "a|\nbb");
        check("a|b", &[Motion::Up(1)], Extend::No, "|ab");
    }

    #[test]
    fn selections_extend() {
        check("a|bc", &[Motion::Right], Extend::Yes, "a[b]c");
        check("a|bc", &[Motion::Left], Extend::Yes, "]a[bc");
        check("a[b]c", &[Motion::Left], Extend::Yes, "a|bc");
        check("a|b\ncd", &[Motion::Down(1)], Extend::Yes, "a[b\nc]d");
        check("|ab |cd", &[Motion::TextEnd], Extend::Yes, "[ab cd]");
    }

    #[test]
    fn paragraphs_are_between_blank_lines() {
        check("a\nb\n \nc|", &[Motion::ParagraphUp], Extend::No, "a\nb\n| \nc");
        check("a\nb|\n\nc", &[Motion::ParagraphUp], Extend::No, "|a\nb\n\nc");
        check("|a\nb\n\nc", &[Motion::ParagraphDown], Extend::No, "a\nb\n|\nc");
        check("a\n|\nc", &[Motion::ParagraphDown], Extend::No, "a\n\nc|");
    }
}
