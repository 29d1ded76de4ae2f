//! Keys in their written form: `ctrl-s`, `alt-shift-up`, `ctrl-k t`.

use std::fmt;
use std::str::FromStr;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// The modifiers in their written and their readable form, in the order in which they are written.
const MODIFIERS: [(&str, &str, KeyModifiers); 3] = [
    ("ctrl-", "Ctrl-", KeyModifiers::CONTROL),
    ("alt-", "Alt-", KeyModifiers::ALT),
    ("shift-", "Shift-", KeyModifiers::SHIFT),
];
/// The keys that have names, in their written and their readable form.
const NAMED: [(&str, &str, KeyCode); 18] = [
    ("enter", "Enter", KeyCode::Enter),
    ("tab", "Tab", KeyCode::Tab),
    ("backspace", "Backspace", KeyCode::Backspace),
    ("delete", "Del", KeyCode::Delete),
    ("insert", "Ins", KeyCode::Insert),
    ("escape", "Esc", KeyCode::Esc),
    ("space", "Space", KeyCode::Char(' ')),
    ("minus", "-", KeyCode::Char('-')),
    ("up", "Up", KeyCode::Up),
    ("down", "Down", KeyCode::Down),
    ("left", "Left", KeyCode::Left),
    ("right", "Right", KeyCode::Right),
    ("home", "Home", KeyCode::Home),
    ("end", "End", KeyCode::End),
    ("page-up", "PgUp", KeyCode::PageUp),
    ("page-down", "PgDn", KeyCode::PageDown),
    ("pageup", "PgUp", KeyCode::PageUp),
    ("pagedown", "PgDn", KeyCode::PageDown),
];

/// A key with its modifiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Press {
    code: KeyCode,
    modifiers: KeyModifiers,
}

/// A key press, or a sequence of them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Keys(Vec<Press>);

/// The reason why a text is not a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "invalid key `{0}`: write any of `ctrl-`, `alt-` and `shift-`, in this order, and then a character or enter, tab, backspace, \
     delete, insert, escape, space, minus, up, down, left, right, home, end, page-up, page-down or f1 to f12"
)]
pub struct NoKey(String);

impl From<KeyEvent> for Press {
    /// Gives one form to keys that terminals report in several. With Control or Alt, a capital letter is its small letter with
    /// Shift; otherwise it is a character of its own.
    fn from(event: KeyEvent) -> Self {
        let mut modifiers =
            event.modifiers & (KeyModifiers::CONTROL | KeyModifiers::ALT | KeyModifiers::SHIFT);
        let code = match event.code {
            KeyCode::BackTab => {
                modifiers |= KeyModifiers::SHIFT;
                KeyCode::Tab
            }
            KeyCode::Char(character) if modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT) => {
                if character.is_uppercase() {
                    modifiers |= KeyModifiers::SHIFT;
                }
                KeyCode::Char(character.to_lowercase().next().unwrap_or(character))
            }
            KeyCode::Char(character) => {
                modifiers -= KeyModifiers::SHIFT;
                KeyCode::Char(character)
            }
            code => code,
        };
        Self { code, modifiers }
    }
}

impl From<Press> for KeyEvent {
    fn from(Press { code, modifiers }: Press) -> Self {
        Self::new(code, modifiers)
    }
}

impl Press {
    /// The event that a terminal sends for it.
    pub fn event(self) -> KeyEvent {
        let code = match self.code {
            KeyCode::Tab if self.modifiers.contains(KeyModifiers::SHIFT) => KeyCode::BackTab,
            code => code,
        };
        KeyEvent::new(code, self.modifiers)
    }

    /// The written form.
    pub fn written(self) -> String {
        let mut written = String::new();
        for (prefix, _, modifier) in MODIFIERS {
            if self.modifiers.contains(modifier) {
                written += prefix;
            }
        }
        match (NAMED.iter().find(|(.., code)| *code == self.code), self.code) {
            (Some((name, ..)), _) => written += name,
            (None, KeyCode::Char(character)) => written.push(character),
            (None, KeyCode::F(number)) => written += &format!("f{number}"),
            (None, other) => written += &other.to_string().to_lowercase(),
        }
        written
    }
}

impl FromStr for Press {
    type Err = NoKey;

