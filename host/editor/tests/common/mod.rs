//! An editor without a terminal: keys in, text and screen out.

#![allow(dead_code, reason = "each test program uses its part")]
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may end with a panic")]

pub(crate) mod docked;

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::style::Modifier;
use witdock_editor::app::{App, Effect, Input};
use witdock_editor::config::Config;
use witdock_editor::view::view;
use witdock_editor_core::Document;
use witdock_editor_session::documents::Decoration;
use witdock_editor_session::documents::file::{FileId, Opened, Stamp};
use witdock_editor_session::host::api::{Abilities, Command, EventKinds, Registration};
use witdock_editor_session::host::{Answered, DecorationChange, Exports, News, Outcome, PluginId};
use witdock_editor_session::preference::Preferences;
use witdock_editor_session::{Effect as SessionEffect, Input as SessionInput};

/// The state alone: effects are given back and not carried out.
pub(crate) struct Editor {
    pub(crate) app: App,
    screen: TestScreen,
    clock: Clock,
}

/// The time as the editor sees it.
pub(crate) struct Clock(Instant);

impl Clock {
    pub(crate) fn new() -> Self {
        Self(Instant::now())
    }

    pub(crate) fn now(&self) -> Instant {
        self.0
    }

    /// As long as somebody takes who reads the screen before they press a key.
    pub(crate) fn read_screen(&mut self) {
        self.0 += Duration::from_secs(1);
    }

    /// As long as somebody takes who types.
    pub(crate) fn type_on(&mut self) {
        self.0 += Duration::from_millis(100);
    }
}

/// A screen in memory.
pub(crate) struct TestScreen(Terminal<TestBackend>);

impl TestScreen {
    pub(crate) fn new(columns: u16, lines: u16) -> Self {
        Self(Terminal::new(TestBackend::new(columns, lines)).unwrap())
    }

    pub(crate) fn draw(&mut self, app: &App) -> String {
        self.0.draw(|frame| view(app, frame)).unwrap();
        self.0.backend().to_string()
    }
}

impl Editor {
    pub(crate) fn with_text(name: &str, text: &str) -> Self {
        Self::sized(60, 12, name, text)
    }

    pub(crate) fn sized(columns: u16, lines: u16, name: &str, text: &str) -> Self {
        let app = App::new(Config::read(None), columns, lines);
        let mut editor = Self { app, screen: TestScreen::new(columns, lines), clock: Clock::new() };
        editor.open(name, text);
        editor
    }

    pub(crate) fn open(&mut self, name: &str, text: &str) {
        // Parsed as the driver does it.
        for effect in self.update(opened(name, text)) {
            if let Effect::Session(SessionEffect::Parse { document, task }) = effect {
                self.update(Input::Session(SessionInput::Parsed { document, parsed: task.run() }));
            }
        }
    }

    /// Draws something over the text, as a plugin would.
    pub(crate) fn decorate(&mut self, set: Vec<Decoration>) {
        let registration = Registration {
            commands: vec![Command {
                name: "go".to_owned(),
                title: "Go".to_owned(),
                description: String::new(),
                default_keys: Vec::new(),
            }],
            events: EventKinds::OPENED,
            abilities: Abilities::empty(),
            languages: Vec::new(),
            file_types: Vec::new(),
            completion_triggers: Vec::new(),
        };
        let (plugin, name, registration) = (plugin(0), "test".to_owned(), Arc::new(registration));
        self.news(News::Serving { plugin, name, registration, exports: Exports::default() });
        assert!(!self.app.take_calls().is_empty(), "the plugin hears of the document");
        let buffer = self.app.active().unwrap();
        let (document, revision) = (buffer.id, buffer.document.revision());
        let change = DecorationChange { document, name: "test".to_owned(), set: Some((revision, set)) };
        let outcome = Outcome { decorations: vec![change], ..Outcome::default() };
        self.news(News::Ended { plugin, result: Ok((Answered::Told, Box::new(outcome))) });
    }

    pub(crate) fn news(&mut self, news: News) {
        self.update(Input::Session(SessionInput::News(news)));
    }

    pub(crate) fn update(&mut self, input: Input) -> Vec<Effect> {
        self.app.update(input, self.clock.now())
    }

    /// Presses keys, written as in a key map, and gives the effects of the last one. The screen is read before each.
    pub(crate) fn keys(&mut self, keys: &str) -> Vec<Effect> {
        let press = |text| {
            self.screen();
            self.clock.read_screen();
            self.update(Input::Key(key(text)))
        };
        keys.split(' ').map(press).last().unwrap_or_default()
    }

    /// Presses keys one after the other without reading the screen, which is drawn before each if `is_drawn`.
    pub(crate) fn type_on(&mut self, keys: &str, is_drawn: bool) {
        for text in keys.split(' ') {
            if is_drawn {
                self.screen();
            }
            self.clock.type_on();
            self.update(Input::Key(key(text)));
        }
    }

    pub(crate) fn text(&self) -> String {
        self.app.active().unwrap().document.text().to_string()
    }

    pub(crate) fn selected(&self) -> Range<usize> {
        self.app.active().unwrap().document.selections().primary().range()
    }

    /// The cells of the text that are drawn in reversed colours, without the status line.
    pub(crate) fn reversed(&mut self) -> Vec<(u16, u16)> {
        self.screen();
        let buffer = self.screen.0.backend().buffer();
        let area = *buffer.area();
        let places = (0..area.height - 2).flat_map(|y| (0..area.width).map(move |x| (x, y)));
        places.filter(|place| buffer[*place].modifier.contains(Modifier::REVERSED)).collect()
    }

    /// The cells of the text for which this holds, without the status line.
    pub(crate) fn cells(&mut self, is_it: impl Fn(&ratatui::buffer::Cell) -> bool) -> Vec<(u16, u16)> {
        self.screen();
        let buffer = self.screen.0.backend().buffer();
        let area = *buffer.area();
        // Without the gutter too.
        let places = (0..area.height - 2).flat_map(|y| (5..area.width).map(move |x| (x, y)));
        places.filter(|place| is_it(&buffer[*place])).collect()
    }

    /// The position of the terminal's cursor.
    pub(crate) fn cursor(&mut self) -> (u16, u16) {
        let place = self.screen.0.get_cursor_position().unwrap();
        (place.x, place.y)
    }

    pub(crate) fn screen(&mut self) -> String {
        let screen = self.screen.draw(&self.app);
        self.app.drawn(self.clock.now());
        screen
    }
}

/// A file of this name that was opened, and that does not exist.
pub(crate) fn opened(name: &str, text: &str) -> Input {
    let document = Document::from_bytes(text.as_bytes()).unwrap();
    let stamp = Stamp::of(Path::new(name));
    let result = Ok(Opened {
        document,
        read_only: false,
        is_new: false,
        stamp,
        file: FileId::of(Path::new(name)),
        preferences: Ok(Preferences::default()),
    });
    Input::Session(SessionInput::Opened {
        target: Path::new(name).into(),
        result,
        to_front: false,
        opened_by: None,
    })
}

/// The key of the plugin that is loaded in this place.
pub(crate) fn plugin(place: u64) -> PluginId {
    slotmap::KeyData::from_ffi((1 << 32) | (place + 1)).into()
}

pub(crate) fn key(text: &str) -> KeyEvent {
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
