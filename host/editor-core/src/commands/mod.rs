//! The commands of an editor: functions from a [`View`] of a document to its change.
//!
//! A command that edits gives a [`Transaction`] for [`Document::apply`](crate::Document::apply); one that selects
//! gives [`Selections`] for [`Document::set_selections`](crate::Document::set_selections). None changes anything
//! itself, and each works at all selections at once. The cost depends on the lines that it touches, not on the text.

mod clipboard;
mod comment;
mod delete;
mod indentation;
mod insert;
mod lines;
mod select;
mod tidy;

pub use clipboard::{Clip, copy, cut, paste};
pub use comment::toggle_line_comment;
pub use delete::{
    delete_back, delete_forward, delete_lines, delete_to_line_end, delete_to_line_start, delete_word_back,
    delete_word_forward,
};
pub use indentation::{indent, outdent};
pub use insert::{Deeper, insert_tab, insert_text, newline, newline_as, type_closing, type_text};
pub use lines::{duplicate_lines, join_lines, move_lines_down, move_lines_up};
pub use select::{
    add_cursor_above, add_cursor_below, add_next_match, select_all, select_all_matches, select_lines,
    select_word, split_into_lines,
};
pub use tidy::{Tidy, tidy};

use std::ops::RangeInclusive;

use crate::change::{Bias, ChangeSet, Edit};
use crate::selection::{Selection, Selections};
use crate::style::Style;
use crate::text::Text;
use crate::transaction::{EditKind, Revision, Transaction};

/// A document's state as commands see it.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// The text.
    pub text: &'a Text,
    /// The selections, within the text.
    pub selections: &'a Selections,
    /// The text's revision.
    pub revision: Revision,
    /// The style of new text.
    pub style: Style,
}

impl View<'_> {
    /// A transaction of edits that lie within the text; the selections move through it.
    fn transaction(&self, edits: impl IntoIterator<Item = Edit>) -> Transaction {
        Transaction::new(self.revision, ChangeSet::clipped(self.text.len(), edits))
    }

    /// Edits that leave a cursor, with nothing selected, at the end of where each selection was.
    fn collapsing(&self, kind: EditKind, edits: impl IntoIterator<Item = Edit>) -> Transaction {
        let transaction = self.transaction(edits);
        let mut mapper = transaction.changes().mapper();
        let after = self.selections.map_each(|s| Selection::at(mapper.map(s.end(), Bias::After)));
        transaction.with_selections(after).with_kind(kind)
    }

    /// The lines of a selection. The line at whose start a selection ends is not one of them.
    fn lines_of(&self, selection: Selection) -> RangeInclusive<usize> {
        let first = self.text.line_at(selection.start());
        let last = self.text.line_at(selection.end());
        let before_last = last > first && selection.end() == self.text.line_start(last);
        first..=if before_last { last - 1 } else { last }
    }

    /// The lines of all selections, in order. Adjacent lines are one block.
    fn blocks(&self) -> Vec<RangeInclusive<usize>> {
        let mut blocks: Vec<RangeInclusive<usize>> = Vec::new();
        for lines in self.selections.iter().map(|selection| self.lines_of(selection)) {
            match blocks.last_mut() {
                Some(last) if *lines.start() <= last.end() + 1 => {
                    *last = *last.start()..=*lines.end().max(last.end());
                }
                _ => blocks.push(lines),
            }
        }
        blocks
    }

    fn is_blank(&self, line: usize) -> bool {
        let range = self.text.line_range(line);
        self.text.chunks(range).all(|chunk| chunk.chars().all(char::is_whitespace))
    }
}

#[cfg(test)]
mod check {
    use super::*;
    use crate::document::Document;
    use crate::encoding::Decoded;
    use crate::fixture;

    /// A document of a text with its selections drawn in.
    pub(super) fn document(marked: &str) -> Document {
        let (text, selections) = fixture::read(marked);
        let mut document = Document::from(Decoded::from_bytes(text.to_string().as_bytes()).unwrap());
        document.set_selections(selections);
        document
    }

    /// Runs a command on a text with selections drawn in, and undoes it.
    pub(super) fn edits(command: impl Fn(View<'_>) -> Transaction, before: &str, after: &str) {
        let mut document = document(before);
        document.apply(command(document.view())).unwrap();
        assert_eq!(fixture::write(document.text(), document.selections()), after, "from {before:?}");
        if document.undo().unwrap() {
            assert_eq!(fixture::write(document.text(), document.selections()), before);
        }
    }

    pub(super) fn selects(command: impl Fn(View<'_>) -> Selections, before: &str, after: &str) {
        let mut document = document(before);
        document.set_selections(command(document.view()));
        assert_eq!(fixture::write(document.text(), document.selections()), after, "from {before:?}");
    }
}
