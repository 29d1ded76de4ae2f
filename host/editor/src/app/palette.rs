//! The palette: a list of all commands, with a query.

use crossterm::event::{KeyCode, KeyEvent};
use witdock_editor_session::Session;
use witdock_editor_session::command::Group;

use super::Mode;
use super::command;
use super::history::{History, Kind};
use super::keyboard::Keyboard;
use super::line::{Edited, Line};
use super::list::List;
use super::mode::Next;
use super::ranking::ranked;

/// The list of commands that match a query.
#[derive(Debug, Default)]
pub struct Palette {
    /// The typed query.
    pub query: Line,
    /// Which of the matching commands is chosen.
    pub list: List,
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

/// The commands whose titles or names match a query, best first, and then those whose descriptions have its words. Of those that match
/// equally well, the latest that were run come first, then those of plugins. Those that are for keys only are left out.
pub(super) fn entries(query: &str, session: &Session, keyboard: &Keyboard, history: &History) -> Vec<Entry> {
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
    let mut all: Vec<Entry> = plugins.chain(own).collect();
    let age = |entry: &Entry| history.age(Kind::Command, &entry.name).unwrap_or(usize::MAX);
    all.sort_by_cached_key(age);
    let words: Vec<String> = query.split_whitespace().map(str::to_lowercase).collect();
    let described = |entry: &Entry| {
        let doc = entry.doc.to_lowercase();
        words.iter().all(|word| doc.contains(word))
    };
    let mut others = all.clone();
    let mut found = ranked(query, all, |entry| vec![&entry.title, &entry.name]);
    others.retain(|entry| described(entry) && !found.iter().any(|one| one.name == entry.name));
    found.append(&mut others);
    found
}

impl Palette {
    pub(super) fn key(mut self, key: KeyEvent, entries: &[Entry], room: usize) -> Next {
        match key.code {
            KeyCode::Esc => return Next::Edit,
            KeyCode::Enter => {
                let entry = entries.get(self.list.chosen);
                return entry.map_or(Next::Edit, |entry| Next::Chosen(entry.name.clone()));
            }
            _ if self.list.key(key, entries.len(), room) => {}
            _ if self.query.key(key) == Edited::Changed => self.list = List::default(),
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
        // A word of the description alone.
        let names =
            |query| app.palette_entries(query).into_iter().map(|entry| entry.name).collect::<Vec<_>>();
        assert!(names("regular expression").contains(&"editor.find-in-files".to_owned()));
        assert!(names("search").contains(&"editor.find-in-files".to_owned()));
    }
}
