//! An editor without a terminal: keys in, text and screen out.

#![allow(dead_code, reason = "each test program uses its part")]
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "what is unexpected in a test may end it")]

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::style::Modifier;
use witdock_editor::app::{App, Effect, Input};
use witdock_editor::config::Config;
use witdock_editor::decoration::Decoration;
use witdock_editor::file::{Opened, Stamp};
use witdock_editor::plugins::api::{Abilities, EventKinds, Registration};
use witdock_editor::plugins::{Answered, DecorationChange, News, Outcome};
use witdock_editor::view::view;
use witdock_editor_core::Document;

pub(crate) struct Editor {
    pub(crate) app: App,
    terminal: Terminal<TestBackend>,
}

impl Editor {
    pub(crate) fn with_text(name: &str, text: &str) -> Self {
        Self::sized(60, 12, name, text)
    }

    pub(crate) fn sized(columns: u16, lines: u16, name: &str, text: &str) -> Self {
        let app = App::new(Config::read(None), columns, lines);
        let mut editor = Self { app, terminal: Terminal::new(TestBackend::new(columns, lines)).unwrap() };
        editor.open(name, text);
        editor
    }

    pub(crate) fn open(&mut self, name: &str, text: &str) {
        let document = Document::from_bytes(text.as_bytes()).unwrap();
        let stamp = Stamp::of(Path::new(name));
        let opened = Opened { document, read_only: false, is_new: false, stamp };
        self.app.opened(Path::new(name), Ok(opened), false);
    }

    /// Draws something over the text, as a plugin would.
    pub(crate) fn decorate(&mut self, set: Vec<Decoration>) {
        let registration = Registration {
            commands: Vec::new(),
            events: EventKinds::OPENED,
            abilities: Abilities::empty(),
            languages: Vec::new(),
            file_types: Vec::new(),
            completion_triggers: Vec::new(),
        };
        let (name, registration) = ("test".to_owned(), Arc::new(registration));
        self.app.update(Input::News(News::Serving { plugin: 0, name, registration }));
        assert!(!self.app.calls().is_empty(), "it hears of the document");
        let buffer = self.app.active().unwrap();
        let (document, revision) = (buffer.id, buffer.document.revision());
        let change = DecorationChange { document, name: "test".to_owned(), set: Some((revision, set)) };
        let outcome = Outcome { decorations: vec![change], ..Outcome::default() };
        self.app
            .update(Input::News(News::Ended { plugin: 0, result: Ok((Answered::Told, Box::new(outcome))) }));
    }

    /// Presses keys, written as in a key map, and gives what is to be done after the last one.
    pub(crate) fn keys(&mut self, keys: &str) -> Vec<Effect> {
        keys.split(' ').map(|text| self.app.update(Input::Key(key(text)))).last().unwrap_or_default()
    }

    pub(crate) fn text(&self) -> String {
        self.app.active().unwrap().document.text().to_string()
    }

    pub(crate) fn selected(&self) -> Range<usize> {
        self.app.active().unwrap().document.selections().primary().range()
    }

    /// The cells of the text that are drawn with their colours changed places, the status line's left out.
    pub(crate) fn reversed(&mut self) -> Vec<(u16, u16)> {
        self.screen();
        let buffer = self.terminal.backend().buffer();
        let area = *buffer.area();
        let places = (0..area.height - 2).flat_map(|y| (0..area.width).map(move |x| (x, y)));
        places.filter(|place| buffer[*place].modifier.contains(Modifier::REVERSED)).collect()
    }

    /// Where the terminal's cursor is.
    pub(crate) fn cursor(&mut self) -> (u16, u16) {
        let place = self.terminal.get_cursor_position().unwrap();
        (place.x, place.y)
    }

    pub(crate) fn screen(&mut self) -> String {
        self.terminal.draw(|frame| view(&self.app, frame)).unwrap();
        self.terminal.backend().to_string()
    }
}

fn key(text: &str) -> KeyEvent {
    let mut modifiers = KeyModifiers::NONE;
    let mut rest = text;
    for (prefix, modifier) in
        [("ctrl-", KeyModifiers::CONTROL), ("alt-", KeyModifiers::ALT), ("shift-", KeyModifiers::SHIFT)]
    {
        if let Some(after) = rest.strip_prefix(prefix) {
            modifiers |= modifier;
            rest = after;
        }
    }
    let code = match rest {
        "enter" => KeyCode::Enter,
        "tab" => KeyCode::Tab,
        "backspace" => KeyCode::Backspace,
        "delete" => KeyCode::Delete,
        "escape" => KeyCode::Esc,
        "space" => KeyCode::Char(' '),
        "up" => KeyCode::Up,
        "down" => KeyCode::Down,
        "left" => KeyCode::Left,
        "right" => KeyCode::Right,
        "home" => KeyCode::Home,
        "end" => KeyCode::End,
        "page-up" => KeyCode::PageUp,
        "page-down" => KeyCode::PageDown,
        _ if rest.len() > 1 && rest.starts_with('f') => KeyCode::F(rest[1..].parse().unwrap()),
        _ => KeyCode::Char(rest.chars().next().unwrap()),
    };
    KeyEvent::new(code, modifiers)
}
