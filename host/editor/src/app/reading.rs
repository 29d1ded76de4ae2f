//! Texts to read: the keys of all commands.

use crossterm::event::{KeyCode, KeyEvent};
use witdock_editor_session::Session;
use witdock_editor_session::command::Group;

use super::keyboard::Keyboard;
use super::mode::Next;
use super::{Mode, Screen, command};

/// A text to read, over the document.
#[derive(Debug)]
pub struct Reading {
    /// The title.
    pub title: &'static str,
    /// The lines.
    pub lines: Vec<ReadLine>,
    /// The index of the first visible line.
    pub first: usize,
}

/// A line of a [`Reading`].
#[derive(Debug)]
pub enum ReadLine {
    /// The heading of the lines below it.
    Heading(String),
    /// A text with keys at its left.
    Pair(String, String),
}

/// All commands with their keys, group by group.
pub(super) fn help(session: &Session, keyboard: &Keyboard) -> Reading {
    let mut lines = Vec::new();
    let mut group = None;
    let is_selecting = |name: &str| name.starts_with("editor.select-");
    for entry in command::entries() {
        // The heading says that Shift selects.
        if entry.group == Group::Moving && is_selecting(entry.name) {
            continue;
        }
        if group != Some(entry.group) {
            group = Some(entry.group);
            lines.push(ReadLine::Heading(entry.group.title().to_owned()));
        }
        let keys = keyboard.keys_of(entry.name).join(", ");
        lines.push(ReadLine::Pair(keys, format!("{}  ({})", entry.title, entry.name)));
    }
    for (index, command) in session.plugins().commands().enumerate() {
        if index == 0 {
            lines.push(ReadLine::Heading("Commands of plugins".to_owned()));
        }
        let key = keyboard.key_of(&command.name);
        lines.push(ReadLine::Pair(key, format!("{}  ({})", command.title, command.name)));
    }
    Reading { title: "Keys", lines, first: 0 }
}

impl Reading {
    pub(super) fn key(mut self, key: KeyEvent, session: &Session, screen: &Screen) -> Next {
        let page = screen.text_lines(session).saturating_sub(3).max(1);
        let last = self.lines.len().saturating_sub(page);
        self.first = match key.code {
            KeyCode::Esc | KeyCode::Enter | KeyCode::Char('q') | KeyCode::F(1) => return Next::Edit,
            KeyCode::Up => self.first.saturating_sub(1),
            KeyCode::Down => self.first.saturating_add(1).min(last),
            KeyCode::PageUp => self.first.saturating_sub(page),
            KeyCode::PageDown | KeyCode::Char(' ') => self.first.saturating_add(page).min(last),
            KeyCode::Home => 0,
            KeyCode::End => last,
            _ => self.first,
        };
        Next::Mode(Mode::Reading(self))
    }
}
