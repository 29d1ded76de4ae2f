//! An editor with plugins: keys in, and everything that they bring about carried out.

use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::sync::mpsc;
use witdock_editor::app::{Effect, Input};
use witdock_editor::file;
use witdock_editor::plugins::{Consent, Host, News};

use crate::common::Editor;

/// Long enough for a build on a busy machine.
const PATIENCE: Duration = Duration::from_secs(300);

pub(crate) struct Docked {
    pub(crate) editor: Editor,
    pub(crate) host: Host,
    news: mpsc::UnboundedReceiver<News>,
    alarms: (mpsc::UnboundedSender<Input>, mpsc::UnboundedReceiver<Input>),
    /// Calls that have not ended.
    running: usize,
    /// How often a generation began to serve.
    served: usize,
    /// What was said, in order.
    pub(crate) said: Vec<String>,
    /// What was copied last.
    pub(crate) copied: Option<String>,
}

pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

impl Docked {
    /// An editor with this text in a file of this name, and no plugins yet.
    pub(crate) fn new(name: &str, text: &str) -> Self {
        Self::consenting(name, text, Consent::to_all())
    }

    /// The same with what a person has allowed.
    pub(crate) fn consenting(name: &str, text: &str, consent: Consent) -> Self {
        let (sender, news) = mpsc::unbounded_channel();
        let host = Host::new(sender, consent).unwrap();
        let editor = Editor::sized(120, 20, name, text);
        Self {
            editor,
            host,
            news,
            alarms: mpsc::unbounded_channel(),
            running: 0,
            served: 0,
            said: Vec::new(),
            copied: None,
        }
    }

    /// The same with these plugins of the repository, which have heard of the text.
    pub(crate) async fn with(plugins: &[&str], name: &str, text: &str) -> Self {
        let mut docked = Self::new(name, text);
        for plugin in plugins {
            docked.host.load(&repository().join("plugins").join(plugin));
        }
        while docked.served < plugins.len() {
            docked.step().await;
            assert_eq!(docked.said, [""; 0], "a plugin is not loaded");
        }
        docked.settle().await;
        docked
    }

    /// Waits until so many more generations have begun to serve.
    pub(crate) async fn serves(&mut self, count: usize) {
        let wanted = self.served + count;
        while self.served < wanted {
            self.step().await;
        }
    }

    /// Waits until this was said.
    pub(crate) async fn says(&mut self, text: &str) {
        while !self.said.iter().any(|said| said.contains(text)) {
            self.step().await;
        }
    }

    /// Shows how the plugins stand, as the session does while their panel is open.
    pub(crate) fn panel(&mut self) -> String {
        self.press("f2");
        let reports = self.host.reports();
        self.input(Input::Reports(reports));
        self.screen()
    }

    /// Waits for this on the screen.
    pub(crate) async fn until(&mut self, seen: &str) {
        while !self.editor.screen().contains(seen) {
            self.step().await;
        }
    }

    /// Waits until no plugin has anything left to do.
    pub(crate) async fn settle(&mut self) {
        loop {
            self.start_calls();
            if self.running == 0 {
                return;
            }
            self.step().await;
        }
    }

    /// Presses keys, and waits for what plugins make of each.
    pub(crate) async fn keys(&mut self, keys: &str) {
        for key in keys.split(' ') {
            self.press(key);
            self.settle().await;
        }
    }

    /// Presses keys one upon the other.
    pub(crate) fn press(&mut self, keys: &str) {
        for key in keys.split(' ') {
            let effects = self.editor.keys(key);
            self.carry_out(effects);
        }
    }

    /// Runs a command by its title, from the palette.
    pub(crate) async fn run(&mut self, title: &str) {
        self.begin(title);
        self.settle().await;
    }

    /// The same without waiting for its end.
    pub(crate) fn begin(&mut self, title: &str) {
        let letters: Vec<String> = title
            .chars()
            .map(|letter| if letter == ' ' { "space".to_owned() } else { letter.to_string() })
            .collect();
        self.press(&format!("ctrl-p {} enter", letters.join(" ")));
        self.start_calls();
    }

    pub(crate) fn input(&mut self, input: Input) {
        let effects = self.editor.app.update(input);
        self.carry_out(effects);
    }

    pub(crate) fn text(&self) -> String {
        self.editor.text()
    }

    pub(crate) fn screen(&mut self) -> String {
        self.editor.screen()
    }

    pub(crate) fn start_calls(&mut self) {
        let effects = self.editor.app.calls();
        self.carry_out(effects);
    }

    pub(crate) async fn step(&mut self) {
        self.start_calls();
        let next = async {
            tokio::select! {
                news = self.news.recv() => Input::News(news.unwrap()),
                alarm = self.alarms.1.recv() => alarm.unwrap(),
            }
        };
        let Ok(input) = tokio::time::timeout(PATIENCE, next).await else {
            panic!("nothing has come; {:#?}\n{}", self.said, self.editor.screen());
        };
        match &input {
            Input::News(News::Ended { .. }) => self.running -= 1,
            Input::News(News::Serving { .. }) => self.served += 1,
            // What is said may be gone with the next key.
            Input::News(News::Said(message)) => self.said.push(message.text.clone()),
            _ => {}
        }
        self.input(input);
    }

    fn carry_out(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Call { plugin, call, snapshot } => {
                    self.running += 1;
                    self.host.call(plugin, call, snapshot);
                }
                Effect::Save { document, path, text, expected } => {
                    let result = file::save(&path, &text, expected);
                    self.input(Input::Saved { document, path, text, result });
                }
                Effect::Wait { alarm, after } => {
                    let sender = self.alarms.0.clone();
                    tokio::spawn(async move {
                        tokio::time::sleep(after).await;
                        let _ = sender.send(Input::Alarm(alarm));
                    });
                }
                Effect::Manage(plugin, action) => self.host.manage(plugin, action),
                Effect::Copy(text) => self.copied = Some(text),
                Effect::Open(path) => {
                    let opened = file::open(&path);
                    self.input(Input::Opened { path, opened, to_front: true });
                }
                Effect::Reread { document, path, stamp } => {
                    let (replaces, result) = (stamp.is_none(), file::reread(&path));
                    self.input(Input::Reread { document, replaces, result });
                }
                Effect::ReadConfig => panic!("there is no configuration"),
                Effect::Quit => panic!("it quits"),
            }
        }
    }
}
