//! A list to choose from, with a query.

use crossterm::event::{KeyCode, KeyEvent};
use witdock_editor_core::Format;
use witdock_editor_session::{Message, Session};

use super::line::{Edited, Line};
use super::mode::Next;
use super::ranking::ranked;
use super::{App, Mode};

/// A list to choose from.
#[derive(Debug)]
pub struct Choosing {
    /// The title.
    pub title: String,
    /// The typed query.
    pub query: Line,
    /// Which of the matching items is chosen.
    pub chosen: usize,
    items: Vec<Choice>,
}

/// An item of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The text.
    pub label: String,
    /// More about it.
    pub detail: String,
    pub(super) choice: Chosen,
}

/// What choosing an item does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Chosen {
    /// Reads the file in this encoding.
    Reopen(Format),
    /// Saves the document in this encoding.
    SaveIn(Format),
    /// Uses this theme.
    Theme(String),
}

impl Choosing {
    pub(super) fn mode(title: String, items: Vec<Choice>) -> Mode {
        Mode::Choosing(Self { title, query: Line::default(), chosen: 0, items })
    }

    /// The items that match the query, best first.
    pub fn matching(&self) -> Vec<&Choice> {
        ranked(self.query.text(), self.items.iter(), |item| vec![&item.label, &item.detail])
    }

    /// The theme that is chosen so far.
    pub(super) fn theme(&self) -> Option<&str> {
        match &self.matching().get(self.chosen)?.choice {
            Chosen::Theme(name) => Some(name),
            _ => None,
        }
    }

    pub(super) fn paste(&mut self, text: &str) {
        self.query.insert(text);
        self.chosen = 0;
    }

    pub(super) fn key(mut self, key: KeyEvent, session: &mut Session) -> Next {
        let count = self.matching().len();
        match key.code {
            KeyCode::Esc => return Next::Edit,
            KeyCode::Enter => {
                match self.matching().get(self.chosen).map(|item| item.choice.clone()) {
                    Some(Chosen::Reopen(format)) => session.reopen_as(format.encoding),
                    Some(Chosen::SaveIn(format)) => session.save_in(format),
                    Some(Chosen::Theme(name)) => return Next::Theme(name),
                    None => return Next::Mode(Mode::Choosing(self)),
                }
                return Next::Edit;
            }
            KeyCode::Up => self.chosen = self.chosen.saturating_sub(1),
            KeyCode::Down => self.chosen = (self.chosen + 1).min(count.saturating_sub(1)),
            _ => {
                if self.query.key(key) == Edited::Changed {
                    self.chosen = 0;
                }
            }
        }
        Next::Mode(Mode::Choosing(self))
    }
}

impl App {
    pub(super) fn choose_to_reopen(&mut self) {
        let Some(name) = self.session.documents().to_reopen() else {
            return self.show(Message::info("the document has no file to read"));
        };
        // Whether there is a byte order mark is seen in the file.
        let is_one =
            |format: &Format| format.bom == format.encoding.is_unicode_16() || !format.encoding.is_unicode();
        let formats = Format::choices().filter(|(format, _)| is_one(format));
        let items = formats.map(|(format, about)| Choice {
            label: format.encoding.to_string(),
            detail: about.to_owned(),
            choice: Chosen::Reopen(format),
        });
        self.mode = Choosing::mode(format!("Read {name} as"), items.collect());
    }

    pub(super) fn choose_theme(&mut self) {
        let items = self.looks.themes.names().map(|name| Choice {
            label: name.to_owned(),
            detail: String::new(),
            choice: Chosen::Theme(name.to_owned()),
        });
        let items: Vec<Choice> = items.collect();
        let chosen = items.iter().position(|item| item.label == self.looks.name).unwrap_or_default();
        let title = "Theme".to_owned();
        self.mode = Mode::Choosing(Choosing { title, query: Line::default(), chosen, items });
    }

    pub(super) fn choose_to_save_in(&mut self) {
        let items = Format::choices().map(|(format, about)| Choice {
            label: format.to_string(),
            detail: about.to_owned(),
            choice: Chosen::SaveIn(format),
        });
        self.mode = Choosing::mode("Save in the encoding".to_owned(), items.collect());
    }
}
