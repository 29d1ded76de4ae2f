//! The editor with files and plugins, without its terminal: the same value that the program runs.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crossterm::event::{KeyModifiers, MouseEvent, MouseEventKind};
use witdock_editor::app::Input;
use witdock_editor::editor::{Editor, TerminalEffect};
use witdock_editor_session::Input as SessionInput;
use witdock_editor_session::host::{Consent, Host, News, PluginAction, PluginId};

use super::{Clock, TestScreen, key, opened};

/// Long enough for a build on a busy machine.
const PATIENCE: Duration = Duration::from_secs(300);

pub(crate) struct Docked {
    pub(crate) editor: Editor,
    screen: TestScreen,
    clock: Clock,
    /// The number of generations that have begun to serve.
    served: usize,
    /// The messages of the plugins' host, in order.
    pub(crate) said: Vec<String>,
    /// The text that was copied last.
    pub(crate) copied: Option<String>,
    /// Whether the editor has ended.
    pub(crate) has_quit: bool,
}

pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

impl Docked {
    /// An editor with this text in a file of this name, without plugins.
    pub(crate) fn new(name: &str, text: &str) -> Self {
        Self::consenting(name, text, Consent::to_all())
    }

    /// The same with what the person has allowed.
    pub(crate) fn consenting(name: &str, text: &str, consent: Consent) -> Self {
        let mut docked = Self::sized(120, 20, consent);
        docked.open(name, text);
        docked
    }

    /// An editor with an empty document, on a screen of this size.
    pub(crate) fn sized(columns: u16, lines: u16, consent: Consent) -> Self {
        Self {
            editor: Editor::new(None, consent, columns, lines).unwrap(),
            screen: TestScreen::new(columns, lines),
            clock: Clock::new(),
            served: 0,
            said: Vec::new(),
            copied: None,
            has_quit: false,
        }
    }

    /// An editor with these plugins of the repository, which have heard of the text.
    pub(crate) async fn with(plugins: &[&str], name: &str, text: &str) -> Self {
        let mut docked = Self::new(name, text);
        for plugin in plugins {
            docked.load(&repository().join("plugins").join(plugin));
        }
        while docked.served < plugins.len() {
            docked.step().await;
            assert_eq!(docked.said, [""; 0], "a plugin is not loaded");
        }
        docked.settle().await;
        docked
    }

    pub(crate) fn host(&self) -> &Host {
        self.editor.driver.host()
    }

    pub(crate) fn load(&self, plugin: &Path) -> PluginId {
        self.host().load(plugin)
    }

    /// Manages the first plugin.
    pub(crate) fn manage(&self, action: PluginAction) {
        self.host().manage(super::plugin(0), action);
    }

    pub(crate) fn open(&mut self, name: &str, text: &str) {
        self.input(opened(name, text));
    }

    /// Waits until this many more generations have begun to serve.
    pub(crate) async fn serves(&mut self, count: usize) {
        let wanted = self.served + count;
        while self.served < wanted {
            self.step().await;
        }
    }

    /// Waits for a message with this text.
    pub(crate) async fn says(&mut self, text: &str) {
        while !self.said.iter().any(|said| said.contains(text)) {
            self.step().await;
        }
    }

    /// Opens the list of plugins.
    pub(crate) fn panel(&mut self) -> String {
        self.press("f2");
        self.refreshed()
    }

    /// The screen with the latest plugin status.
    pub(crate) fn refreshed(&mut self) -> String {
        self.editor.refresh_reports();
        self.screen()
    }

    /// Waits for this text on the screen.
    pub(crate) async fn until(&mut self, seen: &str) {
        while !self.screen().contains(seen) {
            self.step().await;
        }
    }

    /// Waits until this text is not on the screen.
    pub(crate) async fn until_not(&mut self, seen: &str) {
        while self.screen().contains(seen) {
            self.step().await;
        }
    }

    /// Waits until the cursor is here.
    pub(crate) async fn until_at(&mut self, place: usize) {
        while self.selected() != (place..place) {
            self.step().await;
        }
    }

