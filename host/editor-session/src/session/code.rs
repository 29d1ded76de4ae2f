//! Asking plugins about code.

use super::Session;
use crate::code::Question;
use crate::message::Message;

impl Session {
    fn ask_code(&mut self, question: &Question, nobody: &str) {
        if !self.plugins.ask_code(question, &self.documents) {
            self.out.show(Message::info(nobody));
        }
    }

    pub(crate) fn go_to_definition(&mut self) {
        self.ask_code(&Question::Definition, "no plugin finds definitions in this language");
    }

    pub(crate) fn list_references(&mut self) {
        self.ask_code(&Question::References, "no plugin finds uses in this language");
    }

    pub(crate) fn list_symbols(&mut self) {
        self.ask_code(&Question::Symbols, "no plugin lists the symbols of this language");
    }

    pub(crate) fn list_actions(&mut self) {
        let Some(buffer) = self.documents.active() else { return };
        let selected = buffer.document.selections().primary().range();
        self.ask_code(&Question::Actions(selected), "no plugin knows what to do in this language");
    }

    pub(crate) fn go_back(&mut self) {
        self.plugins.go_back(&mut self.documents, &mut self.out);
    }

    /// The word at the cursor, to begin a new name with.
    pub fn word_at_cursor(&self) -> String {
        let Some(buffer) = self.documents.active() else { return String::new() };
        let text = buffer.document.text();
        let is_of_word = |character: char| character.is_alphanumeric() || character == '_';
        let (mut start, mut end) = (buffer.cursor(), buffer.cursor());
        while let Some(before) = text.char_before(start).filter(|before| is_of_word(*before)) {
            start -= before.len_utf8();
        }
        while let Some(after) = text.char_at(end).filter(|after| is_of_word(*after)) {
            end += after.len_utf8();
        }
        text.slice(start..end)
    }

    /// Gives the symbol at the cursor another name, in all files.
    pub fn rename(&mut self, name: &str) {
        self.ask_code(&Question::Rename(name.to_owned()), "no plugin renames symbols in this language");
    }

    /// Agrees to the edits that [`Request::AskToEdit`](crate::Request::AskToEdit) has asked about, or drops them.
    pub fn answer_edit(&mut self, is_agreed: bool) {
        if is_agreed {
            self.plugins.agree_to_edit(&mut self.documents, &mut self.out);
        } else {
            self.plugins.refuse_pending_edit();
        }
    }
}
