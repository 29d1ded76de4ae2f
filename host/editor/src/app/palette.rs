//! The list of all commands, searched while a query is typed.

use crossterm::event::{KeyCode, KeyEvent};

use super::mode::edit_line;
use super::ranking::ranked;
use super::{App, COMMANDS, Effect, MOVING, Mode};
use crate::display::Invocation;

/// The list of commands, as far as they match what is typed.
#[derive(Debug, Default)]
pub struct Palette {
    /// What is typed.
    pub query: String,
    /// Which of those that match is chosen.
    pub chosen: usize,
}

impl App {
    pub(super) fn palette_key(&mut self, mut palette: Palette, key: KeyEvent) -> Vec<Effect> {
        let count = self.palette_entries(&palette.query).len();
        match key.code {
            KeyCode::Esc => return Vec::new(),
            KeyCode::Enter => {
                let entry = self.palette_entries(&palette.query).into_iter().nth(palette.chosen);
                let invocation = entry.map(|entry| Invocation { command: entry.name, argument: None });
                return invocation.map_or_else(Vec::new, |invocation| self.invoke(invocation, None));
            }
            KeyCode::Up => palette.chosen = palette.chosen.saturating_sub(1),
            KeyCode::Down => palette.chosen = (palette.chosen + 1).min(count.saturating_sub(1)),
            _ => {
                edit_line(&mut palette.query, key);
                palette.chosen = 0;
            }
        }
        self.mode = Mode::Palette(palette);
        Vec::new()
    }

    /// The commands that match, best first.
    pub fn palette_entries(&self, query: &str) -> Vec<Entry> {
        let own = COMMANDS.iter().filter(|listed| listed.group != MOVING).map(|listed| Entry {
            title: listed.title.to_owned(),
            name: listed.name.to_owned(),
            key: self.keymap.keys_of(listed.name).into_iter().next().unwrap_or_default(),
        });
        ranked(query, own.chain(self.plugin_entries()), |entry| vec![&entry.title, &entry.name])
    }
}

/// A line of the palette.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What it does.
    pub title: String,
    /// `OWNER.COMMAND`.
    pub name: String,
    /// Its key, for people; empty where it has none.
    pub key: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_matches_letters_in_order_and_near_ones_best() {
        let app = App::new(crate::config::Config::read(None), 80, 24);
        let best = |query| app.palette_entries(query).first().map(|entry| entry.name.clone());
        assert_eq!(best("undo").as_deref(), Some("editor.undo"));
        assert_eq!(best("sel all").as_deref(), Some("editor.select-all"));
        assert_eq!(best("zzz"), None);
    }
}
