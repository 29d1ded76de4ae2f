//! The keyboard: the key map, and the keys pressed so far of a sequence.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use witdock_editor_session::{Message, Plugins};

use crate::config::{Found, KeyMap, Keys, Layer, Press};

/// The key map, and the keys pressed so far of a sequence.
#[derive(Debug, Default)]
pub(super) struct Keyboard {
    keymap: KeyMap,
    /// Keys that may start a sequence.
    pressed: Vec<Press>,
    /// The messages about keys that plugins did not get, so that each is shown once.
    refused: Vec<String>,
}

/// The meaning of a key.
#[derive(Debug)]
pub(super) enum Meaning {
    /// The keys so far start a sequence.
    Prefix(Keys),
    /// The keys run a command.
    Command(String),
    /// The key types this character.
    Character(char),
    /// The key has no meaning.
    Nothing,
}

impl Keyboard {
    pub(super) fn set(&mut self, keymap: KeyMap) {
        self.keymap = keymap;
    }

    /// Whether keys were pressed that may start a sequence.
    pub(super) fn is_pending(&self) -> bool {
        !self.pressed.is_empty()
    }

    /// The meaning of a key in the text.
    pub(super) fn press(&mut self, key: KeyEvent) -> Meaning {
        self.pressed.push(key.into());
        let found = match self.keymap.find(&self.pressed) {
            Found::Prefix => return Meaning::Prefix(Keys::from(self.pressed.clone())),
            Found::Command(command) => Some(command.to_owned()),
            Found::Nothing => None,
        };
        let is_first = std::mem::take(&mut self.pressed).len() == 1;
        match (found, typed(key)) {
            (Some(command), _) => Meaning::Command(command),
            (None, Some(character)) if is_first => Meaning::Character(character),
            (None, _) => Meaning::Nothing,
        }
    }

    /// Whether one key press runs this command.
    pub(super) fn is_key_of(&self, key: KeyEvent, command: &str) -> bool {
        self.keymap.find(&[key.into()]) == Found::Command(command)
    }

    /// The keys of a command in the form that people read, shortest first.
    pub(super) fn keys_of(&self, command: &str) -> Vec<String> {
        self.keymap.keys_of(command)
    }

    /// The shortest keys of a command; empty where it has none.
    pub(super) fn key_of(&self, command: &str) -> String {
        self.keys_of(command).into_iter().next().unwrap_or_default()
    }

    /// Binds the default keys of plugin commands, where they are free. Gives messages about those that are taken.
    pub(super) fn bind_plugins(&mut self, plugins: &Plugins) -> Vec<Message> {
        self.keymap.forget_plugins();
        let mut refused = Vec::new();
        for command in plugins.commands() {
            for written in command.default_keys {
                let bound = written
                    .parse::<Keys>()
                    .map_err(|error| error.to_string())
                    .and_then(|keys| self.keymap.bind(keys, Some(&command.name), Layer::Plugin));
                refused.extend(bound.err().map(|why| format!("{} has no key: {why}", command.name)));
            }
        }
        let known = std::mem::replace(&mut self.refused, refused.clone());
        refused.into_iter().filter(|text| !known.contains(text)).map(Message::info).collect()
    }
}

/// The character that a key types.
pub(super) fn typed(key: KeyEvent) -> Option<char> {
    let held = key.modifiers.difference(KeyModifiers::SHIFT);
    // Some systems report AltGr as Control and Alt together.
    let is_plain = held.is_empty() || held == KeyModifiers::CONTROL.union(KeyModifiers::ALT);
    match key.code {
        KeyCode::Char(character) if is_plain => Some(character),
        _ => None,
    }
}
