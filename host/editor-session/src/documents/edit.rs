//! Changing the text and the selections of the active document.

use std::ops::Range;

use witdock_editor_core::commands::{self, Clip, View};
use witdock_editor_core::{
    ChangeError, ChangeSet, Edit, Extend, HistoryError, LineColumn, Motion, Selection, Selections, Text,
    Transaction, move_selections,
};

use super::{Author, Buffer, DocumentId, Documents, Origin};
use crate::language;
use crate::message::Message;
use crate::outbox::{Outbox, Request};

impl Documents {
    /// Changes the text, as one step to undo. Typing merges with typing before it.
    pub(crate) fn change(
        &mut self,
        origin: Origin,
        make: impl FnOnce(View<'_>) -> Transaction,
        out: &mut Outbox,
    ) {
        let Some(Buffer { document, author, .. }) = self.active_mut() else { return };
        *author = Author::Person(origin);
        let transaction = make(document.view());
        if let Err(error) = document.apply(transaction) {
            out.show(Message::error(error.to_string()));
        }
    }

    pub(crate) fn select(&mut self, select: impl FnOnce(View<'_>) -> Selections) {
        if let Some(Buffer { document, .. }) = self.active_mut() {
            document.set_selections(select(document.view()));
        }
    }

    pub(crate) fn one_cursor(&mut self) {
        self.select(|view| view.selections.only_primary());
    }

    pub(crate) fn move_cursors(&mut self, motion: Motion, extend: Extend) {
        self.select(|view| move_selections(view.text, view.selections, motion, extend, view.style.tab_width));
    }

    /// Indents the selected lines, or inserts one level of indentation at the cursors.
    pub(crate) fn indent(&mut self, out: &mut Outbox) {
        let spans_lines = self.active().is_some_and(|buffer| {
            let text = buffer.document.text();
            let mut selections = buffer.document.selections().iter();
            selections.any(|one| text.line_at(one.start()) != text.line_at(one.end()))
        });
        self.change(Origin::Command, if spans_lines { commands::indent } else { commands::insert_tab }, out);
    }

    pub(crate) fn toggle_comment(&mut self, out: &mut Outbox) {
        let token = self.active().and_then(|buffer| language::comment(buffer.language()));
        match token {
            Some(token) => {
                self.change(Origin::Command, |view| commands::toggle_line_comment(view, token), out);
            }
            None => out.show(Message::info("this language has no line comments")),
        }
    }

    pub(crate) fn paste(&mut self, out: &mut Outbox) {
        let clip = self.clip.clone();
        self.change(Origin::Pasted, |view| commands::paste(view, &clip), out);
    }

    pub(crate) fn paste_text(&mut self, text: &str, out: &mut Outbox) {
        self.change(Origin::Pasted, |view| commands::paste(view, &Clip::from(text)), out);
    }

    pub(crate) fn copy(&mut self, out: &mut Outbox) {
        let Some(buffer) = self.active() else { return };
        self.clip = commands::copy(buffer.document.view());
        out.request(Request::Copy(self.clip.text()));
    }

    pub(crate) fn cut(&mut self, out: &mut Outbox) {
        self.copy(out);
        self.change(Origin::Command, |view| commands::cut(view).1, out);
    }

    pub(crate) fn undo(&mut self, out: &mut Outbox) {
        self.travel(|buffer| buffer.document.undo(), "nothing to undo", out);
    }

    pub(crate) fn redo(&mut self, out: &mut Outbox) {
        self.travel(|buffer| buffer.document.redo(), "nothing to redo", out);
    }

    fn travel(
        &mut self,
        go: impl FnOnce(&mut Buffer) -> Result<bool, HistoryError>,
        nothing: &str,
        out: &mut Outbox,
    ) {
        let Some(buffer) = self.active_mut() else { return };
        buffer.author = Author::Person(Origin::History);
        match go(buffer) {
            Ok(true) => {}
            Ok(false) => out.show(Message::info(nothing)),
            Err(error) => out.show(Message::error(error.to_string())),
        }
    }

    /// Replaces the text of a document by another one, as one step to undo that changes only what differs.
    pub(crate) fn replace_text(
        &mut self,
        id: DocumentId,
        text: &Text,
        origin: Origin,
    ) -> Result<(), ChangeError> {
        let Some(Buffer { document, author, .. }) = self.find_mut(id) else { return Ok(()) };
        *author = Author::Person(origin);
        let changes = ChangeSet::between(document.text(), text);
        document.apply(Transaction::new(document.revision(), changes)).map(drop)
    }

    /// Puts the cursor at the start of a line, counted from 1.
    pub(crate) fn go_to_line(&mut self, number: usize) {
        self.select(|view| {
            let last = view.text.line_count().saturating_sub(1);
            let line = number.saturating_sub(1).min(last);
            Selections::one(Selection::at(view.text.offset(LineColumn { line, column: 0 })))
        });
    }

    /// The selected text, if it lies within one line.
    pub fn selected_word(&self) -> String {
        let selected = self
            .active()
            .map(|Buffer { document, .. }| document.text().slice(document.selections().primary().range()));
        selected.filter(|text| !text.contains('\n')).unwrap_or_default()
    }

    /// Replaces a range by a text, as a step of its own, and puts the cursor behind it.
    pub(crate) fn insert(&mut self, range: Range<usize>, text: String, out: &mut Outbox) {
        let Some(Buffer { document, author, .. }) = self.active_mut() else { return };
        *author = Author::Person(Origin::Command);
        document.break_undo();
        let end = range.start + text.len();
        match document.apply_edits(document.revision(), [Edit::replace(range, text)]) {
            Ok(_) => document.set_selections(Selections::one(Selection::at(end))),
            Err(error) => out.show(Message::error(error.to_string())),
        }
    }
}
