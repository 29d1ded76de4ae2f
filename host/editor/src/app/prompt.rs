//! Lines that are asked of a person: a file's name, a line's number, what is replaced by what.

use std::path::PathBuf;

use crossterm::event::{KeyCode, KeyEvent};
use witdock_editor_core::{LineColumn, Query, QueryOptions, Selection, Selections, Transaction};

use super::mode::edit_line;
use super::{App, Effect, Message, Mode};

/// A line that is asked of a person.
#[derive(Debug)]
pub struct Prompt {
    /// What it is for.
    pub purpose: Purpose,
    /// What is typed so far.
    pub line: String,
}

/// What a line is for.
#[derive(Debug, Clone)]
pub enum Purpose {
    /// The file to open.
    Open,
    /// The file to save to.
    SaveAs,
    /// The line to go to.
    GoToLine,
    /// What is replaced.
    Replace,
    /// What it is replaced by.
    ReplaceBy(String),
}

impl Purpose {
    /// What a person is asked.
    pub fn title(&self) -> String {
        match self {
            Self::Open => "Open: ".to_owned(),
            Self::SaveAs => "Save as: ".to_owned(),
            Self::GoToLine => "Line: ".to_owned(),
            Self::Replace => "Replace (between slashes, a regular expression): ".to_owned(),
            Self::ReplaceBy(what) => format!("Replace `{what}` by: "),
        }
    }
}

impl App {
    pub(super) fn prompt(&mut self, purpose: Purpose, line: String) {
        self.mode = Mode::Prompt(Prompt { purpose, line });
    }

    pub(super) fn prompt_key(&mut self, mut prompt: Prompt, key: KeyEvent) -> Vec<Effect> {
        match key.code {
            KeyCode::Esc => return Vec::new(),
            KeyCode::Enter => return self.prompted(prompt),
            _ => edit_line(&mut prompt.line, key),
        }
        self.mode = Mode::Prompt(prompt);
        Vec::new()
    }

    fn prompted(&mut self, prompt: Prompt) -> Vec<Effect> {
        let Prompt { purpose, line } = prompt;
        match purpose {
            Purpose::ReplaceBy(what) => self.replace_all(&what, &line),
            _ if line.is_empty() => {}
            Purpose::Open => return vec![Effect::Open(PathBuf::from(line))],
            Purpose::SaveAs => return self.save_as(line),
            Purpose::GoToLine => self.go_to_line(&line),
            Purpose::Replace => self.prompt(Purpose::ReplaceBy(line), String::new()),
        }
        Vec::new()
    }

    fn save_as(&mut self, line: String) -> Vec<Effect> {
        let path = std::path::absolute(&line).unwrap_or_else(|_| PathBuf::from(&line));
        if path.exists() {
            self.say(Message::error(format!("{line} exists already: choose another name")));
            self.prompt(Purpose::SaveAs, line);
            return Vec::new();
        }
        let Some(buffer) = self.active() else { return Vec::new() };
        vec![Effect::Save { document: buffer.id, path, text: buffer.document.snapshot(), expected: None }]
    }

    fn go_to_line(&mut self, line: &str) {
        let Ok(number) = line.trim().parse::<usize>() else {
            return self.say(Message::error(format!("`{line}` is no line's number")));
        };
        if let Some(buffer) = self.active_mut() {
            let place = LineColumn { line: number.saturating_sub(1), column: 0 };
            let text = buffer.document.text();
            let last = text.line_count().saturating_sub(1);
            let offset = text.offset(LineColumn { line: place.line.min(last), ..place });
            buffer.document.set_selections(Selections::one(Selection::at(offset)));
        }
    }

    /// Replaces a text everywhere, or in the selection if there is one, as one step to undo.
    fn replace_all(&mut self, what: &str, by: &str) {
        let regex = what.len() > 2 && what.starts_with('/') && what.ends_with('/');
        let pattern = if regex { what.get(1..what.len() - 1).unwrap_or_default() } else { what };
        let query = match Query::new(pattern, QueryOptions { regex, ..QueryOptions::default() }) {
            Ok(query) => query,
            Err(error) => return self.say(Message::error(error.to_string())),
        };
        let Some(buffer) = self.buffers.get_mut(self.active) else { return };
        let document = &mut buffer.document;
        let with = match query.replacement(by, document.style().line_ending) {
            Ok(with) => with,
            Err(error) => return self.say(Message::error(error.to_string())),
        };
        let selected = document.selections().primary();
        let range = if selected.is_empty() { 0..document.text().len() } else { selected.range() };
        let changes = query.replace_all(document.text(), range, &with);
        let count = changes.edits().len();
        buffer.author = crate::buffer::Author::Person(crate::buffer::Origin::Command);
        let applied = document.apply(Transaction::new(document.revision(), changes));
        self.say(match (applied, count) {
            (Err(error), _) => Message::error(error.to_string()),
            (Ok(_), 0) => Message::warning(format!("`{what}` is not found")),
            (Ok(_), 1) => Message::info("1 place replaced"),
            (Ok(_), count) => Message::info(format!("{count} places replaced")),
        });
    }
}
