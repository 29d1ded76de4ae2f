//! The log of messages, over the document: the latest at the end and in sight.

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::text::Span;
use unicode_segmentation::UnicodeSegmentation;
use witdock_editor_session::{Level, Session};

use super::messages::{Logged, Messages};
use super::mode::Next;
use super::{Mode, Screen};

/// The columns of the time, which further rows of a message leave free.
const INDENT: &str = "         ";
/// The lines of the frame.
const FRAME_LINES: usize = 2;

/// The log of messages.
#[derive(Debug, Default)]
pub struct MessageLog {
    /// How many rows it is scrolled up from its end.
    scrolled: usize,
}

/// A row of the log.
#[derive(Debug, PartialEq, Eq)]
pub struct LogRow {
    /// The time, how serious the message is, and whose it is: in the first row of a message.
    pub head: Option<LogHead>,
    /// The text of the row.
    pub text: String,
    /// How serious the message is.
    pub level: Level,
}

/// What stands before a message.
#[derive(Debug, PartialEq, Eq)]
pub struct LogHead {
    /// The time.
    pub time: String,
    /// `error `, `warning `, or nothing.
    pub severity: &'static str,
    /// The plugin's name or `editor`, with a colon.
    pub owner: String,
}

impl LogHead {
    fn of(logged: &Logged, messages: &Messages) -> Self {
        let owner = logged.message.plugin.as_deref().unwrap_or("editor");
        let severity = match logged.message.level {
            Level::Info => "",
            Level::Warning => "warning ",
            Level::Error => "error ",
        };
        Self { time: messages.time_of(logged), severity, owner: format!("{owner}:") }
    }

    fn columns(&self) -> usize {
        [&*self.time, " ", self.severity, &*self.owner, " "]
            .iter()
            .map(|text| text.graphemes(true).count())
            .sum()
    }
}

/// The rows of the log on a screen of this width.
fn rows(messages: &Messages, columns: usize) -> Vec<LogRow> {
    let mut rows = Vec::new();
    if messages.dropped() > 0 {
        let text = format!("{} older messages were dropped", messages.dropped());
        rows.push(LogRow { head: None, text, level: Level::Info });
    }
    for logged in messages.log() {
        let level = logged.message.level;
        let head = LogHead::of(logged, messages);
        let again = if logged.count > 1 { format!("  ({} times)", logged.count) } else { String::new() };
        let lines = logged.message.text.lines().count();
        let mut head = Some(head);
        for (index, line) in logged.message.text.lines().enumerate() {
            let line = if index + 1 == lines { format!("{line}{again}") } else { line.to_owned() };
            let taken = head.as_ref().map_or(INDENT.len(), LogHead::columns);
            for text in wrapped(&line, taken, columns) {
                let text = if head.is_some() { text } else { format!("{INDENT}{text}") };
                rows.push(LogRow { head: head.take(), text, level });
            }
        }
    }
    rows
}

/// Breaks a text into rows, the first of which has so many columns taken, and the others the indentation: behind the last space that fits, or
/// where the row is full.
fn wrapped(text: &str, taken: usize, columns: usize) -> Vec<String> {
    let mut rows = vec![String::new()];
    let mut width = taken;
    for grapheme in text.graphemes(true) {
        let wide = Span::raw(grapheme).width();
        if width + wide > columns && width > INDENT.len() {
            let row = rows.last_mut().map(std::mem::take).unwrap_or_default();
            let at = row.rfind(' ').map_or(row.len(), |space| space + 1);
            let (kept, rest) = row.split_at(at);
            if let Some(last) = rows.last_mut() {
                kept.clone_into(last);
            }
            rows.push(rest.to_owned());
            width = INDENT.len() + Span::raw(rest).width();
        }
        width += wide;
        if let Some(row) = rows.last_mut() {
            row.push_str(grapheme);
        }
    }
    rows
}

impl MessageLog {
    /// The visible rows, on a screen of this size.
    pub fn page(&self, messages: &Messages, columns: usize, lines: usize) -> Vec<LogRow> {
        let mut rows = rows(messages, columns);
        let end = rows.len().saturating_sub(self.scrolled).max(lines.min(rows.len()));
        rows.truncate(end);
        rows.split_off(end.saturating_sub(lines))
    }

    pub(super) fn key(mut self, key: KeyEvent, session: &Session, screen: &Screen) -> Next {
        let page = screen.text_lines(session).saturating_sub(FRAME_LINES).max(1);
        let columns = screen.columns().saturating_sub(2);
        let last = rows(screen.messages(), columns).len().saturating_sub(page);
        self.scrolled = match key.code {
            KeyCode::Esc | KeyCode::Enter | KeyCode::Char('q') | KeyCode::F(3) => return Next::Edit,
            KeyCode::Up => self.scrolled.saturating_add(1).min(last),
            KeyCode::Down => self.scrolled.saturating_sub(1),
            KeyCode::PageUp => self.scrolled.saturating_add(page).min(last),
            KeyCode::PageDown | KeyCode::Char(' ') => self.scrolled.saturating_sub(page),
            KeyCode::Home => last,
            KeyCode::End => 0,
            _ => self.scrolled,
        };
        Next::Mode(Mode::Messages(self))
    }
}
