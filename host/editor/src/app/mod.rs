//! The terminal front end's state: the session, the screen and the keyboard, and the mode that keys are in.
//!
//! Nothing here touches the terminal, files or plugins. [`App::update`] takes [`Input`]s and gives [`Effect`]s.

mod area;
mod chips;
mod choosing;
mod clicks;
mod command;
mod completing;
mod consent;
mod find;
mod grace;
mod history;
mod keyboard;
mod keys;
mod line;
mod list;
mod looks;
mod message_log;
mod messages;
mod mode;
mod mouse;
mod palette;
mod paths;
mod picker;
mod picking;
mod plugins;
mod prompt;
mod query_line;
mod ranking;
mod reading;
mod recorder;
mod recovering;
mod replace;
mod screen;
mod views;

pub use self::area::{ListArea, beside};
pub use self::chips::Chip;
pub use self::choosing::{Choice, Choosing};
pub use self::command::{COMMANDS, entries};
pub use self::completing::CompletionArea;
pub use self::consent::{ConsentPage, Consenting};
pub use self::find::{Find, count_words};
pub use self::history::{History, Kind};
pub use self::line::Line;
pub use self::list::List;
pub use self::message_log::{LogHead, LogRow, MessageLog};
pub use self::messages::{Current, Logged, Messages};
pub use self::mode::{Answering, Mode};
pub use self::palette::{Entry, Palette};
pub use self::paths::Paths;
pub use self::picker::{Item, Picker, Source};
pub use self::plugins::{PluginPage, PluginPanel};
pub use self::prompt::{Prompt, Purpose};
pub use self::query_line::{QueryLine, SWITCH_KEYS};
pub use self::ranking::{Match, RankTask, matched};
pub use self::reading::{ReadLine, Reading};
pub use self::recovering::{Recovering, age};
pub use self::replace::{Replace, Stage};
pub use self::screen::{CHROME_LINES, Screen};
pub use self::views::{ShownView, ViewArea};

use std::path::PathBuf;
use std::time::{Duration, Instant};

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, MouseEvent, MouseEventKind};
use witdock_editor_core::{Decoded, TabWidth};
use witdock_editor_session::documents::{Buffer, DocumentId};
use witdock_editor_session::host::Visible;
use witdock_editor_session::plugins::Asked;
use witdock_editor_session::{Kept, Message, Request, Session};

use self::clicks::Clicks;
use self::grace::Grace;
use self::keyboard::Keyboard;
use self::looks::Looks;
use self::recorder::Recorder;
use crate::config::{Config, KEYS};

/// Something that has happened.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "there are few at a time, and each is moved once or twice")]
pub enum Input {
    /// A key was pressed.
    Key(KeyEvent),
    /// The terminal has pasted a text.
    Paste(String),
    /// The text on the system's clipboard, to paste; none where it cannot be read.
    Clipboard(Option<String>),
    /// The mouse was used.
    Mouse(MouseEvent),
    /// The screen has this number of columns and lines.
    Resize(u16, u16),
    /// A replay of keys goes on.
    GoOn,
    /// The configuration was read.
    Configured(Box<Config>),
    /// What was entered in earlier sessions.
    Remembered(History),
    /// A long list was matched.
    Ranked(u64, Vec<Match>),
    /// List the files below this folder, as the command line has asked.
    PickFile(PathBuf),
    /// Something for the session.
    Session(witdock_editor_session::Input),
}

/// Something to do outside.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "there are few at a time, and each is moved once or twice")]
pub enum Effect {
    /// Something for the session's driver.
    Session(witdock_editor_session::Effect),
    /// Put a text on the system's clipboard.
    Copy(String),
    /// Read the system's clipboard. [`Input::Clipboard`] answers.
    ReadClipboard,
    /// Give the terminal back to the shell, until the person comes back.
    Suspend,
    /// Match a long list, instead of one that is under way. [`Input::Ranked`] answers.
    Rank(RankTask),
    /// Remember a line that was entered, for the next start.
    Remember(Kind, String),
    /// Let other inputs come first. [`Input::GoOn`] answers.
    GoOn,
    /// Read the configuration. [`Input::Configured`] answers.
    ReadConfig,
    /// End the editor.
    Quit,
}

