//! The keyboard: the key map, and the keys pressed so far of a sequence.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use witdock_editor_session::plugins::ContextKeys;
use witdock_editor_session::{Message, Plugins};

use crate::config::{Found, KeyMap, Keys, Layer, Press};

/// The key map, and the keys pressed so far of a sequence.
#[derive(Debug, Default)]
pub(super) struct Keyboard {
    keymap: KeyMap,
    /// The keys of plugins that count only in some places, as they are now.
    contexts: Contexts,
    /// Keys that may start a sequence.
    pressed: Vec<Press>,
    /// The messages about keys that plugins did not get, so that each is shown once.
    refused: Vec<String>,
}

/// The keys of plugins that count only in some places, as they are now.
#[derive(Debug, Default)]
struct Contexts {
    keys: ContextKeys,
    language: KeyMap,
    panel: KeyMap,
    mode: KeyMap,
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
        let found = match self.find(&self.pressed) {
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

    /// The meaning of keys: the person's come first, then those of a plugin's mode, of the editor, of plugins, and those of plugins in a language.
    fn find(&self, pressed: &[Press]) -> Found<'_> {
        let all = self.keymap.find(pressed);
        let is_persons = self.keymap.is_persons(pressed);
        let in_mode = self.contexts.mode.find(pressed);
        match (all, in_mode) {
            (all, _) if is_persons => all,
            (_, Found::Command(command)) => Found::Command(command),
            (_, Found::Prefix) => Found::Prefix,
            (Found::Nothing, Found::Nothing) => self.contexts.language.find(pressed),
            (all, Found::Nothing) => all,
        }
    }

    /// The command of a key in the panel that is shown.
    pub(super) fn panel_command(&self, key: KeyEvent) -> Option<String> {
        match self.contexts.panel.find(&[key.into()]) {
            Found::Command(command) => Some(command.to_owned()),
            _ => None,
        }
    }

    /// Takes the keys of plugins that count now. Gives messages about those that cannot be bound.
    pub(super) fn bind_contexts(&mut self, keys: ContextKeys) -> Vec<Message> {
        if keys == self.contexts.keys {
            return Vec::new();
        }
        let mut refused = Vec::new();
        let mut map = |list: &[(String, String)], is_mode: bool| {
            let mut map = KeyMap::default();
            for (written, command) in list {
                let bound = written.parse::<Keys>().map_err(|error| error.to_string()).and_then(|keys| {
                    if is_mode && keys.presses().first().is_some_and(is_reserved) {
                        return Err(format!("{keys} cannot be bound in a mode"));
                    }
                    map.bind(keys, Some(command), Layer::Plugin)
                });
                refused.extend(bound.err().map(|why| format!("{command} has no key: {why}")));
            }
            map
        };
        let (language, panel, mode) =
            (map(&keys.language, false), map(&keys.panel, false), map(&keys.mode, true));
        self.contexts = Contexts { keys, language, panel, mode };
        let new: Vec<String> = refused.into_iter().filter(|text| !self.refused.contains(text)).collect();
        self.refused.extend(new.iter().cloned());
        new.into_iter().map(Message::info).collect()
    }

    /// Whether one key press runs this command.
    pub(super) fn is_key_of(&self, key: KeyEvent, command: &str) -> bool {
        self.keymap.find(&[key.into()]) == Found::Command(command)
    }

    /// The keys of a command in the form that people read, shortest first.
    pub(super) fn keys_of(&self, command: &str) -> Vec<String> {
        let mut keys = self.keymap.keys_of(command);
        keys.extend(self.contexts.language.keys_of(command));
        keys
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

/// Whether a key keeps its meaning in each mode: the person leaves it, manages plugins and ends the editor with these.
fn is_reserved(press: &Press) -> bool {
    let written = press.written();
    let is_function = written.strip_prefix('f').is_some_and(|number| number.parse::<u8>().is_ok());
    is_function || written == "escape" || written == "ctrl-q"
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
