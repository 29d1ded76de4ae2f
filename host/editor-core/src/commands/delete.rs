use super::View;
use crate::change::Edit;
use crate::column::display_column;
use crate::grapheme::{next_grapheme, previous_grapheme};
use crate::indent::{IndentStyle, indentation};
use crate::selection::Selection;
use crate::transaction::{EditKind, Transaction};
use crate::word::{next_word, previous_word};

/// Deletes the selection or, at a cursor, the grapheme before it; in indentation of spaces, to the previous indentation
/// stop.
pub fn delete_back(view: View<'_>) -> Transaction {
    delete(view, EditKind::DeleteBack, |cursor| indentation_stop(view, cursor)..cursor)
}

/// Deletes the selection or, at a cursor, the grapheme after it.
pub fn delete_forward(view: View<'_>) -> Transaction {
    delete(view, EditKind::DeleteForward, |cursor| cursor..next_grapheme(view.text, cursor))
}

/// Deletes the selection or, at a cursor, to the start of the word.
pub fn delete_word_back(view: View<'_>) -> Transaction {
    delete(view, EditKind::Other, |cursor| previous_word(view.text, cursor)..cursor)
}

/// Deletes the selection or, at a cursor, to the end of the word.
pub fn delete_word_forward(view: View<'_>) -> Transaction {
    delete(view, EditKind::Other, |cursor| cursor..next_word(view.text, cursor))
}

/// Deletes the selection or, at a cursor, to the start of the line; at its start, the line break before it.
pub fn delete_to_line_start(view: View<'_>) -> Transaction {
    delete(view, EditKind::Other, |cursor| {
        let start = view.text.line_start(view.text.line_at(cursor));
        if start < cursor { start..cursor } else { previous_grapheme(view.text, cursor)..cursor }
    })
}

/// Deletes the selection or, at a cursor, to the end of the line; at its end, the line break.
pub fn delete_to_line_end(view: View<'_>) -> Transaction {
    delete(view, EditKind::Other, |cursor| {
        let end = view.text.line_end(view.text.line_at(cursor));
        if cursor < end { cursor..end } else { cursor..next_grapheme(view.text, cursor) }
    })
}

/// Deletes the selected lines. With the last line of the text, the line break before it is deleted.
pub fn delete_lines(view: View<'_>) -> Transaction {
    let edits = view.blocks().into_iter().map(|block| {
        let mut range = view.text.line_start(*block.start())..view.text.line_range(*block.end()).end;
        let ends_without_break = range.end == view.text.line_end(*block.end());
        if ends_without_break && let Some(before) = block.start().checked_sub(1) {
            range.start = view.text.line_end(before);
        }
        Edit::delete(range)
    });
    view.collapsing(EditKind::Other, edits)
}

fn delete(
    view: View<'_>,
    kind: EditKind,
    at_cursor: impl Fn(usize) -> std::ops::Range<usize>,
) -> Transaction {
    let range = |selection: Selection| {
        if selection.is_empty() { at_cursor(selection.head) } else { selection.range() }
    };
    view.collapsing(kind, view.selections.iter().map(|selection| Edit::delete(range(selection))))
}

/// The place where a deletion backwards from `cursor` starts.
fn indentation_stop(view: View<'_>, cursor: usize) -> usize {
    let line = view.text.line_at(cursor);
    let start = view.text.line_start(line);
    let grapheme = previous_grapheme(view.text, cursor);
    let IndentStyle::Spaces(_) = view.style.indent else { return grapheme };
    let indentation = indentation(view.text, line);
    let Some(before) = indentation.get(..cursor - start).filter(|before| before.ends_with(' ')) else {
        return grapheme;
    };
    let column = display_column(view.text, cursor, view.style.tab_width);
    let width = view.style.indent.width(view.style.tab_width);
    // From a stop to the previous one; from between stops to the nearest one before.
    let surplus = (column - 1) % width + 1;
    let spaces = before.bytes().rev().take_while(|&byte| byte == b' ').count();
    cursor - surplus.min(spaces)
}

#[cfg(test)]
mod tests {
    use super::super::check::edits;
    use super::*;

    #[test]
    fn graphemes_are_deleted() {
        edits(delete_back, "ae\u{301}|b|", "a|");
        edits(delete_back, "a\r\n|b", "a|b");
        edits(delete_back, "|a[b]c", "|a|c");
        edits(delete_back, "|a", "|a");
        edits(delete_forward, "|a\r\n|b👩‍👩‍👧", "|\r\n|👩‍👩‍👧");
        edits(delete_forward, "a|\r\nb|", "a|b|");
        edits(delete_forward, "]ab[c", "|c");
    }

    #[test]
    fn indentation_is_deleted_by_stops() {
        edits(delete_back, "x\n    y\nx\n    y\n        |a", "x\n    y\nx\n    y\n    |a");
        edits(delete_back, "x\n    y\nx\n    y\n      |a", "x\n    y\nx\n    y\n    |a");
        edits(delete_back, "a   |b", "a  |b");
        edits(delete_back, "x\n\t\t|a", "x\n\t|a");
        edits(delete_back, "x\n  y\n\t  |a", "x\n  y\n\t|a");
    }

    #[test]
    fn words_are_deleted() {
        edits(delete_word_back, "one two|", "one |");
        edits(delete_word_back, "one t|w|o", "one |o");
        edits(delete_word_back, "a\n  |b", "|b");
        edits(delete_word_forward, "|one two", "| two");
        edits(delete_word_forward, "one|  two", "one|");
    }

    #[test]
    fn parts_of_lines_are_deleted() {
        edits(delete_to_line_start, "a\nb|c", "a\n|c");
        edits(delete_to_line_start, "a\n|c", "a|c");
        edits(delete_to_line_end, "a|b\r\nc", "a|\r\nc");
        edits(delete_to_line_end, "a|\r\nc", "a|c");
    }

    #[test]
    fn lines_are_deleted() {
        edits(delete_lines, "a\nb|b\nc", "a\n|c");
        edits(delete_lines, "a\r\nb|b", "a|");
        edits(delete_lines, "a\n[b\nc\n]d", "a\n|d");
        edits(delete_lines, "a|\nb\nc|\nd|", "|b|");
        edits(delete_lines, "|only", "|");
        edits(delete_lines, "a\n|", "a|");
    }
}
