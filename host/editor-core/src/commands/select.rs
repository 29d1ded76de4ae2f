use std::ops::Range;

use super::View;
use crate::column::{display_column, offset_at_column};
use crate::grapheme::is_grapheme_boundary;
use crate::search::{Case, Query, QueryOptions};
use crate::selection::{Selection, Selections};
use crate::word::word_at;

/// Selects the whole text.
pub fn select_all(view: View<'_>) -> Selections {
    Selections::one(Selection::new(0, view.text.len()))
}

/// Selects the lines that each selection is in, line breaks included; again, the next line as well.
pub fn select_lines(view: View<'_>) -> Selections {
    let text = view.text;
    view.selections.map_each(|selection| {
        let lines = view.lines_of(selection);
        let start = text.line_start(*lines.start());
        let end = text.line_range(*lines.end()).end;
        let all_of_it = !selection.is_empty() && selection.range() == (start..end);
        Selection::new(start, if all_of_it { text.line_range(lines.end() + 1).end.max(end) } else { end })
    })
}

/// Selects the word at each cursor. Selections stay.
pub fn select_word(view: View<'_>) -> Selections {
    view.selections.map_each(|selection| {
        if !selection.is_empty() {
            return selection;
        }
        let word = word_at(view.text, selection.head);
        Selection::new(word.start, word.end)
    })
}

/// Splits each selection at line breaks: a selection for each line or, where nothing of a line is selected, a cursor at its
/// end.
pub fn split_into_lines(view: View<'_>) -> Selections {
    let parts = |selection: Selection| {
        view.lines_of(selection).map(move |line| {
            let start = view.text.line_start(line).max(selection.start());
            let end = view.text.line_end(line).min(selection.end()).max(start);
            selection.over(start..end)
        })
    };
    let list: Vec<Selection> = view.selections.iter().flat_map(parts).collect();
    let primary = list.iter().position(|part| part.start() >= view.selections.primary().start());
    Selections::new(list, primary.unwrap_or_default())
}

/// Adds a cursor in the line above each, in the same column.
pub fn add_cursor_above(view: View<'_>) -> Selections {
    add_cursors(view, |line| line.checked_sub(1))
}

/// Adds a cursor in the line below each, in the same column.
pub fn add_cursor_below(view: View<'_>) -> Selections {
    add_cursors(view, |line| Some(line + 1).filter(|&line| line < view.text.line_count()))
}

fn add_cursors(view: View<'_>, next: impl Fn(usize) -> Option<usize>) -> Selections {
    let tab = view.style.tab_width;
    let mut list: Vec<Selection> = view.selections.iter().collect();
    let mut primary = view.selections.primary_index();
    for (index, selection) in view.selections.iter().enumerate() {
        let Some(line) = next(view.text.line_at(selection.head)) else { continue };
        let column = selection.goal.unwrap_or_else(|| display_column(view.text, selection.head, tab));
        let head = offset_at_column(view.text, line, column, tab);
        if index == view.selections.primary_index() {
            primary = list.len();
        }
        list.push(Selection { anchor: head, head, goal: Some(column) });
    }
    Selections::new(list, primary)
}

/// Adds a selection of the next match of the primary selection's text, which becomes the primary one. A cursor selects its
/// word first. The search wraps around at the end.
pub fn add_next_match(view: View<'_>) -> Selections {
    let primary = view.selections.primary();
    if primary.is_empty() {
        return select_word(view);
    }
    let Some(query) = same_text(view) else { return view.selections.clone() };
    let (mut from, mut wrapped) = (primary.end(), false);
    while let Some(found) = query.next(view.text, from) {
        let around = wrapped && found.wrapped;
        wrapped |= found.wrapped;
        if around || (wrapped && found.range.start >= primary.start()) {
            break;
        }
        let free = |s: Selection| s.end() <= found.range.start || found.range.end <= s.start();
        if is_whole(view, &found.range) && view.selections.iter().all(free) {
            return view.selections.with(primary.over(found.range));
        }
        from = found.range.end;
    }
    view.selections.clone()
}

/// Whether a match can be selected: the LF of a CRLF cannot.
fn is_whole(view: View<'_>, range: &Range<usize>) -> bool {
    is_grapheme_boundary(view.text, range.start) && is_grapheme_boundary(view.text, range.end)
}

/// Selects all matches of the primary selection's text or, at a cursor, of its word.
pub fn select_all_matches(view: View<'_>) -> Selections {
    let selections = select_word(view);
    let view = View { selections: &selections, ..view };
    let Some(query) = same_text(view) else { return selections };
    let chosen = selections.primary();
    let matches = query.matches(view.text, 0..view.text.len()).filter(|range| is_whole(view, range));
    let list: Vec<Selection> = matches.map(|range| chosen.over(range)).collect();
    let primary = list.iter().position(|selection| selection.start() >= chosen.start());
    Selections::new(list, primary.unwrap_or_default())
}

/// A query for the primary selection's text; `None` if nothing is selected.
fn same_text(view: View<'_>) -> Option<Query> {
    let options = QueryOptions { case: Case::Sensitive, ..QueryOptions::default() };
    Query::new(&view.text.slice(view.selections.primary().range()), options).ok()
}

#[cfg(test)]
mod tests {
    use super::super::check::{document, selects};
    use super::*;

    #[test]
    fn wholes_are_selected() {
        selects(select_all, "a|b\nc|", "[ab\nc]");
        selects(select_lines, "a\nb|b\r\nc", "a\n[bb\r\n]c");
        selects(select_lines, "a\n[bb\r\n]c\nd", "a\n[bb\r\nc\n]d");
        selects(select_lines, "a\nb|", "a\n[b]");
        selects(select_word, "one t|wo, [th]ree", "one [two], [th]ree");
        selects(split_into_lines, "a[b\r\n\ncd\n]e", "a[b]\r\n|\n[cd]\ne");
        selects(split_into_lines, "]ab\ncd[", "]ab[\n]cd[");
    }

    #[test]
    fn cursors_are_added() {
        selects(add_cursor_below, "a|b\nc\ndef", "a|b\nc|\ndef");
        selects(add_cursor_below, "a|b\nc|d\nef", "a|b\nc|d\ne|f");
        selects(add_cursor_below, "ab|", "ab|");
        selects(add_cursor_above, "ab\nc|d", "a|b\nc|d");
        selects(add_cursor_above, "漢字\nab|", "漢|字\nab|");
        let mut document = document("ab|c\n\nabc");
        document.set_selections(add_cursor_below(document.view()));
        document.set_selections(add_cursor_below(document.view()));
        assert_eq!(document.selections().primary(), Selection::at(7));
    }

    #[test]
    fn matches_are_added() {
        selects(add_next_match, "a|b ab ab", "[ab] ab ab");
        selects(add_next_match, "[ab] ab ab", "[ab] [ab] ab");
        selects(add_next_match, "ab AB [ab]", "[ab] AB [ab]");
        selects(add_next_match, "ab ]ab[", "]ab[ ]ab[");
        selects(add_next_match, "[ab] [ab]", "[ab] [ab]");
        selects(add_next_match, "a[aa]", "a[aa]");
        selects(add_next_match, "a\r\nb[\n]c\n", "a\r\nb[\n]c[\n]");
        selects(add_next_match, "a.c [a.]c", "[a.]c [a.]c");
        selects(select_all_matches, "ab x|y xy", "ab [xy] [xy]");
        selects(select_all_matches, "\n|\n", "\n|\n");
    }
}
