//! Finding a text while it is typed.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use witdock_editor_core::{Found, Query, QueryOptions, Selection, Selections, Text};
use witdock_editor_session::{Message, Session};

use super::history::{History, Kind, Recall};
use super::line::{Edited, Line};
use super::mode::Next;
use super::{Mode, Screen};

/// A search while its text is typed.
#[derive(Debug)]
pub struct Find {
    /// The text to find.
    pub query: Line,
    recall: Recall,
    /// The selections before the search.
    origin: Selections,
}

impl Find {
    /// Begins to find the selected text, or one that is typed.
    pub(super) fn mode(session: &Session) -> Mode {
        let documents = session.documents();
        let Some(buffer) = documents.active() else { return Mode::Edit };
        let origin = buffer.document.selections().clone();
        let query = Line::from(documents.selected_word().as_str());
        Mode::Find(Self { query, recall: Recall::default(), origin })
    }

    pub(super) fn key(
        mut self,
        key: KeyEvent,
        session: &mut Session,
        screen: &mut Screen,
        history: &History,
    ) -> Next {
        let has_shift = key.modifiers.contains(KeyModifiers::SHIFT);
        let is_find = key.code == KeyCode::Char('f') && key.modifiers.contains(KeyModifiers::CONTROL);
        // Up and Down go to matches, so earlier texts come with Alt, or where there is nothing to find yet.
        let recalls =
            key.modifiers.contains(KeyModifiers::ALT) || (key.code == KeyCode::Up && self.query.is_empty());
        if recalls && self.recall.key(key, Kind::Find, history, &mut self.query) {
            self.restart(session, screen);
            return Next::Mode(Mode::Find(self));
        }
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
            _ => match self.query.key(key) {
                Edited::Changed => self.restart(session, screen),
                Edited::Moved => {}
                // Any other key ends the search at the match.
                Edited::Nothing => return Next::Key(key),
            },
        }
        Next::Mode(Mode::Find(self))
    }

    pub(super) fn paste(&mut self, text: &str, session: &mut Session, screen: &mut Screen) {
        self.query.insert(text);
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
        let query = match Query::new(self.query.text(), QueryOptions::default()) {
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
            None => screen.show(Message::warning(format!("`{}` not found", self.query.text()))),
        }
    }
}