/// The terminal front end's state.
pub struct App {
    session: Session,
    screen: Screen,
    keyboard: Keyboard,
    history: History,
    /// The documents, the latest first.
    recent: Vec<DocumentId>,
    /// The folder that the command line names, whose files are listed and searched.
    root: Option<PathBuf>,
    clicks: Clicks,
    /// Whether files are walked or searched for a list.
    is_listing: bool,
    /// Counts the lists that another thread matches.
    rankings: u64,
    recorder: Recorder,
    looks: Looks,
    mode: Mode,
    /// Whether keys are for the mode yet.
    grace: Grace,
    /// Whether what happens now is in answer to a key of the person.
    is_by_person: bool,
    /// Whether the system's clipboard can be read.
    reads_clipboard: bool,
    /// Whether the last key has typed text, and not run a command.
    is_typing: bool,
    /// Whether the list of completions that is open was drawn.
    has_seen_completions: bool,
    effects: Vec<Effect>,
}

impl App {
    /// An editor with one empty document, on a screen with this number of columns and lines.
    pub fn new(config: Config, columns: u16, lines: u16) -> Self {
        let mut app = Self {
            session: Session::new(COMMANDS.iter().map(|command| &command.entry)),
            screen: Screen::new(columns, lines),
            keyboard: Keyboard::default(),
            history: History::default(),
            recent: Vec::new(),
            root: None,
            clicks: Clicks::default(),
            is_listing: false,
            rankings: 0,
            recorder: Recorder::default(),
            looks: Looks::default(),
            mode: Mode::Edit,
            grace: Grace::default(),
            is_by_person: false,
            reads_clipboard: false,
            is_typing: false,
            has_seen_completions: false,
            effects: Vec::new(),
        };
        app.configure(config);
        app.screen.follow(&app.session);
        app
    }

    fn configure(&mut self, config: Config) {
        let Config { settings, keymap, themes, problems } = config;
        self.looks.configure(themes, &settings.theme);
        self.session.set_tab_width(TabWidth::new(settings.tab_width));
        self.keyboard.set(keymap);
        self.bind_plugin_keys();
        self.screen.configure(settings, &self.session);
        for problem in problems {
            self.show(Message::error(problem.to_string()));
        }
    }

    /// The documents, and the plugins that work on them.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// The size of the screen, and what it shows of each document.
    pub fn screen(&self) -> &Screen {
        &self.screen
    }

    /// The active document.
    pub fn active(&self) -> Option<&Buffer> {
        self.session.documents().active()
    }

    /// The mode that keys are in.
    pub fn mode(&self) -> &Mode {
        &self.mode
    }

    /// The key that runs a command, in the form that people read; empty where it has none.
    pub fn key_of(&self, command: &str) -> String {
        self.keyboard.key_of(command)
    }

    /// The commands that match a query, best first.
    pub fn palette_entries(&self, query: &str) -> Vec<Entry> {
        palette::entries(query, &self.session, &self.keyboard, &self.history)
    }

    /// Opens a text that no file holds.
    pub fn open_text(&mut self, text: Decoded) {
        self.session.open_text(text);
        self.settle();
    }

    /// Shows a message. Outside of an input of the person, a warning or an error is unread until the person has looked at it.
    pub fn show(&mut self, message: Message) {
        self.screen.messages_mut().show(message, self.is_by_person);
    }

    /// Sets whether the system's clipboard can be read: then a paste asks for it first.
    pub fn set_reads_clipboard(&mut self, reads: bool) {
        self.reads_clipboard = reads;
    }

    /// Takes the time of day, so that the log of messages has times.
    pub fn set_clock(&mut self, now: Instant, time_of_day: Duration) {
        self.screen.messages_mut().set_clock(now, time_of_day);
    }

    /// Takes something that has happened, and gives what is to be done.
    pub fn update(&mut self, input: Input, now: Instant) -> Vec<Effect> {
        self.is_by_person = !matches!(input, Input::Session(_) | Input::Configured(_));
        self.screen.messages_mut().set_now(now);
        let acts = match &input {
            Input::Key(_) | Input::Paste(_) => true,
            // A pointer that moves says nothing.
            Input::Mouse(event) => event.kind != MouseEventKind::Moved,
            _ => false,
        };
        if acts {
            self.session.person_acts();
        }
        let (was_editing, was_answering) =
            (matches!(self.mode, Mode::Edit), matches!(self.mode, Mode::Answer(_)));
        self.take(input, now);
        let effects = self.settle();
        match self.mode {
            Mode::Edit => self.grace = Grace::Over,
            Mode::Answer(_) if !was_answering && !self.is_awaited() => self.grace = Grace::Undrawn,
            _ if was_editing && !self.is_by_person && !self.is_awaited() => self.grace = Grace::Undrawn,
            _ => {}
        }
        self.is_by_person = false;
        effects
    }

