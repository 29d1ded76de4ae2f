//! Editing by the structure of the text: indentation, brackets, and what is around a selection.

use witdock_editor_core::commands;
use witdock_editor_core::{Extend, Selection, Selections};

use super::{Author, Buffer, DocumentId, Documents, Origin};
use crate::message::Message;
use crate::outbox::{Effect, Outbox};
use crate::syntax::Parsed;

impl Documents {
    /// Brings all syntax trees up to date.
    pub(crate) fn follow_syntax(&mut self, out: &mut Outbox) {
        for buffer in self.all_mut() {
            let Buffer { document, syntax, language, path, id, .. } = buffer;
            if let Some(task) = syntax.follow(document, language, path.as_deref()) {
                out.effect(Effect::Parse { document: *id, task });
            }
        }
    }

    /// Takes a tree that was parsed beside the session.
    pub(crate) fn parsed(&mut self, id: DocumentId, parsed: Parsed) {
        if let Some(buffer) = self.find_mut(id) {
            buffer.syntax.parsed(parsed);
        }
    }

    /// Breaks the line, and indents the new one as the language wants it.
    pub(crate) fn newline(&mut self, out: &mut Outbox) {
        self.follow_syntax(out);
        let Some(Buffer { document, syntax, language, author, .. }) = self.active_mut() else { return };
        *author = Author::Person(Origin::Typed);
        let text = document.text();
        let transaction = commands::newline_as(document.view(), |at| syntax.deeper(text, at, language));
        if let Err(error) = document.apply(transaction) {
            out.show(Message::error(error.to_string()));
        }
    }

    /// Types a closing bracket, indented as the line of its opening one.
    pub(crate) fn type_closing(&mut self, bracket: char, out: &mut Outbox) {
        self.follow_syntax(out);
        let Some(Buffer { document, syntax, author, .. }) = self.active_mut() else { return };
        *author = Author::Person(Origin::Typed);
        let text = document.text();
        let opener = |at| syntax.opener_of(text, at, bracket);
        let transaction = commands::type_closing(document.view(), bracket, opener);
        if let Err(error) = document.apply(transaction) {
            out.show(Message::error(error.to_string()));
        }
    }

    /// Expands the selections to what is around them in the syntax.
    pub(crate) fn expand_selection(&mut self) {
        let Some(Buffer { document, syntax, .. }) = self.active_mut() else { return };
        let selections = syntax.expand(document.view());
        document.set_selections(selections);
    }

    /// Takes the last expansion back.
    pub(crate) fn shrink_selection(&mut self) {
        let Some(Buffer { document, syntax, .. }) = self.active_mut() else { return };
        let selections = syntax.shrink(document.view());
        document.set_selections(selections);
    }

    /// Moves the cursors to the brackets that belong to those at them.
    pub(crate) fn go_to_bracket(&mut self, extend: Extend, out: &mut Outbox) {
        let Some(Buffer { document, syntax, .. }) = self.active_mut() else { return };
        let text = document.text();
        let mut found = false;
        let moved: Selections = document.selections().map_each(|selection| {
            let Some((here, there)) = syntax.brackets_at(text, selection.head) else { return selection };
            found = true;
            // From before a bracket to before the other one, and from behind it to behind it.
            let head = if selection.head == here { there } else { there + 1 };
            Selection::new(if extend == Extend::Yes { selection.anchor } else { head }, head)
        });
        document.set_selections(moved);
        if !found {
            out.show(Message::info("no pair of brackets at the cursor"));
        }
    }
}
