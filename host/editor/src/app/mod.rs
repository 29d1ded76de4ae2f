//! The editor's state, and how input changes it. Nothing here touches the terminal, files or plugins: what is to
//! be done outside is given back as effects.

mod command;
mod edit;
mod files;
mod find;
mod message;
mod mode;
mod mouse;
mod palette;
mod plugin_panel;
mod plugins;
mod prompt;
mod ranking;
mod reading;

pub use command::{COMMANDS, Command, Listed, MOVING};
pub use message::{Level, Message};
pub use mode::{Answering, Find, Mode};
pub use palette::{Entry, Palette};
pub use plugin_panel::{PluginAction, PluginPage, PluginPanel};
pub use plugins::{Alarm, Asked, Completing, Hover, ShownPanel};
pub use prompt::Prompt;
pub use reading::{ReadLine, Reading};

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crossterm::event::{KeyEvent, KeyEventKind, MouseEvent};
use witdock_editor_core::commands::Clip;
use witdock_editor_core::{Decoded, Revision, Selection, Snapshot, Style, TabWidth};

use crate::buffer::{Buffer, DocumentId};
use crate::config::{Config, KeyMap, Press, Settings, Wrap};
use crate::file::{OpenError, Opened, SaveError, Stamp};
use crate::plugins::{Ask, Call, News, PluginId, Report};
use plugins::{Formatting, Slot};
use prompt::Purpose;

/// Something that has happened.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "there is one at a time, and it is moved once")]
pub enum Input {
    /// A key was pressed.
    Key(KeyEvent),
    /// The terminal has pasted a text.
    Paste(String),
    /// The mouse.
    Mouse(MouseEvent),
    /// The screen has so many columns and lines.
    Resize(u16, u16),
    /// A document was saved, or not: why not.
    Saved {
        /// The document.
        document: DocumentId,
        /// Its file.
        path: PathBuf,
        /// What was to be written.
        text: Snapshot,
        /// How it ended.
        result: Result<Stamp, SaveError>,
    },
    /// Something has come from the plugins.
    News(News),
    /// How the plugins stand.
    Reports(Vec<Report>),
    /// Nothing was typed for half a second.
    Idle,
    /// A file was opened, or not: why not.
    Opened {
        /// The file.
        path: PathBuf,
        /// The text.
        opened: Result<Opened, OpenError>,
        /// Whether it is to be seen now.
        to_front: bool,
    },
    /// Another program may have changed these files.
    FilesChanged(Vec<PathBuf>),
    /// What a file holds now, where that is not what it held.
    Reread {
        /// The document.
        document: DocumentId,
        /// Whether it takes the place of changes that are not saved.
        replaces: bool,
        /// The text, if there is a file.
        result: Result<Option<(Decoded, Stamp)>, OpenError>,
    },
    /// The configuration was read.
    Configured(Box<Config>),
    /// A time has passed that an effect has asked for.
    Alarm(Alarm),
}

/// Something to be done outside.
#[derive(Debug)]
pub enum Effect {
    /// A document is to be written to its file; [`Input::Saved`] tells how it ended.
    Save {
        /// The document.
        document: DocumentId,
        /// Its file.
        path: PathBuf,
        /// What to write.
        text: Snapshot,
        /// How the file has to be, so that nothing is lost that another program has written; none to write in any case.
        expected: Option<Stamp>,
    },
    /// A file is to be opened; [`Input::Opened`] brings it.
    Open(PathBuf),
    /// A file is to be read again if it is not as this tells; [`Input::Reread`] brings it.
    Reread {
        /// The document.
        document: DocumentId,
        /// Its file.
        path: PathBuf,
        /// What is known; none to read it in any case.
        stamp: Option<Stamp>,
    },
    /// The configuration is to be read; [`Input::Configured`] brings it.
    ReadConfig,
    /// The terminal is to take this into the system's clipboard.
    Copy(String),
    /// A plugin is to be called; [`News::Ended`] tells what came of it.
    Call {
        /// The plugin.
        plugin: PluginId,
        /// What for.
        call: Call,
        /// What it sees.
        snapshot: crate::plugins::Snapshot,
    },
    /// A time is to pass; [`Input::Alarm`] tells when it has.
    Wait {
        /// What is told then.
        alarm: Alarm,
        /// How long it takes, at least.
        after: Duration,
    },
    /// Something is to be done with a plugin.
    Manage(PluginId, PluginAction),
    /// The editor ends.
    Quit,
}

/// Lines of the screen that are not text: the status line and the message line.
pub const CHROME_LINES: u16 = 2;

