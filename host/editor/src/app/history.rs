//! What was entered before, for each purpose of a line.
//!
//! Answers to plugins are not remembered: they may be secrets.

use std::collections::{BTreeMap, VecDeque};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use serde::{Deserialize, Serialize};

use super::line::Line;

/// The number of lines that are remembered for each purpose.
const MOST_LINES: usize = 100;
/// A longer line is not remembered, bytes.
const LONGEST_LINE: usize = 1024;

/// What a remembered line was entered for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The path of a file, to open or to save to.
    Path,
    /// The number of a line.
    LineNumber,
    /// A text to find or to replace.
    Find,
    /// The replacement of a text.
    Replacement,
    /// A command of the shell.
    Shell,
    /// The name of a command that was chosen from the list of commands.
    Command,
    /// The new name of a symbol.
    Name,
}

/// The lines that were entered before, the latest last.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct History {
    lines: BTreeMap<Kind, VecDeque<String>>,
}

impl History {
    /// Adds a line as the latest. Gives whether it is remembered.
    pub fn add(&mut self, kind: Kind, line: &str) -> bool {
        if line.is_empty() || line.len() > LONGEST_LINE {
            return false;
        }
        let lines = self.lines.entry(kind).or_default();
        lines.retain(|other| other != line);
        lines.push_back(line.to_owned());
        while lines.len() > MOST_LINES {
            lines.pop_front();
        }
        true
    }

    /// How many entries ago a line was entered, 0 being the latest.
    pub(super) fn age(&self, kind: Kind, line: &str) -> Option<usize> {
        self.lines.get(&kind)?.iter().rev().position(|other| other == line)
    }

    /// The line that was entered so many entries ago, 0 being the latest.
    fn back(&self, kind: Kind, back: usize) -> Option<&str> {
        self.lines.get(&kind)?.iter().rev().nth(back).map(String::as_str)
    }
}

/// Where the person is in a history.
#[derive(Debug, Clone, Default)]
pub(super) struct Recall {
    /// How many lines back; none for the line that the person types.
    back: Option<usize>,
    /// What they have typed before they went back.
    draft: Line,
}

impl Recall {
    /// Replaces the line by an older or a newer one, if the key asks for that. Gives whether it does.
    pub(super) fn key(&mut self, key: KeyEvent, kind: Kind, history: &History, line: &mut Line) -> bool {
        let is_older = match key.code {
            KeyCode::Up => true,
            KeyCode::Down => false,
            _ => return false,
        };
        if !key.modifiers.difference(KeyModifiers::ALT).is_empty() {
            return false;
        }
        if is_older {
            let back = self.back.map_or(0, |back| back + 1);
            if let Some(older) = history.back(kind, back) {
                if self.back.is_none() {
                    self.draft = std::mem::take(line);
                }
                self.back = Some(back);
                *line = Line::from(older);
            }
        } else if let Some(back) = self.back {
            self.back = back.checked_sub(1);
            *line = match self.back.and_then(|back| history.back(kind, back)) {
                Some(newer) => Line::from(newer),
                None => std::mem::take(&mut self.draft),
            };
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn up_and_down_go_through_what_was_entered_and_back_to_what_is_typed() {
        let mut history = History::default();
        for line in ["one", "two", "one", "three"] {
            assert!(history.add(Kind::Find, line));
        }
        assert!(!history.add(Kind::Find, "") && !history.add(Kind::Find, &"x".repeat(2_000)));
        let (mut recall, mut line) = (Recall::default(), Line::from("typed"));
        let mut press = |code| {
            assert!(recall.key(code, Kind::Find, &history, &mut line));
            line.text().to_owned()
        };
        let (up, down) = (KeyEvent::from(KeyCode::Up), KeyEvent::from(KeyCode::Down));
        let seen: Vec<String> =
            [up, up, up, up, down, down, down, down].into_iter().map(&mut press).collect();
        assert_eq!(seen, ["three", "one", "two", "two", "one", "three", "typed", "typed"]);
    }

    #[test]
    fn only_the_latest_are_kept() {
        let mut history = History::default();
        for number in 0..500 {
            history.add(Kind::Path, &number.to_string());
        }
        assert_eq!(history.lines.get(&Kind::Path).map(VecDeque::len), Some(MOST_LINES));
        assert_eq!(history.back(Kind::Path, 0), Some("499"));
        assert_eq!(history.back(Kind::Find, 0), None);
    }
}
