//! Editing the active document.

use witdock_editor_core::commands::{self, View};
use witdock_editor_core::{Extend, Motion, Selections, Transaction};

use super::Session;
use crate::documents::Origin;

impl Session {
    /// Changes the text, as one step to undo.
    pub fn change(&mut self, origin: Origin, make: impl FnOnce(View<'_>) -> Transaction) {
        self.documents.change(origin, make, &mut self.out);
    }

    /// Types a character, and asks plugins for completions where it continues a word.
    pub fn type_character(&mut self, character: char) {
        let mut utf8 = [0; 4];
        let text: &str = character.encode_utf8(&mut utf8);
        if matches!(character, '}' | ']' | ')') {
            self.documents.type_closing(character, &mut self.out);
        } else {
            self.change(Origin::Typed, |view| commands::type_text(view, text));
        }
        self.plugins.complete_after_typing(&self.documents);
    }

    /// Inserts a text that comes from another program.
    pub fn paste_text(&mut self, text: &str) {
        self.documents.paste_text(text, &mut self.out);
    }

    /// Replaces the selections.
    pub fn select(&mut self, select: impl FnOnce(View<'_>) -> Selections) {
        self.documents.select(select);
    }

    /// Moves all cursors.
    pub fn move_cursors(&mut self, motion: Motion, extend: Extend) {
        self.documents.move_cursors(motion, extend);
    }

    /// Puts the cursor at the start of a line, counted from 1.
    pub fn go_to_line(&mut self, number: usize) {
        self.documents.go_to_line(number);
    }

    /// Breaks the line, and indents the new one as the language wants it.
    pub(crate) fn newline(&mut self) {
        self.documents.newline(&mut self.out);
    }

    pub(crate) fn expand_selection(&mut self) {
        self.documents.expand_selection();
    }

    pub(crate) fn shrink_selection(&mut self) {
        self.documents.shrink_selection();
    }

    pub(crate) fn go_to_bracket(&mut self, extend: Extend) {
        self.documents.go_to_bracket(extend, &mut self.out);
    }

    pub(crate) fn one_cursor(&mut self) {
        self.documents.one_cursor();
        self.search.hide();
    }

    pub(crate) fn indent(&mut self) {
        self.documents.indent(&mut self.out);
    }

    pub(crate) fn toggle_comment(&mut self) {
        self.documents.toggle_comment(&mut self.out);
    }

    pub(crate) fn undo(&mut self) {
        self.documents.undo(&mut self.out);
    }

    pub(crate) fn redo(&mut self) {
        self.documents.redo(&mut self.out);
    }

    pub(crate) fn copy(&mut self) {
        self.documents.copy(&mut self.out);
    }

    pub(crate) fn cut(&mut self) {
        self.documents.cut(&mut self.out);
    }

    /// Pastes what is on the system's clipboard. Where the editor has put it there, or it cannot be read, that is the editor's own clipboard,
    /// which knows of whole lines and of cursors.
    pub fn paste_from_system(&mut self, text: Option<&str>) {
        let own = self.documents.clipboard();
        match text.filter(|text| !text.is_empty()) {
            Some(text) if text.replace("\r\n", "\n") != own.replace("\r\n", "\n") => {
                self.paste_text(&text.replace("\r\n", "\n"));
            }
            _ => self.paste(),
        }
    }

    pub(crate) fn paste(&mut self) {
        self.documents.paste(&mut self.out);
    }
}