/// The editor's state.
pub struct App {
    buffers: Vec<Buffer>,
    /// An index into `buffers`, which is never empty.
    active: usize,
    next_id: DocumentId,
    mode: Mode,
    settings: Settings,
    keymap: KeyMap,
    /// Keys that may be the beginning of longer ones.
    pressed: Vec<Press>,
    /// What was said, the last at the end.
    said: VecDeque<Message>,
    /// Why plugins' commands do not have the keys that they ask for.
    refused_keys: Vec<String>,
    message: Option<Message>,
    clip: Clip,
    /// Columns and lines of the screen.
    size: (u16, u16),
    /// By [`PluginId`]: none for one that does not serve yet.
    slots: Vec<Option<Slot>>,
    reports: Vec<Report>,
    /// What plugins ask to be allowed.
    asks: Vec<Ask>,
    /// The names of all commands, as plugins may ask for them.
    command_names: Arc<Vec<String>>,
    /// The folder that is worked in.
    root: PathBuf,
    /// Questions that nobody has been asked yet.
    questions: VecDeque<Asked>,
    /// The panel that is seen: whose, and its name.
    front_panel: Option<(PluginId, String)>,
    completion: Option<Completing>,
    hover: Option<Hover>,
    formatting: Vec<Formatting>,
    /// Counts the times that a document was formatted.
    attempts: u64,
}

impl App {
    /// An editor with one empty document, on a screen of so many columns and lines.
    pub fn new(config: Config, columns: u16, lines: u16) -> Self {
        let mut app = Self {
            buffers: vec![Buffer::untitled(1)],
            active: 0,
            next_id: 2,
            mode: Mode::Edit,
            settings: Settings::default(),
            keymap: KeyMap::default(),
            pressed: Vec::new(),
            said: VecDeque::new(),
            refused_keys: Vec::new(),
            message: None,
            clip: Clip::default(),
            size: (columns, lines),
            slots: Vec::new(),
            reports: Vec::new(),
            asks: Vec::new(),
            command_names: Arc::default(),
            root: std::env::current_dir().unwrap_or_default(),
            questions: VecDeque::new(),
            front_panel: None,
            completion: None,
            hover: None,
            formatting: Vec::new(),
            attempts: 0,
        };
        app.configure(config);
        app
    }

    /// Takes over what a person has set, and tells what is wrong with it.
    fn configure(&mut self, config: Config) {
        let Config { settings, keymap, problems } = config;
        self.settings = settings;
        self.keymap = keymap;
        self.bind_plugin_keys();
        for index in 0..self.buffers.len() {
            self.set_up(index);
        }
        for problem in problems {
            self.say(Message::error(problem.to_string()));
        }
    }

    /// Makes a document as a person has set it.
    fn set_up(&mut self, index: usize) {
        let Settings { tab_width, wrap, colours, .. } = self.settings;
        let Some(buffer) = self.buffers.get_mut(index) else { return };
        let style = Style { tab_width: TabWidth::new(tab_width), ..buffer.document.style() };
        buffer.document.set_style(style);
        buffer.wraps = match wrap {
            Wrap::Always => true,
            Wrap::Never => false,
            Wrap::Prose => crate::language::is_prose(buffer.language()),
        };
        buffer.set_coloured(colours);
    }

    /// The open documents, in the order of their opening.
    pub fn buffers(&self) -> &[Buffer] {
        &self.buffers
    }

    /// The document that keys go to.
    pub fn active(&self) -> Option<&Buffer> {
        self.buffers.get(self.active)
    }

    /// What keys mean.
    pub fn mode(&self) -> &Mode {
        &self.mode
    }

    /// What the message line says.
    pub fn message(&self) -> Option<&Message> {
        self.message.as_ref()
    }

    /// Shows a message, unless a more severe one stands there.
    pub fn say(&mut self, message: Message) {
        self.keep(&message);
        if self.message.as_ref().is_none_or(|old| old.level <= message.level) {
            self.message = Some(message);
        }
    }

    /// How many lines of text the screen has.
    pub fn text_lines(&self) -> usize {
        usize::from(self.size.1.saturating_sub(CHROME_LINES)).saturating_sub(self.panel_lines()).max(1)
    }

    /// Columns of the gutter: a sign, the line number, a space.
    pub fn gutter_columns(&self) -> usize {
        let lines = self.active().map_or(1, |buffer| buffer.document.text().line_count());
        lines.to_string().len().max(3) + 2
    }

