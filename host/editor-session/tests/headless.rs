//! A session with real plugins and without a front end: what any front end can rely on.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may end with a panic")]

use std::path::{Path, PathBuf};
use std::time::Duration;

use witdock_editor_core::commands;
use witdock_editor_session::display::{Answer, Invocation, Question};
use witdock_editor_session::documents::Target;
use witdock_editor_session::host::{Consent, Health, News, PluginAction, Visible};
use witdock_editor_session::{Driver, Input, Message, Request, Session};

/// Long enough for a build on a busy machine.
const PATIENCE: Duration = Duration::from_secs(300);

/// The smallest front end: it collects messages, and has no commands.
struct Headless {
    session: Session,
    driver: Driver,
    messages: Vec<Message>,
    /// How many times a plugin has begun to serve.
    served: usize,
}

impl Headless {
    fn new(consent: Consent) -> Self {
        Self {
            session: Session::new([]),
            driver: Driver::new(consent).unwrap(),
            messages: Vec::new(),
            served: 0,
        }
    }

    fn load(&self, plugin: &str) {
        let plugins = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugins");
        self.driver.host().load(&plugins.join(plugin));
    }

    /// Carries out what the session wants done.
    fn carry_out(&mut self) {
        for effect in self.session.take_effects() {
            self.driver.carry_out(effect);
        }
        for request in self.session.take_requests() {
            if let Request::Show(message) = request {
                self.messages.push(message);
            }
        }
        for call in self.session.take_calls(Visible::default()) {
            self.driver.carry_out(call);
        }
    }

    async fn step(&mut self) -> Input {
        self.carry_out();
        let Ok(input) = tokio::time::timeout(PATIENCE, self.driver.next()).await else {
            panic!("no input has come; {:#?}", self.messages);
        };
        input
    }

    async fn settle(&mut self) {
        loop {
            self.carry_out();
            if !self.driver.is_busy() {
                return;
            }
            let input = self.step().await;
            self.take(input);
        }
    }

    /// Waits for the news of a plugin, and takes everything up to it.
    async fn until(&mut self, is_it: impl Fn(&News) -> bool) {
        loop {
            let input = self.step().await;
            let is_last = matches!(&input, Input::News(news) if is_it(news));
            self.take(input);
            if is_last {
                return self.settle().await;
            }
        }
    }

    /// Waits until this many plugins have begun to serve since the start, in whichever order.
    async fn until_served(&mut self, plugins: usize) {
        while self.served < plugins {
            let input = self.step().await;
            self.take(input);
        }
        self.settle().await;
    }

    fn take(&mut self, input: Input) {
        self.served += usize::from(matches!(&input, Input::News(news) if is_serving(news)));
        self.session.update(input);
    }

    async fn run(&mut self, command: &str) {
        self.session.run(Invocation { command: command.to_owned(), argument: None });
        self.settle().await;
    }

    fn text(&self) -> String {
        self.session.documents().active().unwrap().document.text().to_string()
    }

    fn status_line(&self) -> String {
        let segments = self.session.plugins().segments();
        segments.iter().flat_map(|segment| &segment.spans).map(|span| span.text.as_str()).collect()
    }
}

fn file(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path
}

