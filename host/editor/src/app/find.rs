//! Finding while the text that is looked for is typed.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use witdock_editor_core::{Found, Query, QueryOptions, Selection, Selections, Text};

use super::mode::edit_line;
use super::{App, Effect, Find, Message, Mode};

impl App {
    pub(super) fn begin_find(&mut self) {
        let Some(buffer) = self.active() else { return };
        let origin = buffer.document.selections().clone();
        let query = self.selected_word();
        self.mode = Mode::Find(Find { query, origin });
    }

    /// What is selected, if it is of one line.
    pub(super) fn selected_word(&self) -> String {
        let selected = self
            .active()
            .map(|buffer| buffer.document.text().slice(buffer.document.selections().primary().range()));
        selected.filter(|text| !text.contains('\n')).unwrap_or_default()
    }

    pub(super) fn find_key(&mut self, mut find: Find, key: KeyEvent) -> Vec<Effect> {
        let shift = key.modifiers.contains(KeyModifiers::SHIFT);
        let again = key.code == KeyCode::Char('f') && key.modifiers.contains(KeyModifiers::CONTROL);
        match key.code {
            KeyCode::Esc => {
                if let Some(buffer) = self.active_mut() {
                    buffer.document.set_selections(find.origin);
                }
                return Vec::new();
            }
            // The next key edits at what was found.
            KeyCode::Enter if !shift && find.query.is_empty() => return Vec::new(),
            KeyCode::Enter | KeyCode::Down | KeyCode::Up => {
                let back = key.code == KeyCode::Up || (key.code == KeyCode::Enter && shift);
                self.go_to_match(&find.query, |query, text, now| {
                    if back { query.previous(text, now.start()) } else { query.next(text, now.end()) }
                });
            }
            _ if again => self.go_to_match(&find.query, |query, text, now| query.next(text, now.end())),
            KeyCode::Backspace | KeyCode::Char(_)
                if super::mode::typed(key).is_some() || key.code == KeyCode::Backspace =>
            {
                edit_line(&mut find.query, key);
                self.mode = Mode::Find(find);
                self.find_again();
                return Vec::new();
            }
            _ => {
                // Any command ends the search where it is: people go on at once.
                return self.key(key);
            }
        }
        self.mode = Mode::Find(find);
        Vec::new()
    }

    /// Goes to the first match from where the search began.
    pub(super) fn find_again(&mut self) {
        let Mode::Find(find) = &self.mode else { return };
        let (query, origin) = (find.query.clone(), find.origin.clone());
        let from = origin.primary().start();
        if let Some(buffer) = self.active_mut() {
            buffer.document.set_selections(origin);
        }
        if !query.is_empty() {
            self.go_to_match(&query, |query, text, _| query.next(text, from));
        }
    }

    fn go_to_match(&mut self, query: &str, find: impl FnOnce(&Query, &Text, Selection) -> Option<Found>) {
        let compiled = match Query::new(query, QueryOptions::default()) {
            Ok(compiled) => compiled,
            Err(error) => return self.say(Message::info(error.to_string())),
        };
        let Some(buffer) = self.active_mut() else { return };
        let now = buffer.document.selections().primary();
        match find(&compiled, buffer.document.text(), now) {
            Some(Found { range, wrapped }) => {
                buffer.document.set_selections(Selections::one(Selection::new(range.start, range.end)));
                if wrapped {
                    self.say(Message::info("the search went on at the other end of the text"));
                }
            }
            None => self.say(Message::warning(format!("`{query}` is not found"))),
        }
    }
}