    /// How many columns of text the screen has.
    pub fn text_columns(&self) -> usize {
        usize::from(self.size.0).saturating_sub(self.gutter_columns()).max(1)
    }

    /// Takes note of what has happened, and says what is to be done.
    pub fn update(&mut self, input: Input) -> Vec<Effect> {
        let before = self.place();
        let effects = match input {
            Input::Key(key) if key.kind == KeyEventKind::Release => Vec::new(),
            Input::Key(key) => {
                self.message = None;
                self.hover = None;
                self.key(key)
            }
            Input::Paste(text) => {
                self.message = None;
                self.paste(&text);
                Vec::new()
            }
            Input::Mouse(event) => {
                self.mouse(event);
                Vec::new()
            }
            Input::Resize(columns, lines) => {
                self.size = (columns, lines);
                self.show_cursor();
                Vec::new()
            }
            Input::Saved { document, path, text, result } => self.saved(document, path, &text, result),
            Input::News(news) => self.news(news),
            Input::Reports(reports) => {
                self.reports = reports;
                Vec::new()
            }
            Input::Idle => {
                self.tell_idle();
                self.ask_next(true);
                Vec::new()
            }
            Input::Alarm(alarm) => self.alarm(alarm),
            Input::Opened { path, opened, to_front } => {
                self.opened(&path, opened, to_front);
                Vec::new()
            }
            Input::FilesChanged(paths) => self.files_changed(&paths),
            Input::Reread { document, replaces, result } => {
                self.reread(document, replaces, result);
                Vec::new()
            }
            Input::Configured(config) => {
                self.configure(*config);
                Vec::new()
            }
        };
        for buffer in &mut self.buffers {
            buffer.decorations.follow(&buffer.document);
        }
        self.follow_completion();
        self.notice_changes();
        self.ask_next(false);
        if self.place() != before {
            self.show_cursor();
        }
        self.colour();
        effects
    }

    /// The active document's number, revision and cursor: where it differs, the view follows.
    fn place(&self) -> Option<(DocumentId, Revision, Selection)> {
        let buffer = self.active()?;
        Some((buffer.id, buffer.document.revision(), buffer.document.selections().primary()))
    }

    fn show_cursor(&mut self) {
        let (lines, columns) = (self.text_lines(), self.text_columns());
        if let Some(buffer) = self.active_mut() {
            buffer.show_cursor(lines, columns);
        }
    }

    /// Colours what is seen.
    fn colour(&mut self) {
        let lines = self.text_lines();
        if let Some(Buffer { highlight, document, scroll, .. }) = self.active_mut() {
            highlight.reach(document, scroll.line, scroll.line + lines);
        }
    }

    fn active_mut(&mut self) -> Option<&mut Buffer> {
        self.buffers.get_mut(self.active)
    }

    fn run(&mut self, command: Command) -> Vec<Effect> {
        match command {
            Command::Save => return self.save(),
            Command::Copy => return self.copy(),
            Command::Cut => return self.cut(),
            Command::Quit => return self.quit(),
            Command::Close => self.close(),
            Command::Find => self.begin_find(),
            Command::Replace => self.prompt(Purpose::Replace, self.selected_word()),
            Command::GoToLine => self.prompt(Purpose::GoToLine, String::new()),
            Command::Open => self.prompt(Purpose::Open, String::new()),
            Command::SaveAs => self.prompt(Purpose::SaveAs, String::new()),
            Command::Messages => self.show_messages(),
            Command::Help => self.show_help(),
            Command::ReadConfig => return vec![Effect::ReadConfig],
            Command::Plugins => self.mode = Mode::Plugins(PluginPanel::default()),
            Command::AnswerPlugins => self.begin_answers(),
            Command::StopBusy => return self.stop_busy(),
            Command::ToggleWrap => {
                if let Some(buffer) = self.active_mut() {
                    buffer.wraps = !buffer.wraps;
                    buffer.scroll = crate::buffer::Scroll { line: buffer.scroll.line, row: 0, column: 0 };
                }
                self.show_cursor();
            }
            Command::Complete => self.complete(),
            Command::Hover => self.ask_hover(),
            Command::Format => return self.format(),
            Command::Panel => self.focus_panel(),
            Command::Palette => self.mode = Mode::Palette(Palette::default()),
            Command::NextDocument => self.active = (self.active + 1) % self.buffers.len().max(1),
            Command::PreviousDocument => {
                self.active = self.active.checked_sub(1).unwrap_or(self.buffers.len().saturating_sub(1));
            }
            other => self.edit(other),
        }
        Vec::new()
    }
}