    fn from_str(text: &str) -> Result<Self, NoKey> {
        let mut rest = text;
        let mut modifiers = KeyModifiers::NONE;
        for (prefix, _, modifier) in MODIFIERS {
            if let Some(after) = rest.strip_prefix(prefix) {
                modifiers |= modifier;
                rest = after;
            }
        }
        let mut characters = rest.chars();
        let named = NAMED.iter().find(|(name, ..)| *name == rest).map(|(.., code)| *code);
        let function =
            || rest.strip_prefix('f')?.parse().ok().filter(|n| (1..=12).contains(n)).map(KeyCode::F);
        let code = match (characters.next(), characters.next()) {
            (Some(character), None) if !character.is_whitespace() && !character.is_control() => {
                Some(KeyCode::Char(character))
            }
            _ => named.or_else(function),
        };
        let code = code.ok_or_else(|| NoKey(text.to_owned()))?;
        Ok(KeyEvent::new(code, modifiers).into())
    }
}

impl fmt::Display for Press {
    /// The readable form.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (_, shown, modifier) in MODIFIERS {
            if self.modifiers.contains(modifier) {
                f.write_str(shown)?;
            }
        }
        if let Some((_, shown, _)) = NAMED.iter().find(|(.., code)| *code == self.code) {
            return f.write_str(shown);
        }
        match self.code {
            KeyCode::Char(character) if self.modifiers.is_empty() => write!(f, "{character}"),
            KeyCode::Char(character) => write!(f, "{}", character.to_uppercase()),
            KeyCode::F(number) => write!(f, "F{number}"),
            other => write!(f, "{other}"),
        }
    }
}

impl FromStr for Keys {
    type Err = NoKey;

    fn from_str(text: &str) -> Result<Self, NoKey> {
        let presses: Vec<Press> = text.split_whitespace().map(str::parse).collect::<Result<_, _>>()?;
        if presses.is_empty() { Err(NoKey(text.to_owned())) } else { Ok(Self(presses)) }
    }
}

impl fmt::Display for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, press) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(" ")?;
            }
            press.fmt(f)?;
        }
        Ok(())
    }
}

impl Keys {
    /// The written form.
    pub fn written(&self) -> String {
        let written: Vec<String> = self.0.iter().map(|press| press.written()).collect();
        written.join(" ")
    }

    /// The presses of the sequence.
    pub fn presses(&self) -> &[Press] {
        &self.0
    }
}

impl From<Vec<Press>> for Keys {
    fn from(presses: Vec<Press>) -> Self {
        Self(presses)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_written_and_shown() {
        for (written, shown) in [
            ("ctrl-s", "Ctrl-S"),
            ("alt-shift-up", "Alt-Shift-Up"),
            ("ctrl-k t", "Ctrl-K t"),
            ("f12", "F12"),
            ("ctrl-minus", "Ctrl--"),
            ("ctrl--", "Ctrl--"),
            ("shift-tab", "Shift-Tab"),
            ("f", "f"),
            ("page-down", "PgDn"),
        ] {
            let keys = written.parse::<Keys>().unwrap();
            assert_eq!(keys.to_string(), shown);
            assert_eq!(keys.written().parse::<Keys>().unwrap(), keys);
            let events = keys.presses().iter().map(|press| Press::from(press.event()));
            assert_eq!(Keys::from(events.collect::<Vec<_>>()), keys);
        }
        for wrong in ["", "ctrl-", "f13", "strg-s", "shift-ctrl-a", "ab"] {
            assert!(wrong.parse::<Keys>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_terminals_tell_differently_is_one_key() {
        let press = |code, modifiers| Press::from(KeyEvent::new(code, modifiers));
        let shift_tab: Press = "shift-tab".parse().unwrap();
        assert_eq!(press(KeyCode::BackTab, KeyModifiers::NONE), shift_tab);
        assert_eq!(press(KeyCode::BackTab, KeyModifiers::SHIFT), shift_tab);
        let redo: Press = "ctrl-shift-z".parse().unwrap();
        assert_eq!(press(KeyCode::Char('Z'), KeyModifiers::CONTROL), redo);
        assert_eq!(press(KeyCode::Char('z'), KeyModifiers::CONTROL | KeyModifiers::SHIFT), redo);
        assert_eq!(press(KeyCode::Char('A'), KeyModifiers::SHIFT), "A".parse().unwrap());
    }
}
