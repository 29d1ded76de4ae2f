//! The dialog in which the person answers what plugins ask to be allowed.
//!
//! Nothing is allowed before the screen has shown all of it: the dialog scrolls, and a request is answered with "allow" only after its last
//! line was drawn.

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::text::Span;
use unicode_segmentation::UnicodeSegmentation;
use witdock_editor_session::Session;
use witdock_editor_session::host::{Ask, PluginAction};

use super::mode::Next;
use super::{App, Mode, Screen};

/// The widest that the dialog is, columns.
const WIDEST: usize = 72;
/// The lines of the frame, and the line of keys with the empty one above it.
const FRAME_LINES: usize = 4;

/// What the dialog shows, and what it has shown.
#[derive(Debug, Default)]
pub struct Consenting {
    /// The index of the first visible line.
    first: usize,
    /// The number of lines, from the top, that were drawn.
    seen: usize,
    /// The requests that were drawn to their ends.
    shown: Vec<Ask>,
}

/// A part of the dialog.
#[derive(Debug)]
pub struct ConsentPage {
    /// The visible lines; whether each is a heading.
    pub lines: Vec<(String, bool)>,
    /// The keys that answer now.
    pub keys: String,
    /// The columns of the dialog with its frame.
    pub columns: usize,
}

/// The text of all requests.
struct Text {
    lines: Vec<(String, bool)>,
    /// The requests, the oldest first, each with the number of lines up to its end.
    ends: Vec<(Ask, usize)>,
}

impl Text {
    fn new(session: &Session, columns: usize) -> Self {
        let mut text = Self { lines: Vec::new(), ends: Vec::new() };
        for ask in session.plugins().asks() {
            text.lines.extend(wrapped(&ask.heading(), "", columns).map(|line| (line, true)));
            for what in ask.words() {
                text.lines.extend(wrapped(&format!("· {what}"), "  ", columns).map(|line| (line, false)));
            }
            text.ends.push((ask.clone(), text.lines.len()));
            text.lines.push((String::new(), false));
        }
        text.lines.pop();
        text
    }
}

/// Breaks a text into lines of this width, each with this indentation. Nothing is left out, spaces included.
fn wrapped(text: &str, indent: &'static str, columns: usize) -> impl Iterator<Item = String> {
    let mut lines = vec![indent.to_owned()];
    let mut width = indent.len();
    for grapheme in text.graphemes(true) {
        let wide = Span::raw(grapheme).width();
        if width + wide > columns && width > indent.len() {
            lines.push(indent.to_owned());
            width = indent.len();
        }
        width += wide;
        if let Some(line) = lines.last_mut() {
            line.push_str(grapheme);
        }
    }
    lines.into_iter()
}

/// The columns and the lines of the dialog's text.
fn size(session: &Session, screen: &Screen) -> (usize, usize) {
    let columns = screen.columns().saturating_sub(4).min(WIDEST).saturating_sub(2).max(8);
    let lines = screen.text_lines(session).saturating_sub(FRAME_LINES).max(1);
    (columns, lines)
}

impl Consenting {
    fn page(&self, session: &Session, screen: &Screen) -> ConsentPage {
        let (columns, room) = size(session, screen);
        let text = Text::new(session, columns);
        let total = text.lines.len();
        let seen = self.seen_with(room);
        let is_shown = |(ask, end): &(Ask, usize)| *end <= seen || self.shown.contains(ask);
        let count = text.ends.len();
        let mut keys = match text.ends.first() {
            Some(first) if is_shown(first) => "a allow   n not now   d disable the plugin".to_owned(),
            _ => "PgDn shows the rest, then a allows   n not now   d disable".to_owned(),
        };
        if count > 1 && text.ends.iter().all(is_shown) {
            keys += &format!("   A allow all {count}");
        } else if total > room {
            let last = (self.first + room).min(total);
            keys += &format!("   {}-{last} of {total}", self.first + 1);
        }
        let lines = text.lines.into_iter().skip(self.first).take(room).collect();
        ConsentPage { lines, keys, columns: columns + 2 }
    }

    /// The number of lines, from the top, that are drawn with this page of so many lines. What was skipped was not seen.
    fn seen_with(&self, room: usize) -> usize {
        if self.first <= self.seen { self.seen.max(self.first + room) } else { self.seen }
    }

    /// Remembers what was drawn.
    fn drawn(&mut self, session: &Session, screen: &Screen) {
        let (columns, room) = size(session, screen);
        self.seen = self.seen_with(room);
        let ends = Text::new(session, columns).ends;
        let seen = ends.into_iter().filter(|(ask, end)| *end <= self.seen && !self.shown.contains(ask));
        let seen: Vec<Ask> = seen.map(|(ask, _)| ask).collect();
        self.shown.extend(seen);
    }

    pub(super) fn key(mut self, key: KeyEvent, session: &mut Session, screen: &Screen) -> Next {
        let asks: Vec<Ask> = session.plugins().asks().cloned().collect();
        let (columns, room) = size(session, screen);
        let last = Text::new(session, columns).lines.len().saturating_sub(room);
        match key.code {
            KeyCode::Char('a' | 'y') if asks.first().is_some_and(|ask| self.shown.contains(ask)) => {
                session.answer_consent(Some(PluginAction::Allow));
            }
            KeyCode::Char('A') if asks.iter().all(|ask| self.shown.contains(ask)) => session.allow_all(),
            KeyCode::Char('n') => session.answer_consent(None),
            KeyCode::Char('d') => session.answer_consent(Some(PluginAction::Disable)),
            KeyCode::Up => self.first = self.first.saturating_sub(1),
            KeyCode::Down => self.first = (self.first + 1).min(last),
            KeyCode::PageUp => self.first = self.first.saturating_sub(room),
            KeyCode::PageDown | KeyCode::Char(' ') => self.first = (self.first + room).min(last),
            KeyCode::Home => self.first = 0,
            KeyCode::Esc | KeyCode::F(7) => return Next::Edit,
            _ => {}
        }
        if session.plugins().asks().len() == 0 {
            return Next::Edit;
        }
        if session.plugins().asks().ne(asks.iter()) {
            // The lines are others now; what was shown to its end stays so.
            (self.first, self.seen) = (0, 0);
        }
        Next::Mode(Mode::Consent(self))
    }
}

impl App {
    /// What the dialog of consent shows, if it is open.
    pub fn consent_page(&self) -> Option<ConsentPage> {
        match &self.mode {
            Mode::Consent(consenting) => Some(consenting.page(&self.session, &self.screen)),
            _ => None,
        }
    }

    /// Remembers that the screen was drawn.
    pub(super) fn consent_drawn(&mut self) {
        if let Mode::Consent(consenting) = &mut self.mode {
            consenting.drawn(&self.session, &self.screen);
        }
    }
}
