//! What keys mean at the moment.

use std::path::PathBuf;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use witdock_editor_core::Selections;

use super::{App, Command, Effect, LISTED, command_of};
use crate::plugins::PluginId;

/// What keys mean.
#[derive(Debug, Default)]
pub enum Mode {
    /// They edit the document.
    #[default]
    Edit,
    /// They make up what is looked for.
    Find(Find),
    /// They make up the name of a file to save to.
    SaveAs(String),
    /// They answer whether to quit although documents have changes.
    ConfirmQuit,
    /// They answer whether to close the document although it has changes.
    ConfirmClose,
    /// They choose a command.
    Palette(Palette),
    /// They choose a plugin and say what is to be done with it: the index of the chosen one.
    Plugins(usize),
}

/// A search while it is typed.
#[derive(Debug)]
pub struct Find {
    /// What is looked for.
    pub query: String,
    /// The selections to go back to.
    pub(super) origin: Selections,
}

/// The list of commands, as far as they match what is typed.
#[derive(Debug, Default)]
pub struct Palette {
    /// What is typed.
    pub query: String,
    /// Which of those that match is chosen.
    pub chosen: usize,
}

impl App {
    pub(super) fn key(&mut self, key: KeyEvent) -> Vec<Effect> {
        match std::mem::take(&mut self.mode) {
            Mode::Edit => self.edit_key(key),
            Mode::Find(find) => self.find_key(find, key),
            Mode::SaveAs(name) => self.save_as_key(name, key),
            Mode::ConfirmQuit => self.confirm_quit_key(key),
            Mode::ConfirmClose => self.confirm_close_key(key),
            Mode::Palette(palette) => self.palette_key(palette, key),
            Mode::Plugins(chosen) => self.plugins_key(chosen, key),
        }
    }

    fn edit_key(&mut self, key: KeyEvent) -> Vec<Effect> {
        if let Some(command) = command_of(key) {
            return self.run(command);
        }
        if let Some(character) = typed(key) {
            self.type_character(character);
        }
        Vec::new()
    }

    fn save_as_key(&mut self, mut name: String, key: KeyEvent) -> Vec<Effect> {
        match key.code {
            KeyCode::Esc => return Vec::new(),
            KeyCode::Enter if !name.is_empty() => {
                let path = std::path::absolute(&name).unwrap_or_else(|_| PathBuf::from(&name));
                if path.exists() {
                    self.say(super::Message::error(format!("{name} exists already: choose another name")));
                } else if let Some(buffer) = self.active() {
                    return vec![Effect::Save {
                        document: buffer.id,
                        path,
                        text: buffer.document.snapshot(),
                    }];
                }
            }
            _ => edit_line(&mut name, key),
        }
        self.mode = Mode::SaveAs(name);
        Vec::new()
    }

    fn confirm_quit_key(&mut self, key: KeyEvent) -> Vec<Effect> {
        match key.code {
            KeyCode::Char('y' | 'Y') => return vec![Effect::Quit],
            KeyCode::Char('n' | 'N') | KeyCode::Esc => {}
            _ => self.mode = Mode::ConfirmQuit,
        }
        Vec::new()
    }

    fn confirm_close_key(&mut self, key: KeyEvent) -> Vec<Effect> {
        match key.code {
            KeyCode::Char('y' | 'Y') => self.close_active(),
            KeyCode::Char('n' | 'N') | KeyCode::Esc => {}
            _ => self.mode = Mode::ConfirmClose,
        }
        Vec::new()
    }

    fn palette_key(&mut self, mut palette: Palette, key: KeyEvent) -> Vec<Effect> {
        let count = self.palette_entries(&palette.query).len();
        match key.code {
            KeyCode::Esc => return Vec::new(),
            KeyCode::Enter => {
                let entry = self.palette_entries(&palette.query).into_iter().nth(palette.chosen);
                return entry.map_or_else(Vec::new, |entry| self.run_entry(entry));
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
        let mut scored: Vec<(u32, Entry)> = LISTED
            .iter()
            .map(|listed| Entry {
                title: listed.title.to_owned(),
                name: listed.name.to_owned(),
                key: listed.key.to_owned(),
                action: EntryAction::Editor(listed.command),
            })
            .chain(self.plugin_entries())
            .filter_map(|entry| {
                let title = distance(query, &entry.title);
                let name = distance(query, &entry.name);
                Some((title.into_iter().chain(name).min()?, entry))
            })
            .collect();
        scored.sort_by_key(|(distance, _)| *distance);
        scored.into_iter().map(|(_, entry)| entry).collect()
    }

    fn run_entry(&mut self, entry: Entry) -> Vec<Effect> {
        match entry.action {
            EntryAction::Editor(command) => self.run(command),
            EntryAction::Plugin(plugin, command) => {
                self.queue_command(plugin, command);
                Vec::new()
            }
        }
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
    /// What choosing it does.
    pub action: EntryAction,
}

/// What choosing a line of the palette does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntryAction {
    /// A command of the editor.
    Editor(Command),
    /// A command of a plugin.
    Plugin(PluginId, String),
}

/// How far a query is from a name that has its letters in order: the letters passed over between them. None if the name
/// does not have them.
fn distance(query: &str, name: &str) -> Option<u32> {
    let mut name = name.chars().flat_map(char::to_lowercase);
    let mut passed = 0;
    for wanted in query.chars().filter(|character| *character != ' ').flat_map(char::to_lowercase) {
        loop {
            if name.next()? == wanted {
                break;
            }
            passed += 1;
        }
    }
    Some(passed)
}

/// The character that a key stands for.
pub(super) fn typed(key: KeyEvent) -> Option<char> {
    let held = key.modifiers.difference(KeyModifiers::SHIFT);
    // AltGr comes as control and alt together on some systems.
    let plain = held.is_empty() || held == KeyModifiers::CONTROL.union(KeyModifiers::ALT);
    match key.code {
        KeyCode::Char(character) if plain => Some(character),
        _ => None,
    }
}

/// Edits a line at its end.
pub(super) fn edit_line(line: &mut String, key: KeyEvent) {
    match key.code {
        KeyCode::Backspace => {
            line.pop();
        }
        _ => line.extend(typed(key)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_matches_letters_in_order_and_near_ones_best() {
        let app = App::new(80, 24);
        let best = |query| app.palette_entries(query).first().map(|entry| entry.name.clone());
        assert_eq!(best("undo").as_deref(), Some("editor.undo"));
        assert_eq!(best("sel all").as_deref(), Some("editor.select-all"));
        assert_eq!(best("zzz"), None);
    }
}
