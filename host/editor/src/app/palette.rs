//! The palette: a list of all commands, with a query.

use crossterm::event::{KeyCode, KeyEvent};
use witdock_editor_session::Session;
use witdock_editor_session::command::Group;

use super::Mode;
use super::command;
use super::keyboard::Keyboard;
use super::line::{Edited, Line};
use super::mode::Next;
use super::ranking::ranked;

/// The list of commands that match a query.
#[derive(Debug, Default)]
pub struct Palette {
    /// The typed query.
    pub query: Line,
    /// Which of the matching commands is chosen.
    pub chosen: usize,
}

/// A command in the palette.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The command's title.
    pub title: String,
    /// `OWNER.COMMAND`.
    pub name: String,
    /// A sentence on what the command does.
    pub doc: String,
    /// The command's keys in the form that people read; empty where it has none.
    pub key: String,
}

/// The commands that match a query, best first. Those that are for keys only are left out.
pub(super) fn entries(query: &str, session: &Session, keyboard: &Keyboard) -> Vec<Entry> {
    let own =
        command::entries().into_iter().filter(|entry| entry.group != Group::Moving).map(|entry| Entry {
            title: entry.title.to_owned(),
            name: entry.name.to_owned(),
            doc: entry.doc.to_owned(),
            key: keyboard.key_of(entry.name),
        });
    let plugins = session.plugins().commands().map(|command| Entry {
        title: command.title.to_owned(),
        key: keyboard.key_of(&command.name),
        doc: command.description.to_owned(),
        name: command.name,
    });
    ranked(query, own.chain(plugins), |entry| vec![&entry.title, &entry.name])
}

impl Palette {
    pub(super) fn key(mut self, key: KeyEvent, session: &Session, keyboard: &Keyboard) -> Next {
        let entries = entries(self.query.text(), session, keyboard);
        match key.code {
            KeyCode::Esc => return Next::Edit,
            KeyCode::Enter => {
                let entry = entries.into_iter().nth(self.chosen);
                return entry.map_or(Next::Edit, |entry| Next::Run(entry.name));
            }
            KeyCode::Up => self.chosen = self.chosen.saturating_sub(1),
            KeyCode::Down => self.chosen = (self.chosen + 1).min(entries.len().saturating_sub(1)),
            _ if self.query.key(key) == Edited::Changed => self.chosen = 0,
            _ => {}
        }
        Next::Mode(Mode::Palette(self))
    }
}

#[cfg(test)]
mod tests {
    use crate::app::App;
    use crate::config::Config;

    #[test]
    fn a_query_matches_letters_in_order_and_near_ones_best() {
        let app = App::new(Config::read(None), 80, 24);
        let best = |query| app.palette_entries(query).first().map(|entry| entry.name.clone());
        assert_eq!(best("undo").as_deref(), Some("editor.undo"));
        assert_eq!(best("sel all").as_deref(), Some("editor.select-all"));
        assert_eq!(best("zzz"), None);
    }
}
