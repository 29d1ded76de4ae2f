//! Finding a text while it is typed.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use witdock_editor_core::{Found, Query, QueryOptions, Selection, Selections, Text};
use witdock_editor_session::{Message, Session};

use super::keyboard::{edit_line, typed};
use super::mode::Next;
use super::{Mode, Screen};

/// A search while its text is typed.
#[derive(Debug)]
pub struct Find {
    /// The text to find.
    pub query: String,
    /// The selections before the search.
    origin: Selections,
}

impl Find {
    /// Begins to find the selected text, or one that is typed.
    pub(super) fn mode(session: &Session) -> Mode {
        let documents = session.documents();
        let Some(buffer) = documents.active() else { return Mode::Edit };
        let origin = buffer.document.selections().clone();
        Mode::Find(Self { query: documents.selected_word(), origin })
    }

    pub(super) fn key(mut self, key: KeyEvent, session: &mut Session, screen: &mut Screen) -> Next {
        let has_shift = key.modifiers.contains(KeyModifiers::SHIFT);
        let is_find = key.code == KeyCode::Char('f') && key.modifiers.contains(KeyModifiers::CONTROL);
        match key.code {
            KeyCode::Esc => {
                session.select(|_| self.origin);
                return Next::Edit;
            }
            KeyCode::Enter if !has_shift && self.query.is_empty() => return Next::Edit,
            KeyCode::Enter | KeyCode::Down | KeyCode::Up => {
                let back = key.code == KeyCode::Up || (key.code == KeyCode::Enter && has_shift);
                self.go(session, screen, |query, text, now| {
                    if back { query.previous(text, now.start()) } else { query.next(text, now.end()) }
                });
            }
            _ if is_find => self.go(session, screen, |query, text, now| query.next(text, now.end())),
            _ if key.code == KeyCode::Backspace || typed(key).is_some() => {
                edit_line(&mut self.query, key);
                self.restart(session, screen);
            }
            // Any other key ends the search at the match.
            _ => return Next::Key(key),
        }
        Next::Mode(Mode::Find(self))
    }

    pub(super) fn paste(&mut self, text: &str, session: &mut Session, screen: &mut Screen) {
        self.query.push_str(text);
        self.restart(session, screen);
    }

    /// Goes to the first match after the place where the search began.
    fn restart(&self, session: &mut Session, screen: &mut Screen) {
        let from = self.origin.primary().start();
        session.select(|_| self.origin.clone());
        if !self.query.is_empty() {
            self.go(session, screen, |query, text, _| query.next(text, from));
        }
    }

    fn go(
        &self,
        session: &mut Session,
        screen: &mut Screen,
        find: impl FnOnce(&Query, &Text, Selection) -> Option<Found>,
    ) {
        let query = match Query::new(&self.query, QueryOptions::default()) {
            Ok(query) => query,
            Err(error) => return screen.show(Message::info(error.to_string())),
        };
        let Some(buffer) = session.active_mut() else { return };
        let now = buffer.document.selections().primary();
        match find(&query, buffer.document.text(), now) {
            Some(Found { range, wrapped }) => {
                buffer.document.set_selections(Selections::one(Selection::new(range.start, range.end)));
                if wrapped {
                    screen.show(Message::info("search wrapped around the end of the text"));
                }
            }
            None => screen.show(Message::warning(format!("`{}` not found", self.query))),
        }
    }
}