    /// Whether the person waits for what is open: they have run a command of a plugin, and typed nothing since.
    fn is_awaited(&self) -> bool {
        !self.is_typing
            && match self.mode {
                Mode::Answer(_) => self.session.plugins().asking().is_some_and(Asked::is_by_command),
                // Their answer drops something.
                Mode::ConfirmQuit | Mode::ConfirmClose | Mode::ConfirmEdit(_) | Mode::ConfirmOverwrite => {
                    false
                }
                _ => true,
            }
    }

    fn take(&mut self, input: Input, now: Instant) {
        match input {
            Input::Key(key) if key.kind == KeyEventKind::Release => {}
            Input::Key(key) => {
                if self.note_key(key) {
                    return;
                }
                if matches!(self.mode, Mode::Edit) && key.code == KeyCode::Esc && !self.has_seen_completions {
                    self.screen.messages_mut().dismiss();
                }
                self.screen.messages_mut().pass();
                self.session.dismiss_hover();
                self.is_typing = false;
                if self.grace.holds(now) {
                    self.key_for_text(key);
                } else {
                    self.key(key);
                }
            }
            Input::Paste(text) => {
                self.screen.messages_mut().pass();
                self.is_typing = true;
                if self.grace.holds(now) {
                    self.session.paste_text(&text);
                } else {
                    self.paste(&text);
                }
            }
            Input::Clipboard(text) => self.session.paste_from_system(text.as_deref()),
            Input::Mouse(event) => self.mouse(event, now),
            Input::GoOn => self.replay_on(),
            Input::Resize(columns, lines) => self.screen.resize(columns, lines),
            Input::Configured(config) => self.configure(*config),
            Input::Ranked(number, matches) => self.ranked(number, matches),
            Input::PickFile(root) => {
                self.root = Some(root);
                self.pick_file();
            }
            Input::Remembered(history) => self.history = history,
            Input::Session(input) => {
                let is_pause = matches!(input, witdock_editor_session::Input::Idle);
                let has_left = matches!(input, witdock_editor_session::Input::Left(_));
                let was_waiting = self.is_waiting();
                self.session.update(input);
                if was_waiting && !self.is_waiting() && self.recorder.is_replaying() {
                    self.effects.push(Effect::GoOn);
                }
                if has_left {
                    self.tell_left();
                }
                if is_pause {
                    self.ask_question(true);
                }
            }
        }
    }

    /// Brings screen and mode up to date with the session, and collects what is to be done.
    fn settle(&mut self) -> Vec<Effect> {
        self.answer_requests();
        if let Mode::Recover(recovering) = &mut self.mode {
            recovering.follow(&mut self.session);
        }
        self.follow_lists();
        let effects = self.session.take_effects();
        self.effects.extend(effects.into_iter().map(Effect::Session));
        let keys = self.session.plugins().context_keys(self.session.documents());
        for message in self.keyboard.bind_contexts(keys) {
            self.show(message);
        }
        self.leave_ended_mode();
        self.follow_mode();
        self.follow_theme();
        self.ask_question(false);
        self.has_seen_completions &= self.session.plugins().is_completing();
        self.screen.follow(&self.session);
        std::mem::take(&mut self.effects)
    }

    fn answer_requests(&mut self) {
        loop {
            let requests = self.session.take_requests();
            if requests.is_empty() {
                return;
            }
            for request in requests {
                self.answer_request(request);
            }
        }
    }

