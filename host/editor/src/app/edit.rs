//! What changes the text and the selections.

use witdock_editor_core::commands::{self, Clip, View};
use witdock_editor_core::{Extend, Motion, Transaction, move_selections};

use super::{App, Command, Effect, Message};
use crate::buffer::{Author, Buffer, Origin};
use crate::language;

impl App {
    /// Runs a command that concerns the active document alone.
    pub(super) fn edit(&mut self, command: Command) {
        let page = self.text_lines().saturating_sub(1).max(1);
        match command {
            Command::Move(motion, extend) => self.go(motion, extend),
            Command::PageUp(extend) => self.go(Motion::Up(page), extend),
            Command::PageDown(extend) => self.go(Motion::Down(page), extend),
            Command::Select(select) => {
                if let Some(Buffer { document, .. }) = self.active_mut() {
                    document.set_selections(select(document.view()));
                }
            }
            Command::OneCursor => {
                if let Some(Buffer { document, .. }) = self.active_mut() {
                    document.set_selections(document.selections().only_primary());
                }
            }
            Command::Change(change) => self.change(change),
            Command::Newline => self.change_by(Origin::Typed, commands::newline),
            Command::Indent => {
                let spans_lines = self.active().is_some_and(|buffer| {
                    let text = buffer.document.text();
                    buffer
                        .document
                        .selections()
                        .iter()
                        .any(|one| text.line_at(one.start()) != text.line_at(one.end()))
                });
                self.change(if spans_lines { commands::indent } else { commands::insert_tab });
            }
            Command::ToggleComment => {
                let sign = self.active().and_then(|buffer| language::comment(buffer.language()));
                match sign {
                    Some(sign) => self.change(|view| commands::toggle_line_comment(view, sign)),
                    None => self.say(Message::info("this language has no comments that begin a line")),
                }
            }
            Command::Paste => {
                let clip = self.clip.clone();
                self.change_by(Origin::Pasted, |view| commands::paste(view, &clip));
            }
            Command::Undo => self.travel(|buffer| buffer.document.undo(), "there is nothing to undo"),
            Command::Redo => self.travel(|buffer| buffer.document.redo(), "there is nothing to redo"),
            _ => {}
        }
    }

    pub(super) fn type_character(&mut self, character: char) {
        let mut utf8 = [0; 4];
        let text: &str = character.encode_utf8(&mut utf8);
        self.change_by(Origin::Typed, |view| commands::type_text(view, text));
    }

    /// Puts in what the terminal has pasted, or adds it to the line that is being typed.
    pub(super) fn paste(&mut self, text: &str) {
        use super::Mode;
        let first_line = text.lines().next().unwrap_or_default();
        match &mut self.mode {
            Mode::Edit => self.change_by(Origin::Pasted, |view| commands::paste(view, &Clip::from(text))),
            Mode::Find(find) => {
                find.query.push_str(first_line);
                self.find_again();
            }
            Mode::Prompt(prompt) => prompt.line.push_str(first_line),
            Mode::Palette(palette) => palette.query.push_str(first_line),
            Mode::Answer(answering) => answering.line.push_str(first_line),
            Mode::ConfirmQuit
            | Mode::ConfirmOverwrite
            | Mode::ConfirmClose
            | Mode::Plugins(_)
            | Mode::Consent
            | Mode::Panel
            | Mode::Reading(_) => {}
        }
    }

    pub(super) fn copy(&mut self) -> Vec<Effect> {
        let Some(buffer) = self.active() else { return Vec::new() };
        self.clip = commands::copy(buffer.document.view());
        vec![Effect::Copy(self.clip.text())]
    }

    pub(super) fn cut(&mut self) -> Vec<Effect> {
        let Some(buffer) = self.active() else { return Vec::new() };
        let (clip, _) = commands::cut(buffer.document.view());
        self.clip = clip;
        self.change(|view| commands::cut(view).1);
        vec![Effect::Copy(self.clip.text())]
    }

    fn go(&mut self, motion: Motion, extend: Extend) {
        let columns = self.text_columns();
        let rows = match motion {
            Motion::Up(count) => isize::try_from(count).ok().map(|count| -count),
            Motion::Down(count) => isize::try_from(count).ok(),
            _ => None,
        };
        if let (Some(rows), Some(buffer)) = (rows, self.active_mut())
            && buffer.wraps
        {
            return buffer.move_rows(rows, extend, columns);
        }
        if let Some(Buffer { document, .. }) = self.active_mut() {
            let tab = document.style().tab_width;
            let selections = move_selections(document.text(), document.selections(), motion, extend, tab);
            document.set_selections(selections);
        }
    }

    fn change(&mut self, make: impl FnOnce(View<'_>) -> Transaction) {
        self.change_by(Origin::Command, make);
    }

    fn change_by(&mut self, origin: Origin, make: impl FnOnce(View<'_>) -> Transaction) {
        let Some(Buffer { document, author, .. }) = self.active_mut() else { return };
        *author = Author::Person(origin);
        let transaction = make(document.view());
        if let Err(error) = document.apply(transaction) {
            self.say(Message::error(error.to_string()));
        }
    }

    fn travel(
        &mut self,
        go: impl FnOnce(&mut Buffer) -> Result<bool, witdock_editor_core::HistoryError>,
        nothing: &str,
    ) {
        let Some(buffer) = self.active_mut() else { return };
        buffer.author = Author::Person(Origin::History);
        match go(buffer) {
            Ok(true) => {}
            Ok(false) => self.say(Message::info(nothing)),
            Err(error) => self.say(Message::error(error.to_string())),
        }
    }
}