    /// Waits for this text in the document.
    pub(crate) async fn until_text(&mut self, text: &str) {
        while self.text() != text {
            self.step().await;
        }
    }

    /// Waits until no file is read or written, and no plugin has a call left.
    pub(crate) async fn settle(&mut self) {
        loop {
            self.editor.start_calls();
            if !self.editor.is_busy() {
                return;
            }
            self.step().await;
        }
    }

    /// Presses keys, and waits after each of them until everything has settled.
    pub(crate) async fn keys(&mut self, keys: &str) {
        for key in keys.split(' ') {
            self.press(key);
            self.settle().await;
        }
    }

    /// Presses keys without waiting for what they cause. The screen is read before each.
    pub(crate) fn press(&mut self, keys: &str) {
        for text in keys.split(' ') {
            self.screen();
            self.clock.read_screen();
            self.input(Input::Key(key(text)));
        }
    }

    /// Presses keys one after the other without reading the screen, which is drawn before each if `is_drawn`.
    pub(crate) fn type_on(&mut self, keys: &str, is_drawn: bool) {
        for text in keys.split(' ') {
            if is_drawn {
                self.screen();
            }
            self.clock.type_on();
            self.input(Input::Key(key(text)));
        }
    }

    /// Runs a command by its title, from the palette.
    pub(crate) async fn run(&mut self, title: &str) {
        self.begin(title);
        self.settle().await;
    }

    /// Pastes a text.
    pub(crate) fn paste(&mut self, text: &str) {
        self.input(Input::Paste(text.to_owned()));
    }

    /// Waits until no plugin serves.
    pub(crate) async fn until_off(&mut self) {
        while self.editor.app.session().plugins().commands().next().is_some() {
            self.step().await;
        }
    }

    /// The same without waiting for its end.
    pub(crate) fn begin(&mut self, title: &str) {
        let letters: Vec<String> = title
            .chars()
            .map(|letter| if letter == ' ' { "space".to_owned() } else { letter.to_string() })
            .collect();
        self.press(&format!("ctrl-p {} enter", letters.join(" ")));
        self.editor.start_calls();
    }

    pub(crate) fn mouse(&mut self, kind: MouseEventKind, column: u16, row: u16) {
        self.clock.read_screen();
        self.input(Input::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE }));
    }

    pub(crate) fn pick_file(&mut self, root: &Path) {
        self.input(Input::PickFile(root.to_owned()));
    }

    /// Opens the search in all files below a folder.
    pub(crate) fn search_in(&mut self, root: &Path) {
        self.pick_file(root);
        self.press("escape alt-f");
    }

    pub(crate) fn session_input(&mut self, input: SessionInput) {
        self.input(Input::Session(input));
    }

    pub(crate) fn input(&mut self, input: Input) {
        for effect in self.editor.take(input, self.clock.now()) {
            match effect {
                TerminalEffect::Copy(text) => self.copied = Some(text),
                TerminalEffect::Quit => self.has_quit = true,
                TerminalEffect::ReadClipboard => panic!("the clipboard is read"),
                TerminalEffect::Suspend => panic!("the editor is suspended"),
            }
        }
    }

    pub(crate) fn text(&self) -> String {
        self.editor.app.active().unwrap().document.text().to_string()
    }

    pub(crate) fn selected(&self) -> Range<usize> {
        self.editor.app.active().unwrap().document.selections().primary().range()
    }

    pub(crate) fn screen(&mut self) -> String {
        let screen = self.screen.draw(&self.editor.app);
        self.editor.app.drawn(self.clock.now());
        screen
    }

    /// Waits for one input.
    pub(crate) async fn step(&mut self) {
        self.editor.start_calls();
        let Ok(input) = tokio::time::timeout(PATIENCE, self.editor.next()).await else {
            let screen = self.screen();
            panic!("no input has come; {:#?}\n{screen}", self.said);
        };
        match &input {
            Input::Session(SessionInput::News(News::Serving { .. })) => self.served += 1,
            // The next key dismisses the message on the screen.
            Input::Session(SessionInput::News(News::Message(message))) => {
                self.said.push(message.to_string());
            }
            _ => {}
        }
        self.input(input);
    }
}