fn is_serving(news: &News) -> bool {
    matches!(news, News::Serving { .. })
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_are_opened_edited_formatted_and_saved() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "file.txt", "one  \ntwo\n");
    let mut headless = Headless::new(Consent::to_all());
    headless.load("editor/trim-whitespace");
    headless.load("editor/word-count");
    headless.session.open(Target::from(&*path));
    headless.until_served(2).await;
    assert!(headless.status_line().contains("2 words"), "{}", headless.status_line());

    headless.session.type_character('x');
    headless.run("editor.save").await;
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "xone\ntwo\n", "a plugin has trimmed the text");
    headless.run("editor.undo").await;
    assert_eq!(headless.text(), "xone  \ntwo\n");
    headless.run("editor.nonsense").await;
    let last = headless.messages.last().map(|message| message.text.as_str());
    assert_eq!(last, Some("unknown command `editor.nonsense`"));
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_of_plugins_run_and_their_changes_are_taken() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "tasks.rs", "// TODO: rest\n// FIXME: first\n");
    let mut headless = Headless::new(Consent::to_all());
    headless.load("editor/todo");
    headless.session.open(Target::from(&*path));
    headless.until_served(1).await;
    let command = headless.session.plugins().commands().find(|command| command.title == "List tasks");
    let command = command.unwrap().name;
    headless.run(&command).await;
    let asked = headless.session.next_question(false).unwrap();
    let Question::Choice(question) = &asked.question else { panic!("not a choice: {asked:?}") };
    assert_eq!(question.title, "Tasks (2)");
    let wanted = question.choices.iter().position(|choice| choice.label.contains("FIXME: first"));
    headless.session.answer(Answer::Chosen(wanted.unwrap()));
    headless.settle().await;
    assert_eq!(
        headless.session.documents().active().unwrap().cursor(),
        headless.text().find("FIXME").unwrap()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_without_consent_waits_for_the_person() {
    let state = tempfile::tempdir().unwrap();
    let (consent, problem) = Consent::remembered(&state.path().join("grants.toml"));
    assert_eq!(problem, None);
    let mut headless = Headless::new(consent);
    headless.session.change(witdock_editor_session::documents::Origin::Pasted, |view| {
        commands::insert_text(view, "one two three")
    });
    headless.load("editor/word-count");
    headless.until(|news| matches!(news, News::Asks(_))).await;
    assert_eq!(headless.status_line(), "");
    let words: Vec<String> = headless.session.plugins().asks().flat_map(|ask| ask.words()).collect();
    assert!(words.contains(&"read and change the text of open documents".to_owned()), "{words:#?}");

    headless.session.answer_consent(Some(PluginAction::Allow));
    headless.until_served(1).await;
    assert!(headless.status_line().contains("3 words"), "{}", headless.status_line());
    let reports = headless.driver.host().reports();
    assert!(reports.iter().all(|report| report.health == Health::Fine && !report.granted.is_empty()));
}

// attack: segments, panels, decorations, questions under new names at each call; edits in pieces of 15 MB
// host: fails the call: `Failure::ContractViolation`
/// What a plugin shows, asks and writes is kept by the editor: more than its share ends the plugin's call, whose changes are then dropped.
#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_that_hoards_fails_before_the_memory_is_full() {
    const KEPT: &str = "has more than 16 MiB of segments, panels, decorations, questions";
    const HANDED_OVER: &str = "handed over more than 64 MiB of edits and text in one call";
    // The number of calls that are fine before the one that is not.
    let hoards = [
        ("segments", 5, KEPT),
        ("panels", 5, KEPT),
        ("decorations", 5, KEPT),
        ("questions", 5, KEPT),
        ("jobs", 0, KEPT),
        ("copies", 0, HANDED_OVER),
        ("pieces", 0, HANDED_OVER),
        ("piece", 4, "made a text longer than 64 MiB"),
    ];
    let mut begun_calls = 0;
    for (what, calls, words) in hoards {
        // A plugin that has failed is backed off, so each has one of its own.
        let mut headless = Headless::new(Consent::to_all());
        headless.load("faults/faulty-extension");
        headless.until_served(1).await;
        for call in 0..=calls {
            headless.messages.clear();
            headless.session.run(Invocation {
                command: "faulty-extension.hoard".to_owned(),
                argument: Some(what.to_owned()),
            });
            headless.settle().await;
            let messages: Vec<&str> = headless.messages.iter().map(|one| one.text.as_str()).collect();
            let has_failed = messages.iter().any(|message| message.contains(words));
            assert_eq!(has_failed, call == calls, "{what}, call {call}: {messages:#?}");
        }
        assert!(!headless.status_line().contains("xx"), "what it has shown is removed with its instance");
        let asked = headless.session.next_question(true);
        assert!(asked.is_none(), "a question is left: {asked:?}");
        begun_calls += calls;
    }
    witdock_attacks::observed(
        "a_plugin_that_hoards_fails_before_the_memory_is_full",
        format!("8 kinds fail, after {begun_calls} calls within the limits"),
    );
}

/// The session knows no terminal: its crate does not even depend on one.
#[test]
fn there_is_no_terminal_in_it() {
    let manifest = include_str!("../Cargo.toml");
    for terminal in ["crossterm", "ratatui"] {
        assert!(!manifest.contains(terminal), "the session depends on {terminal}");
    }
}
