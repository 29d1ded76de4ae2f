//! Finding a text while it is typed.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use witdock_editor_core::{QueryError, Selections};
use witdock_editor_session::search::{Count, Towards};
use witdock_editor_session::{Message, Session};

use super::history::{History, Kind, Recall};
use super::line::Edited;
use super::mode::Next;
use super::query_line::QueryLine;
use super::{Mode, Screen};

/// A search while its text is typed.
#[derive(Debug)]
pub struct Find {
    /// What is searched for.
    pub line: QueryLine,
    recall: Recall,
    /// The selections before the search.
    origin: Selections,
}

impl Find {
    /// Begins to find the selected text, or one that is typed.
    pub(super) fn mode(session: &mut Session) -> Mode {
        let Some(buffer) = session.documents().active() else { return Mode::Edit };
        let origin = buffer.document.selections().clone();
        let find = Self { line: QueryLine::new(session), recall: Recall::default(), origin };
        if !find.line.text.is_empty() {
            // A selected text is found where it is.
            let _ = session.search_for(find.line.text.text(), find.line.options);
        }
        Mode::Find(find)
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
        let recalls = key.modifiers.contains(KeyModifiers::ALT)
            || (key.code == KeyCode::Up && self.line.text.is_empty());
        if recalls && self.recall.key(key, Kind::Find, history, &mut self.line.text) {
            self.restart(session, screen);
            return Next::Mode(Mode::Find(self));
        }
        let goes_on = matches!(key.code, KeyCode::Enter | KeyCode::Down | KeyCode::Up) || is_find;
        match key.code {
            KeyCode::Esc => {
                session.abandon_search();
                session.select(|_| self.origin);
                return Next::Edit;
            }
            _ if goes_on && self.line.text.is_empty() => {
                // Nothing typed: the last search again.
                let Some(last) = session.finding().query() else { return Next::Edit };
                self.line = QueryLine::from(last);
                self.restart(session, screen);
            }
            _ if goes_on => {
                if key.code == KeyCode::Up || (key.code == KeyCode::Enter && has_shift) {
                    session.find_previous();
                } else {
                    session.find_next();
                }
            }
            _ => match self.line.key(key) {
                Edited::Changed => self.restart(session, screen),
                Edited::Moved => {}
                // Any other key ends the search at the match.
                Edited::Nothing => {
                    session.end_search();
                    return Next::Key(key);
                }
            },
        }
        Next::Mode(Mode::Find(self))
    }

    pub(super) fn paste(&mut self, text: &str, session: &mut Session, screen: &mut Screen) {
        self.line.text.insert(text);
        self.restart(session, screen);
    }

    /// Goes to the first match after the place where the search began.
    fn restart(&self, session: &mut Session, screen: &mut Screen) {
        let from = self.origin.primary().start();
        match session.search_for(self.line.text.text(), self.line.options) {
            Ok(()) => {
                session.select(|_| self.origin.clone());
                session.seek(Towards::End(from));
            }
            Err(QueryError::Empty) => session.select(|_| self.origin.clone()),
            // Nothing moves while an expression is typed.
            Err(error) => screen.show(Message::warning(invalid_words(&error))),
        }
    }
}

/// Why a pattern is invalid, in few words: it stands in the same line.
pub(super) fn invalid_words(error: &QueryError) -> String {
    match error {
        QueryError::Syntax { reason, .. } => format!("invalid regular expression: {reason}"),
        QueryError::TooLarge { .. } => "too large: use smaller repetition counts".to_owned(),
        other => other.to_string(),
    }
}

/// The number of matches in words.
pub fn count_words(count: Count) -> String {
    let total = if count.is_more { format!("over {}", count.total) } else { count.total.to_string() };
    match (count.number, count.total) {
        (_, 0) => "no matches".to_owned(),
        (Some(number), _) => format!("{number} of {total}"),
        (None, 1) => "1 match".to_owned(),
        (None, _) => format!("{total} matches"),
    }
}
