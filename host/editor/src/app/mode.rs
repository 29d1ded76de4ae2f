//! What keys mean at the moment.

use std::path::PathBuf;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use witdock_editor_core::Selections;

use super::{App, Asked, Effect, Palette, command_of};

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
    /// They go to the panel of a plugin.
    Panel,
    /// They answer a plugin's question.
    Answer(Answering),
}

/// A plugin's question while it is answered.
#[derive(Debug)]
pub struct Answering {
    /// The question.
    pub asked: Asked,
    /// What is typed: the answer, or what choices are looked for by.
    pub line: String,
    /// Which of the choices that match is chosen.
    pub chosen: usize,
}

/// A search while it is typed.
#[derive(Debug)]
pub struct Find {
    /// What is looked for.
    pub query: String,
    /// The selections to go back to.
    pub(super) origin: Selections,
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
            Mode::Panel => self.panel_key(key),
            Mode::Answer(answering) => self.answer_key(answering, key),
        }
    }

    fn edit_key(&mut self, key: KeyEvent) -> Vec<Effect> {
        if let Some(effects) = self.completion_key(key) {
            return effects;
        }
        if let Some(command) = command_of(key) {
            return self.run(command);
        }
        if let Some(character) = typed(key) {
            self.type_character(character);
            self.complete_after_typing();
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
