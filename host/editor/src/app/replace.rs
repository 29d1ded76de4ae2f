//! Replacing: what, by what, and then match by match.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use witdock_editor_session::search::WalkAnswer;
use witdock_editor_session::{Message, Session};

use super::find::invalid_words;
use super::history::{History, Kind, Recall};
use super::line::{Edited, Line};
use super::mode::Next;
use super::query_line::QueryLine;
use super::{Mode, Screen};

/// The person replaces matches.
#[derive(Debug)]
pub struct Replace {
    /// What is replaced.
    pub what: QueryLine,
    /// What it is replaced by.
    pub by: Line,
    recall: Recall,
    /// What keys are for.
    pub stage: Stage,
}

/// What keys are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Keys type what is replaced.
    What,
    /// Keys type what it is replaced by.
    By,
    /// Keys answer about each match.
    Walk,
    /// The last match was answered. A key that was meant for one more is dropped.
    Done,
}

impl Replace {
    /// Begins to replace the selected text, or one that is typed.
    pub(super) fn mode(session: &Session) -> Mode {
        let what = QueryLine::new(session);
        Mode::Replace(Self { what, by: Line::default(), recall: Recall::default(), stage: Stage::What })
    }

    /// What the key Enter enters, to be remembered.
    pub(super) fn entered(&self) -> Option<(Kind, String)> {
        match self.stage {
            Stage::What => Some((Kind::Find, self.what.text.text().to_owned())),
            Stage::By => Some((Kind::Replacement, self.by.text().to_owned())),
            Stage::Walk | Stage::Done => None,
        }
    }

    pub(super) fn key(
        mut self,
        key: KeyEvent,
        session: &mut Session,
        screen: &mut Screen,
        history: &History,
    ) -> Next {
        let recalled = match self.stage {
            Stage::What => self.recall.key(key, Kind::Find, history, &mut self.what.text),
            Stage::By => self.recall.key(key, Kind::Replacement, history, &mut self.by),
            Stage::Walk | Stage::Done => false,
        };
        if recalled {
            match self.stage {
                Stage::What => drop(self.search(session, screen)),
                _ => drop(self.preview(session, screen)),
            }
            return Next::Mode(Mode::Replace(self));
        }
        match self.stage {
            Stage::What => self.what_key(key, session, screen),
            Stage::By => self.by_key(key, session, screen),
            Stage::Walk => self.walk_key(key, session),
            Stage::Done => match key.code {
                KeyCode::Char('y' | 'Y' | 'n' | 'N') => Next::Edit,
                _ => Next::Key(key),
            },
        }
    }

    pub(super) fn paste(&mut self, text: &str, session: &mut Session, screen: &mut Screen) {
        match self.stage {
            Stage::What => {
                self.what.text.insert(text);
                self.search(session, screen);
            }
            Stage::By => {
                self.by.insert(text);
                self.preview(session, screen);
            }
            Stage::Walk | Stage::Done => {}
        }
    }

    fn what_key(mut self, key: KeyEvent, session: &mut Session, screen: &mut Screen) -> Next {
        match key.code {
            KeyCode::Esc => {
                session.abandon_search();
                return Next::Edit;
            }
            KeyCode::Enter if self.what.text.is_empty() => return Next::Edit,
            KeyCode::Enter => {
                if self.search(session, screen) {
                    if !session.begin_replacing() {
                        return Next::Edit;
                    }
                    (self.stage, self.recall) = (Stage::By, Recall::default());
                }
            }
            _ => {
                if self.what.key(key) == Edited::Changed {
                    self.search(session, screen);
                }
            }
        }
        Next::Mode(Mode::Replace(self))
    }

    /// Shows the matches of what is typed. Gives whether it is valid.
    fn search(&self, session: &mut Session, screen: &mut Screen) -> bool {
        match session.search_for(self.what.text.text(), self.what.options) {
            Err(error) if !self.what.text.is_empty() => {
                screen.show(Message::warning(invalid_words(&error)));
                false
            }
            result => result.is_ok(),
        }
    }

    fn by_key(mut self, key: KeyEvent, session: &mut Session, screen: &mut Screen) -> Next {
        let has_alt = key.modifiers.contains(KeyModifiers::ALT);
        let is_all = matches!(key.code, KeyCode::Char('a' | 'A')) && has_alt;
        match key.code {
            KeyCode::Esc => {
                session.answer_replacing(WalkAnswer::Stop);
                session.abandon_search();
                return Next::Edit;
            }
            _ if is_all || key.code == KeyCode::Enter => {
                if self.preview(session, screen) {
                    self.stage = Stage::Walk;
                    if is_all {
                        session.answer_replacing(WalkAnswer::All);
                        return self.ended(session);
                    }
                }
            }
            _ => {
                if self.by.key(key) == Edited::Changed {
                    self.preview(session, screen);
                }
            }
        }
        Next::Mode(Mode::Replace(self))
    }

    /// Shows the replacement at the first match. Gives whether it is valid.
    fn preview(&self, session: &mut Session, screen: &mut Screen) -> bool {
        let result = session.replace_by(self.by.text());
        if let Err(error) = &result {
            screen.show(Message::warning(error.clone()));
        }
        result.is_ok()
    }

    /// Goes on where all matches are being searched for, and edits the document again where they were replaced.
    fn ended(self, session: &Session) -> Next {
        if session.finding().walk().is_some() { Next::Mode(Mode::Replace(self)) } else { Next::Edit }
    }

    /// Follows the session: the last match may have been answered.
    pub(super) fn follow(&mut self, session: &Session) {
        if self.stage == Stage::Walk && session.finding().walk().is_none() {
            self.stage = Stage::Done;
        }
    }

    fn walk_key(self, key: KeyEvent, session: &mut Session) -> Next {
        match key.code {
            KeyCode::Char('y' | 'Y' | ' ') | KeyCode::Enter => session.answer_replacing(WalkAnswer::Replace),
            KeyCode::Char('n' | 'N') | KeyCode::Down => session.answer_replacing(WalkAnswer::Skip),
            KeyCode::Char('a' | 'A' | '!') => {
                session.answer_replacing(WalkAnswer::All);
                return self.ended(session);
            }
            KeyCode::Char('q' | 'Q') | KeyCode::Esc => {
                session.answer_replacing(WalkAnswer::Stop);
                return Next::Edit;
            }
            _ => {}
        }
        Next::Mode(Mode::Replace(self))
    }
}
