//! Uses every interface of the editor, one command for each, and fails on request, for testing the editor's guarantees.

mod hoard;

use serde::Deserialize;
use std::time::Duration;
use witdock_editor_guest::decorations::Decorations;
use witdock_editor_guest::panels::{Panel, PanelLine};
use witdock_editor_guest::prompts::{Choice, ChoiceQuestion, TextQuestion};
use witdock_editor_guest::status_line::Segment;
use witdock_editor_guest::{
    ActivateError, Answer, Command, CommandError, Document, DocumentVersion, Edit, Event, EventKinds,
    Invocation, Plugin, Registration, Scope, Severity, Span, Stateful, Style, clipboard, jobs, log, messages,
    timers, workspace,
};

/// The plugin fails when a changed text contains this.
const POISON: &str = "POISON";

/// The settings.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    greeting: String,
}

/// The plugin.
#[derive(Debug)]
pub struct Faulty {
    settings: Settings,
    /// The number of commands run, which is the state.
    count: u64,
}

witdock_editor_guest::export!(Faulty, state);

const COMMANDS: [(&str, &str); 15] = [
    ("count", "Count, and show it everywhere"),
    ("edit-then-trap", "Edit, then trap"),
    ("edit-then-fail", "Edit, then fail"),
    ("edit-twice", "Edit twice"),
    ("edit-stale", "Edit an old revision"),
    ("loop", "Loop without end"),
    ("ask", "Ask for a line"),
    ("choose", "Ask to choose"),
    ("later", "Be told later"),
    ("work", "Run other commands"),
    ("panel", "Show a panel"),
    ("read", "Read a file"),
    ("greet", "Greet as the settings say"),
    ("copy", "Copy"),
    ("hoard", "Fill the memory of the editor"),
];

impl Plugin for Faulty {
    type Settings = Settings;

    fn new(settings: Settings) -> Result<Self, ActivateError> {
        Ok(Faulty { settings, count: 0 })
    }

    fn registration(&self) -> Registration {
        let registration = Registration::new().on(EventKinds::OPENED | EventKinds::CHANGED).hovers();
        COMMANDS.iter().fold(registration, |registration, (name, title)| {
            let command = Command::new(name, title);
            let command = if *name == "count" { command.key("alt-c").key("ctrl-s") } else { command };
            registration.command(command)
        })
    }

    fn run_command(&mut self, name: &str, argument: Option<&str>) -> Result<(), CommandError> {
        self.count += 1;
        let document =
            Document::current().ok_or_else(|| CommandError::NotApplicable("nothing is open".to_owned()))?;
        match name {
            "count" => self.show(&document)?,
            "edit-then-trap" => {
                document.apply(vec![Edit::insert(0, "half")])?;
                clipboard::write("half");
                messages::status("half");
                trap();
            }
            "edit-then-fail" => {
                document.apply(vec![Edit::insert(0, "half")])?;
                return Err(CommandError::Failed("it was asked to".to_owned()));
            }
            "edit-twice" => {
                document.apply(vec![Edit::insert(0, "1")])?;
                document.apply(vec![Edit::insert(1, "2")])?;
            }
            "edit-stale" => {
                let revision = document.revision();
                document.apply(vec![Edit::insert(0, "x")])?;
                let refused = document.apply_against(revision, vec![Edit::insert(0, "y")]);
                messages::status(&format!("{refused:?}"));
            }
            "loop" => loop {
                std::hint::spin_loop();
            },
            "ask" => {
                TextQuestion::new("Your name").initial("no").ask()?;
            }
            "choose" => {
                let choices = vec![Choice::new("red"), Choice::new("green"), Choice::new("blue")];
                ChoiceQuestion::new("A colour", choices).pick()?;
            }
            "later" => {
                let started = timers::once(Duration::from_millis(20));
                started.map_err(|error| CommandError::Failed(format!("{error:?}")))?;
            }
            "work" => {
                for command in ["editor.select-all", "faulty-extension.edit-twice", "editor.nonsense"] {
                    let queued = jobs::run(&Invocation::new(command));
                    if let Err(error) = queued {
                        messages::status(&format!("{error:?}"));
                    }
                }
            }
            "panel" => panel(document.version())?,
            "read" => {
                let read = workspace::read_file(argument.unwrap_or("Cargo.toml"));
                messages::status(&format!(
                    "{:?}",
                    read.map(|text| text.lines().next().unwrap_or_default().to_owned())
                ));
            }
            "greet" => messages::status(&self.settings.greeting),
            "hoard" => hoard::hoard(argument.unwrap_or_default(), self.count, &document)?,
            "copy" => clipboard::write("copied"),
            _ => return Err(CommandError::NoSuchCommand(name.to_owned())),
        }
        Ok(())
    }

    fn on_event(&mut self, event: Event) {
        match event {
            Event::Opened(version) => self.tell(&format!("opened {}", version.document)),
            Event::Changed(change) => {
                let text = Document::of(change.version).and_then(|document| document.whole_text().ok());
                if text.is_some_and(|text| text.contains(POISON)) {
                    trap();
                }
            }
            Event::Answered(answered) => match answered.answer {
                Answer::Text(text) => self.insert(&text),
                Answer::Chosen(index) => self.insert(&index.to_string()),
                Answer::Cancelled => self.insert("cancelled"),
            },
            Event::Timer(_) => self.insert("later"),
            Event::JobEnded(ended) => self.tell(&format!("{:?}", ended.outcome)),
            _ => {}
        }
    }

    fn hover(&mut self, document: &Document, at: usize) -> Option<witdock_editor_guest::HoverText> {
        let line = document.line(document.line_at(at)).ok()??;
        let range =
            witdock_editor_guest::Range { start: line.start, end: line.start + line.text.len() as u64 };
        let text = format!("a line of {} bytes", line.text.len());
        Some(witdock_editor_guest::HoverText { range, lines: vec![vec![Span::new(text, Scope::Plain)]] })
    }
}

impl Stateful for Faulty {
    type State = u64;

    fn state(&self) -> &u64 {
        &self.count
    }

    fn restore(&mut self, count: u64) -> Result<(), String> {
        self.count = count;
        Ok(())
    }
}

impl Faulty {
    fn show(&self, document: &Document) -> Result<(), CommandError> {
        log::info!("counted to {}", self.count);
        let text = format!("count {}", self.count);
        self.tell(&text);
        let marks = Decorations::new()
            .style(0..document.length().min(1), Style::of(Scope::Warning))
            .sign(0, Severity::Warning, "counted")
            .after_line(0, vec![Span::new(format!("  <- {text}"), Scope::Muted)]);
        Ok(marks.show(document.version(), "count")?)
    }

    fn tell(&self, text: &str) {
        Segment::new(vec![Span::new(text, Scope::Plain)]).show("count");
    }

    fn insert(&self, text: &str) {
        if let Some(document) = Document::current()
            && document.apply(vec![Edit::insert(0, text)]).is_err()
        {
            messages::status("not inserted");
        }
    }
}

fn panel(version: DocumentVersion) -> Result<(), CommandError> {
    let line = |text: &str| PanelLine::new(vec![Span::new(text, Scope::Plain)]);
    let panel = Panel::new("Places")
        .line(line("the start").goes_to(version, 0))
        .line(line("the third byte").goes_to(version, 3))
        .line(line("count").runs(Invocation::new("faulty-extension.count")));
    Ok(panel.show("places")?)
}

/// Traps, as a defect would.
#[allow(clippy::panic, reason = "failing is what this plugin is for")]
fn trap() -> ! {
    panic!("asked to")
}
