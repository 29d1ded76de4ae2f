//! What keys mean at the moment.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use witdock_editor_core::Selections;

use super::{App, Asked, Effect, Message, Palette, PluginPanel, Prompt, Reading};
use crate::config::{Found, Keys};
use crate::display::Invocation;

/// What keys mean.
#[derive(Debug, Default)]
pub enum Mode {
    /// They edit the document.
    #[default]
    Edit,
    /// They make up what is looked for.
    Find(Find),
    /// They make up a line that is asked for.
    Prompt(Prompt),
    /// They go through something that is there to be read.
    Reading(Reading),
    /// They answer whether to quit although documents have changes.
    ConfirmQuit,
    /// They answer whether to close the document although it has changes.
    ConfirmClose,
    /// They answer whether to write over what another program has changed.
    ConfirmOverwrite,
    /// They choose a command.
    Palette(Palette),
    /// They choose a plugin and say what is to be done with it.
    Plugins(PluginPanel),
    /// They answer what plugins ask to be allowed.
    Consent,
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
            Mode::Prompt(prompt) => self.prompt_key(prompt, key),
            Mode::Reading(reading) => self.reading_key(reading, key),
            Mode::ConfirmQuit => self.confirm_quit_key(key),
            Mode::ConfirmClose => self.confirm_close_key(key),
            Mode::ConfirmOverwrite => self.confirm_overwrite_key(key),
            Mode::Palette(palette) => self.palette_key(palette, key),
            Mode::Plugins(panel) => self.plugins_key(panel, key),
            Mode::Consent => self.consent_key(key),
            Mode::Panel => self.panel_key(key),
            Mode::Answer(answering) => self.answer_key(answering, key),
        }
    }

    fn edit_key(&mut self, key: KeyEvent) -> Vec<Effect> {
        if let Some(effects) = self.completion_key(key) {
            return effects;
        }
        self.pressed.push(key.into());
        let found = match self.keymap.find(&self.pressed) {
            Found::Prefix => {
                let pressed = Keys::from(self.pressed.clone());
                self.say(Message::info(format!("{pressed} …")));
                return Vec::new();
            }
            Found::Command(command) => Some(command.to_owned()),
            Found::Nothing => None,
        };
        let is_first = std::mem::take(&mut self.pressed).len() == 1;
        if let Some(command) = found {
            return self.invoke(Invocation { command, argument: None }, None);
        }
        if let Some(character) = typed(key).filter(|_| is_first) {
            self.type_character(character);
            self.complete_after_typing();
        }
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

    fn confirm_overwrite_key(&mut self, key: KeyEvent) -> Vec<Effect> {
        match key.code {
            KeyCode::Char('o' | 'O') => {
                return self.take_ours();
            }
            KeyCode::Char('r' | 'R') => return self.take_theirs(),
            KeyCode::Esc => {}
            _ => self.mode = Mode::ConfirmOverwrite,
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
