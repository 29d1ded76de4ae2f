//! Screens that are there to be read: the keys, and what was said.

use crossterm::event::{KeyCode, KeyEvent};

use super::{App, COMMANDS, Effect, Level, Mode};

/// The most messages that are kept.
const MOST_MESSAGES: usize = 200;

/// A screen that is there to be read.
#[derive(Debug)]
pub struct Reading {
    /// What it is.
    pub title: &'static str,
    /// Its lines.
    pub lines: Vec<ReadLine>,
    /// The first that is seen.
    pub first: usize,
}

/// A line of such a screen.
#[derive(Debug)]
pub enum ReadLine {
    /// What those after it belong to.
    Heading(String),
    /// Keys, or who has said it, and the text.
    Pair(String, String, Level),
}

impl App {
    /// Keeps what was said, for those who were not looking.
    pub(super) fn keep(&mut self, message: &super::Message) {
        if self.said.len() == MOST_MESSAGES {
            self.said.pop_front();
        }
        self.said.push_back(message.clone());
    }

    pub(super) fn show_messages(&mut self) {
        let lines = self.said.iter().flat_map(|message| {
            let sign = match message.level {
                Level::Info => "",
                Level::Warning => "warning",
                Level::Error => "error",
            };
            message.text.lines().enumerate().map(move |(index, line)| {
                let sign = if index == 0 { sign } else { "" };
                ReadLine::Pair(sign.to_owned(), line.to_owned(), message.level)
            })
        });
        let lines: Vec<ReadLine> = lines.collect();
        let first = lines.len().saturating_sub(self.text_lines());
        self.mode = Mode::Reading(Reading { title: "What was said", lines, first });
    }

    pub(super) fn show_help(&mut self) {
        let mut lines = Vec::new();
        let mut group = "";
        for listed in COMMANDS
            .iter()
            .filter(|listed| !listed.name.starts_with("editor.select-") || listed.group != super::MOVING)
        {
            if listed.group != group {
                group = listed.group;
                lines.push(ReadLine::Heading(group.to_owned()));
            }
            let keys = self.keymap.keys_of(listed.name).join(", ");
            lines.push(ReadLine::Pair(keys, format!("{}  ({})", listed.title, listed.name), Level::Info));
        }
        let plugins: Vec<(String, String)> = self
            .plugin_entries()
            .map(|entry| (entry.key, format!("{}  ({})", entry.title, entry.name)))
            .collect();
        if !plugins.is_empty() {
            lines.push(ReadLine::Heading("Of plugins".to_owned()));
            lines.extend(plugins.into_iter().map(|(key, title)| ReadLine::Pair(key, title, Level::Info)));
        }
        self.mode = Mode::Reading(Reading { title: "Keys", lines, first: 0 });
    }

    pub(super) fn reading_key(&mut self, mut reading: Reading, key: KeyEvent) -> Vec<Effect> {
        let page = self.text_lines().saturating_sub(3).max(1);
        let last = reading.lines.len().saturating_sub(page);
        reading.first = match key.code {
            KeyCode::Esc | KeyCode::Enter | KeyCode::Char('q') | KeyCode::F(1 | 3) => return Vec::new(),
            KeyCode::Up => reading.first.saturating_sub(1),
            KeyCode::Down => reading.first.saturating_add(1).min(last),
            KeyCode::PageUp => reading.first.saturating_sub(page),
            KeyCode::PageDown | KeyCode::Char(' ') => reading.first.saturating_add(page).min(last),
            KeyCode::Home => 0,
            KeyCode::End => last,
            _ => reading.first,
        };
        self.mode = Mode::Reading(reading);
        Vec::new()
    }
}
