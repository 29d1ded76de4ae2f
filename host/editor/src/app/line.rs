//! A line of input: what prompts, searches, lists and questions are typed into.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use unicode_segmentation::UnicodeSegmentation;
use witdock_editor_core::word;

use super::keyboard::typed;

/// A line of input with its cursor.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line {
    text: String,
    /// In bytes, between graphemes.
    cursor: usize,
}

/// What a key did to a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Edited {
    /// The text is another one.
    Changed,
    /// The text is the same; the cursor may have moved.
    Moved,
    /// The key means nothing to a line.
    Nothing,
}

/// Where a motion or a deletion goes to.
#[derive(Debug, Clone, Copy)]
enum To {
    Start,
    End,
    Left,
    Right,
    WordLeft,
    WordRight,
}

impl From<&str> for Line {
    /// The text with the cursor at its end. Line breaks become spaces.
    fn from(text: &str) -> Self {
        let mut line = Self::default();
        line.insert(text);
        line
    }
}

impl Line {
    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text before the cursor.
    pub fn before(&self) -> &str {
        self.text.get(..self.cursor).unwrap_or_default()
    }

    /// The text behind the cursor.
    pub fn after(&self) -> &str {
        self.text.get(self.cursor..).unwrap_or_default()
    }

    /// Whether nothing is typed.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Inserts a text at the cursor. It is one line: line breaks become spaces, except at its end, and other control characters are left
    /// out.
    pub(super) fn insert(&mut self, text: &str) {
        let text = text.trim_end_matches(['\r', '\n']).replace("\r\n", " ");
        let spaced = text.chars().map(|character| match character {
            '\r' | '\n' | '\t' => ' ',
            other => other,
        });
        let shown: String = spaced.filter(|character| !character.is_control()).collect();
        if self.text.is_char_boundary(self.cursor) {
            self.text.insert_str(self.cursor, &shown);
            self.cursor += shown.len();
        }
    }

    /// Replaces the text before the cursor.
    pub(super) fn replace_before(&mut self, text: &str) {
        let after = self.after().to_owned();
        *self = Self::from(text);
        self.text += &after;
    }

    /// Edits the line with a key: as text is edited elsewhere, and as shells do it.
    pub(super) fn key(&mut self, key: KeyEvent) -> Edited {
        let held = key.modifiers.difference(KeyModifiers::SHIFT);
        let (ctrl, alt) = (held == KeyModifiers::CONTROL, held == KeyModifiers::ALT);
        let by_word = ctrl || alt;
        match key.code {
            KeyCode::Left => self.go(if by_word { To::WordLeft } else { To::Left }),
            KeyCode::Right => self.go(if by_word { To::WordRight } else { To::Right }),
            KeyCode::Home => self.go(To::Start),
            KeyCode::End => self.go(To::End),
            KeyCode::Backspace => self.delete(if by_word { To::WordLeft } else { To::Left }),
            KeyCode::Delete => self.delete(if by_word { To::WordRight } else { To::Right }),
            KeyCode::Char(letter) if ctrl => match letter.to_ascii_lowercase() {
                'a' => self.go(To::Start),
                'e' => self.go(To::End),
                'u' => self.delete(To::Start),
                'k' => self.delete(To::End),
                'w' | 'h' => self.delete(To::WordLeft),
                _ => Edited::Nothing,
            },
            KeyCode::Char(letter) if alt => match letter {
                'b' => self.go(To::WordLeft),
                'f' => self.go(To::WordRight),
                'd' => self.delete(To::WordRight),
                _ => Edited::Nothing,
            },
            _ => match typed(key) {
                Some(character) => {
                    self.insert(character.encode_utf8(&mut [0; 4]));
                    Edited::Changed
                }
                None => Edited::Nothing,
            },
        }
    }

    fn go(&mut self, to: To) -> Edited {
        self.cursor = self.place(to);
        Edited::Moved
    }

    fn delete(&mut self, to: To) -> Edited {
        let place = self.place(to);
        let (start, end) = (self.cursor.min(place), self.cursor.max(place));
        if start == end {
            return Edited::Moved;
        }
        self.text.replace_range(start..end, "");
        self.cursor = start;
        Edited::Changed
    }

    fn place(&self, to: To) -> usize {
        let text = || witdock_editor_core::Text::from(self.text.as_str());
        match to {
            To::Start => 0,
            To::End => self.text.len(),
            To::Left => self.before().grapheme_indices(true).next_back().map_or(0, |(at, _)| at),
            To::Right => self.cursor + self.after().graphemes(true).next().map_or(0, str::len),
            To::WordLeft => word::previous_word(&text(), self.cursor),
            To::WordRight => word::next_word(&text(), self.cursor),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::config::Keys;

    fn press(line: &mut Line, keys: &str) {
        for press in keys.parse::<Keys>().unwrap().presses() {
            line.key((*press).into());
        }
    }

    /// `|` is the cursor.
    fn check(before: &str, keys: &str, after: &str) {
        let (left, right) = before.split_once('|').unwrap();
        let mut line = Line { text: format!("{left}{right}"), cursor: left.len() };
        press(&mut line, keys);
        assert_eq!(format!("{}|{}", line.before(), line.after()), after, "{before} {keys}");
    }

    #[test]
    fn keys_edit_the_line() {
        check("|", "a b left c", "ac|b");
        check("one two|", "home x end y", "xone twoy|");
        check("one two three|", "ctrl-left ctrl-left x", "one x|two three");
        check("|one two", "alt-f ctrl-right left", "one tw|o");
        check("one two|", "ctrl-w", "one |");
        check("one two|", "ctrl-backspace alt-backspace", "|");
        check("one two thr|ee", "ctrl-u", "|ee");
        check("one t|wo", "ctrl-k", "one t|");
        check("one| two", "delete ctrl-delete", "one|");
        check("a👩‍👩‍👧b|", "left left backspace", "|👩‍👩‍👧b");
        check("a👩‍👩‍👧b|", "left backspace", "a|b");
        check("x|", "tab f5 ctrl-q up", "x|");
    }

    #[test]
    fn a_paste_is_one_line() {
        for (pasted, line) in
            [("a\nb\r\nc\rd", "a b c d"), ("one\n", "one"), ("a\tb\u{1b}[m", "a b[m"), ("\n\n", "")]
        {
            assert_eq!(Line::from(pasted).text(), line, "{pasted:?}");
        }
    }

    const KEYS: &[&str] = &[
        "left",
        "right",
        "home",
        "end",
        "ctrl-left",
        "ctrl-right",
        "backspace",
        "delete",
        "ctrl-w",
        "alt-d",
        "ctrl-u",
        "ctrl-k",
        "x",
        "\u{301}",
    ];

    proptest! {
        #[test]
        fn the_cursor_is_always_between_graphemes_of_one_line(
            text in "\\PC{0,12}|[a b👩‍👧é\n]{0,12}",
            keys in proptest::collection::vec(proptest::sample::select(KEYS), 0..20),
        ) {
            let mut line = Line::from(text.as_str());
            for key in keys {
                press(&mut line, key);
                prop_assert!(line.text.is_char_boundary(line.cursor));
                prop_assert!(!line.text.contains('\n'));
                prop_assert_eq!(format!("{}{}", line.before(), line.after()), line.text());
            }
        }
    }
}