    fn answer_request(&mut self, request: Request) {
        match request {
            Request::Show(message) => self.show(message),
            Request::Copy(text) => self.effects.push(Effect::Copy(text)),
            Request::Reveal => self.screen.reveal(),
            Request::ChooseLine => self.open(Mode::Panel),
            Request::AskForPath => self.open(Prompt::mode(Purpose::SaveAs, "")),
            Request::AskToEdit(question) => self.open(Mode::ConfirmEdit(question)),
            Request::AskToOverwrite => self.open(Mode::ConfirmOverwrite),
            Request::AskToClose => self.open(Mode::ConfirmClose),
            Request::AskForConsent(ask) => {
                let key = self.keyboard.key_of(command::ANSWER_PLUGINS);
                // The status line counts it.
                self.screen.show(plugins::consent_message(&ask, &key));
            }
            Request::Run(name) => {
                let before = std::mem::take(&mut self.mode);
                self.run(&name);
                if !self.is_by_person && !matches!(before, Mode::Edit) {
                    self.mode = before;
                }
            }
            Request::Listed(folder, entries) => {
                if let Mode::Prompt(prompt) = &mut self.mode
                    && let Some(message) = prompt.paths.listed(&folder, entries, &mut prompt.line)
                {
                    self.show(message);
                }
            }
            Request::Peeked { file, first, lines } => {
                if let Mode::Picker(picker) = &mut self.mode {
                    picker.peeked(file, first, lines);
                }
            }
            Request::Walked { number, files, end } => {
                if let Mode::Picker(picker) = &mut self.mode {
                    picker.walked(number, files, end);
                }
            }
            Request::CommandsChanged => self.bind_plugin_keys(),
        }
    }

    /// Opens what takes the keyboard, unless the person uses it for something else. Whatever asks can be asked for again.
    fn open(&mut self, mode: Mode) {
        if self.is_by_person || matches!(self.mode, Mode::Edit) {
            self.mode = mode;
        }
    }

    fn bind_plugin_keys(&mut self) {
        for message in self.keyboard.bind_plugins(self.session.plugins()) {
            self.show(message);
        }
    }

    /// Takes note that the screen was drawn. Until then nothing that it shows was seen.
    pub fn drawn(&mut self, now: Instant) {
        if let Mode::Recover(recovering) = &mut self.mode {
            recovering.is_drawn = true;
        }
        if matches!(self.mode, Mode::Messages(_)) {
            self.screen.messages_mut().read();
        }
        if matches!(self.mode, Mode::Plugins(_)) {
            self.session.plugins_read();
        }
        self.screen.messages_mut().drawn();
        self.consent_drawn();
        self.grace.drawn(now);
        self.has_seen_completions = self.session.plugins().is_completing();
    }

    /// The calls into plugins that are due now that the screen was drawn.
    pub fn take_calls(&mut self) -> Vec<Effect> {
        let visible: Visible = self.screen.visible(&self.session);
        self.session.take_calls(visible).into_iter().map(Effect::Session).collect()
    }

    /// Runs a command by its name.
    fn run(&mut self, name: &str) {
        if let Some(keys) = name.strip_prefix(KEYS) {
            return self.replay_written(keys);
        }
        match COMMANDS.iter().find(|command| command.entry.name == name) {
            Some(own) => (own.run)(self),
            // Another program may have copied something since. A plugin pastes the editor's own clipboard.
            None if name == command::PASTE && self.reads_clipboard => {
                self.effects.push(Effect::ReadClipboard)
            }
            None => self.session.run(command::named(name)),
        }
    }

    /// Remembers a line that was entered.
    pub(super) fn remember(&mut self, kind: Kind, line: &str) {
        if self.history.add(kind, line) {
            self.effects.push(Effect::Remember(kind, line.to_owned()));
        }
    }

    /// Says that there are unsaved texts which an editor has left behind.
    fn tell_left(&mut self) {
        let names: Vec<String> = self.session.left().all().iter().map(Kept::name).collect();
        let key = self.keyboard.key_of(command::RECOVER);
        self.show(Message::warning(format!(
            "unsaved changes of {} were kept; {key} shows them",
            names.join(", ")
        )));
    }

    /// Quits, or asks first where documents have unsaved changes. Waits for those that are being saved.
    pub(super) fn quit(&mut self) {
        if self.session.is_saving() {
            self.mode = Mode::WaitForSave;
        } else if self.session.documents().modified().is_empty() {
            self.effects.push(Effect::Quit);
        } else {
            self.mode = Mode::ConfirmQuit;
        }
    }
}
