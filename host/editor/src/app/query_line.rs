//! The line with what is searched for, and its switches.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use witdock_editor_core::{Case, Query, QueryOptions};
use witdock_editor_session::Session;

use super::line::{Edited, Line};

/// The keys of the switches, as the line shows them while it is empty.
pub const SWITCH_KEYS: &str = "Alt-R regex  Alt-C case  Alt-W words";

/// The line with what is searched for, and its switches.
#[derive(Debug, Clone, Default)]
pub struct QueryLine {
    /// The text.
    pub text: Line,
    /// The switches.
    pub options: QueryOptions,
}

impl From<&Query> for QueryLine {
    fn from(query: &Query) -> Self {
        Self { text: Line::from(query.pattern()), options: query.options() }
    }
}

impl QueryLine {
    /// The selected text, or an empty line, with the switches of the last search.
    pub(super) fn new(session: &Session) -> Self {
        let options = session.finding().query().map(Query::options).unwrap_or_default();
        Self { text: Line::from(session.documents().selected_word().as_str()), options }
    }

    /// Takes a key that edits the line or turns a switch.
    pub(super) fn key(&mut self, key: KeyEvent) -> Edited {
        let has_alt = key.modifiers.difference(KeyModifiers::SHIFT) == KeyModifiers::ALT;
        match key.code {
            KeyCode::Char('r' | 'R') if has_alt => self.options.regex = !self.options.regex,
            KeyCode::Char('w' | 'W') if has_alt => self.options.whole_word = !self.options.whole_word,
            KeyCode::Char('c' | 'C') if has_alt => {
                self.options.case = match self.options.case {
                    Case::Smart => Case::Sensitive,
                    Case::Sensitive => Case::Insensitive,
                    Case::Insensitive => Case::Smart,
                };
            }
            _ => return self.text.key(key),
        }
        Edited::Changed
    }

    /// The switches that are on, as the line's title shows them.
    pub fn switches(&self) -> String {
        let case = match self.options.case {
            Case::Smart => None,
            Case::Sensitive => Some("case"),
            Case::Insensitive => Some("any case"),
        };
        let on = [self.options.regex.then_some("regex"), case, self.options.whole_word.then_some("words")];
        let on: Vec<&str> = on.into_iter().flatten().collect();
        if on.is_empty() { String::new() } else { format!(" [{}]", on.join(", ")) }
    }
}
