//! Bringing white space and line breaks into order, before a text is saved.

use super::View;
use crate::change::{Bias, Edit};
use crate::line_ending::LineEnding;
use crate::selection::Selection;
use crate::transaction::Transaction;

/// What is brought into order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tidy {
    /// Whether spaces and tabs at the ends of lines are removed.
    pub trims: bool,
    /// Whether the last line gets a line break.
    pub final_newline: bool,
    /// The line break that all lines get.
    pub line_ending: Option<LineEnding>,
}

/// Brings the whole text into order. O(n).
pub fn tidy(view: View<'_>, what: Tidy) -> Transaction {
    let mut edits = Vec::new();
    // Where the line starts, and the end of what is not blank in it.
    let (mut line_start, mut content_end) = (0, 0);
    let (mut at, mut after_cr) = (0, false);
    if what != Tidy::default() {
        for byte in view.text.chunks(0..view.text.len()).flat_map(str::bytes) {
            if after_cr && byte != b'\n' {
                // A lone CR is a character.
                content_end = at;
            }
            match byte {
                b'\n' => {
                    let break_start = at - usize::from(after_cr);
                    if what.trims && content_end < break_start {
                        edits.push(Edit::delete(content_end..break_start));
                    }
                    match what.line_ending {
                        Some(LineEnding::Lf) if after_cr => edits.push(Edit::delete(break_start..at)),
                        Some(LineEnding::CrLf) if !after_cr => edits.push(Edit::insert(at, "\r")),
                        _ => {}
                    }
                    (line_start, content_end) = (at + 1, at + 1);
                }
                b' ' | b'\t' | b'\r' => {}
                _ => content_end = at + 1,
            }
            after_cr = byte == b'\r';
            at += 1;
        }
        let end = if what.trims && !after_cr { content_end } else { at };
        if end < at {
            edits.push(Edit::delete(end..at));
        }
        if what.final_newline && line_start < end {
            edits.push(Edit::insert(at, what.line_ending.unwrap_or(view.style.line_ending).as_str()));
        }
    }
    let transaction = view.transaction(edits);
    // A cursor at the end stays there, and does not go to the new line.
    let changes = transaction.changes();
    let place = |at| changes.map(at, Bias::Before);
    let after = view.selections.map_each(|one| Selection::new(place(one.anchor), place(one.head)));
    transaction.with_selections(after)
}

#[cfg(test)]
mod tests {
    use super::super::check;
    use super::*;

    fn tidied(what: Tidy, before: &str, after: &str) {
        check::edits(|view| tidy(view, what), before, after);
    }

    #[test]
    fn white_space_and_line_breaks_come_into_order() {
        let all = Tidy { trims: true, final_newline: true, line_ending: Some(LineEnding::Lf) };
        tidied(all, "|a \t\r\n b  \n\n  x", "|a\n b\n\n  x\n");
        tidied(all, "|a\n  ", "|a\n");
        tidied(all, "|", "|");
        tidied(all, "|  \n", "|\n");
        tidied(all, "a  |  \nb|", "a|\nb|\n");
        tidied(Tidy { trims: true, ..Tidy::default() }, "|a\r b \r\nc\r", "|a\r b\r\nc\r");
        tidied(Tidy { line_ending: Some(LineEnding::CrLf), ..Tidy::default() }, "|a\nb\r\nc", "|a\r\nb\r\nc");
        tidied(Tidy { final_newline: true, ..Tidy::default() }, "|a\r\nb", "|a\r\nb\r\n");
        tidied(Tidy::default(), "|a \n b", "|a \n b");
    }
}
