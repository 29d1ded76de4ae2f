//! Unsaved texts that another editor has left behind: a list, with the difference of the chosen one.

use std::time::{Duration, SystemTime};

use crossterm::event::{KeyCode, KeyEvent};
use witdock_editor_session::documents::Target;
use witdock_editor_session::{Kept, Session};

use super::mode::Next;
use super::{Mode, Screen};

/// The list of unsaved texts that were left behind.
#[derive(Debug, Default)]
pub struct Recovering {
    /// The index of the chosen text.
    pub chosen: usize,
    /// The difference between the file and the text; `None` while the file is being opened.
    pub difference: Option<Vec<String>>,
    /// The index of the first visible line of the difference.
    pub first: usize,
    /// Whether keys answer whether the chosen text is dropped for good.
    pub discards: bool,
    /// Whether the person has seen the list: keys that were typed before do not answer.
    pub(super) is_drawn: bool,
}

impl Recovering {
    pub(super) fn key(mut self, key: KeyEvent, session: &mut Session, screen: &Screen) -> Next {
        let count = session.left().all().len();
        let page = (screen.text_lines(session) / 2).max(1);
        let last = self.difference.as_ref().map_or(0, |lines| lines.len().saturating_sub(page));
        if std::mem::take(&mut self.discards) {
            match key.code {
                KeyCode::Char('y' | 'Y') => session.discard_left(self.chosen),
                KeyCode::Char('n' | 'N') | KeyCode::Esc => {}
                _ => self.discards = true,
            }
            return self.next(session);
        }
        match key.code {
            KeyCode::Esc => return Next::Edit,
            KeyCode::Up => self.choose(self.chosen.saturating_sub(1)),
            KeyCode::Down => self.choose((self.chosen + 1).min(count.saturating_sub(1))),
            KeyCode::PageUp => self.first = self.first.saturating_sub(page),
            KeyCode::PageDown => self.first = (self.first + page).min(last),
            KeyCode::Char('r' | 'R') if self.is_drawn => {
                session.recover(self.chosen);
                return self.next(session);
            }
            KeyCode::Char('x' | 'X') if self.is_drawn => self.discards = true,
            _ => {}
        }
        self.next(session)
    }

    fn choose(&mut self, index: usize) {
        if index != self.chosen {
            *self = Self { chosen: index, ..Self::default() };
        }
    }

    fn next(mut self, session: &Session) -> Next {
        let count = session.left().all().len();
        if count == 0 {
            return Next::Edit;
        }
        self.choose(self.chosen.min(count - 1));
        Next::Mode(Mode::Recover(self))
    }

    /// Compares the chosen text with its file, which is opened for that.
    pub(super) fn follow(&mut self, session: &mut Session) {
        let count = session.left().all().len();
        if self.chosen >= count {
            *self = Self { chosen: count.saturating_sub(1), ..Self::default() };
        }
        if self.difference.is_some() {
            return;
        }
        self.difference = session.left().difference(self.chosen, session.documents());
        let file = session.left().all().get(self.chosen).and_then(|kept| kept.file.clone());
        if self.difference.is_none()
            && let Some(file) = file
        {
            session.open_once(Target::from(&*file));
        }
    }
}

/// How long ago a text was kept, in words.
pub fn age(kept: &Kept) -> String {
    let age = SystemTime::now().duration_since(kept.written).unwrap_or(Duration::ZERO).as_secs();
    let (count, unit) = match age {
        0..60 => return "moments ago".to_owned(),
        60..3_600 => (age / 60, "minute"),
        3_600..86_400 => (age / 3_600, "hour"),
        _ => (age / 86_400, "day"),
    };
    format!("{count} {unit}{} ago", if count == 1 { "" } else { "s" })
}
