//! The editor without its terminal: the state, and the driver that carries out its effects.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use chrono::Timelike as _;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use witdock::DockError;
use witdock_editor_session::host::Consent;
use witdock_editor_session::{Driver, Message};

use crate::app::{App, Effect, Input, RankTask};
use crate::config::{self, Config};
use crate::memory::Memory;

/// The editor without its terminal.
pub struct Editor {
    /// The state.
    pub app: App,
    /// Carries out the effects of the session.
    pub driver: Driver,
    /// The folder of the configuration files.
    config_folder: Option<PathBuf>,
    /// Keeps what is entered, if it is to be kept.
    memory: Option<Memory>,
    /// The number of the list that is matched.
    wanted: Arc<AtomicU64>,
    /// Whether a list is matched.
    ranking: bool,
    sender: UnboundedSender<Input>,
    ranked: UnboundedReceiver<Input>,
    /// Whether the state waits to go on.
    goes_on: bool,
}

/// Something that is left for the terminal to do.
#[derive(Debug, PartialEq, Eq)]
pub enum TerminalEffect {
    /// Put a text on the system's clipboard.
    Copy(String),
    /// Read the system's clipboard. [`Input::Clipboard`] answers.
    ReadClipboard,
    /// Give the terminal back to the shell, until the person comes back.
    Suspend,
    /// End the editor.
    Quit,
}

impl Editor {
    /// An editor with one empty document, on a screen with this number of columns and lines, with the configuration of
    /// this folder.
    ///
    /// # Errors
    ///
    /// When WebAssembly cannot be compiled for this machine.
    pub fn new(
        config_folder: Option<PathBuf>,
        consent: Consent,
        columns: u16,
        lines: u16,
    ) -> Result<Self, DockError> {
        let config = Config::read(config_folder.as_deref());
        let driver = Driver::new(consent)?;
        driver.host().configure_all(config.settings.of_plugins());
        let (sender, ranked) = unbounded_channel();
        let mut app = App::new(config, columns, lines);
        app.set_clock(Instant::now(), time_of_day());
        Ok(Self {
            app,
            driver,
            config_folder,
            memory: None,
            wanted: Arc::default(),
            ranking: false,
            sender,
            ranked,
            goes_on: false,
        })
    }

    /// Keeps what is entered in this folder, and takes what was entered before.
    ///
    /// # Errors
    ///
    /// When the folder cannot be created.
    pub fn remember_in(&mut self, folder: &Path) -> std::io::Result<()> {
        std::fs::create_dir_all(folder)?;
        let (memory, history) = Memory::open(folder)?;
        self.memory = Some(memory);
        // Nothing follows from it.
        self.take(Input::Remembered(history), Instant::now());
        Ok(())
    }

    /// Takes an input and carries out what follows. Gives what is left for the terminal.
    pub fn take(&mut self, input: Input, now: Instant) -> Vec<TerminalEffect> {
        if let Input::Ranked(number, _) = &input {
            self.ranking &= self.wanted.load(Ordering::Relaxed) != *number;
        }
        let effects = self.app.update(input, now);
        self.carry_out(effects, now)
    }

    fn carry_out(&mut self, effects: Vec<Effect>, now: Instant) -> Vec<TerminalEffect> {
        let mut left = Vec::new();
        for effect in effects {
            match effect {
                Effect::Session(effect) => self.driver.carry_out(effect),
                Effect::Copy(text) => left.push(TerminalEffect::Copy(text)),
                Effect::ReadClipboard => left.push(TerminalEffect::ReadClipboard),
                Effect::Suspend => left.push(TerminalEffect::Suspend),
                Effect::Rank(task) => self.rank(task),
                Effect::Remember(kind, line) => {
                    if let Some(memory) = &self.memory {
                        memory.add(kind, line);
                    }
                }
                Effect::GoOn => self.goes_on = true,
                Effect::Quit => left.push(TerminalEffect::Quit),
                Effect::ReadConfig => {
                    let config = Config::read(self.config_folder.as_deref());
                    self.driver.host().configure_all(config.settings.of_plugins());
                    match config::rules(self.config_folder.as_deref()) {
                        Ok(rules) => self.driver.host().set_rules(rules),
                        // The rules that hold go on.
                        Err(error) => self.app.show(Message::error(error.to_string())),
                    }
                    left.extend(self.take(Input::Configured(Box::new(config)), now));
                }
            }
        }
        left
    }

    /// Starts the calls into plugins that are due. Comes after drawing, so that no plugin delays a frame.
    pub fn start_calls(&mut self) {
        let calls = self.app.take_calls();
        // Calls leave nothing for the terminal.
        self.carry_out(calls, Instant::now());
    }

    /// Watches the files that are open, instead of those before.
    pub fn watch_files(&mut self) {
        self.driver.watch(self.app.session().documents());
    }

    /// Keeps texts that no file has yet, so that a crash loses little of them.
    pub fn keep_texts(&mut self) {
        self.driver.keep(self.app.session().documents());
    }

    /// Keeps them at once, before the process ends that was told to.
    pub fn keep_texts_now(&mut self) {
        self.driver.keep_now(self.app.session().documents());
    }

    /// Brings the plugin status up to date, while it is shown.
    pub fn refresh_reports(&mut self) {
        let reports = self.driver.host().reports();
        // Nothing follows from a status.
        self.take(Input::Session(witdock_editor_session::Input::Reports(reports)), Instant::now());
    }

    /// Waits for the next input from files, plugins and timers. Dropping the future loses none.
    pub async fn next(&mut self) -> Input {
        if std::mem::take(&mut self.goes_on) {
            return Input::GoOn;
        }
        tokio::select! {
            biased;
            Some(input) = self.ranked.recv() => input,
            input = self.driver.next() => Input::Session(input),
        }
    }

    /// The next input, if it has come already.
    pub fn try_next(&mut self) -> Option<Input> {
        self.ranked.try_recv().ok().or_else(|| self.driver.try_next().map(Input::Session))
    }

    /// Whether files are read or written, calls are under way, or a long list is matched.
    pub fn is_busy(&self) -> bool {
        self.driver.is_busy() || self.ranking
    }

    /// Matches a long list on another thread. The one before ends early.
    fn rank(&mut self, task: RankTask) {
        self.ranking = true;
        self.wanted.store(task.number, Ordering::Relaxed);
        let (wanted, sender) = (Arc::clone(&self.wanted), self.sender.clone());
        tokio::task::spawn_blocking(move || {
            if let Some(matches) = task.run(|| wanted.load(Ordering::Relaxed) == task.number) {
                // Sending fails only when the editor is dropped.
                let _ = sender.send(Input::Ranked(task.number, matches));
            }
        });
    }
}

/// The time since midnight, in the zone of this machine.
fn time_of_day() -> Duration {
    Duration::from_secs(chrono::Local::now().num_seconds_from_midnight().into())
}
