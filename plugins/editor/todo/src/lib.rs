//! Marks TODO, FIXME and similar comments, and lists those of all open documents, in a picker and in a panel; those of all files of the folder, in a
//! picker and as a text.
//!
//! ```toml
//! [plugins.todo.words]     # replaces the default words
//! TODO = "task"
//! FIXME = "fault"
//! NOTE = "note"
//! ```

mod folder;
mod settings;
mod task;

use folder::{FolderTasks, Then, written};
use settings::Settings;
use task::{Marker, Task, Urgency, tasks};
use witdock_editor_guest::decorations::Decorations;
use witdock_editor_guest::files::{self, Failure, NewDocument};
use witdock_editor_guest::folder::FolderEvent;
use witdock_editor_guest::panels::{self, Panel, PanelLine};
use witdock_editor_guest::prompts::{Choice, ChoiceQuestion};
use witdock_editor_guest::work::Next;
use witdock_editor_guest::{
    ActivateError, Answer, Command, CommandError, Document, DocumentInfo, DocumentVersion, Event, EventKinds,
    FileOwner, FolderFollower, Location, Plugin, Registration, Scope, Severity, Span, Style, Ticket, Worker,
    log, messages, viewport,
};

/// Texts up to this length, in bytes, are searched after every change, longer ones when the editor is idle.
const SEARCHED_LIVE: usize = 256 << 10;

/// The name of the decorations and of the panel.
const TASKS: &str = "tasks";

/// The most tasks in a picker.
const MOST_LISTED: usize = 10_000;

/// The plugin.
#[derive(Debug)]
pub struct Todo {
    markers: Vec<Marker>,
    /// The list in the open picker.
    asked: Option<(Ticket, Vec<Place>)>,
    folder: FolderTasks,
    /// The line to go to when its file is open, counted from 1.
    going: Option<(Ticket, usize)>,
    /// The document of tasks that is being made.
    writing: Option<Ticket>,
}

/// Where a task is.
#[derive(Debug)]
enum Place {
    Open(Location),
    /// A file that need not be open, and a line, counted from 1.
    File(String, usize),
}

witdock_editor_guest::export!(Todo, files, folder, work);

impl Plugin for Todo {
    type Settings = Settings;

    fn new(settings: Settings) -> Result<Self, ActivateError> {
        Ok(Todo {
            markers: settings.markers().map_err(ActivateError::Settings)?,
            asked: None,
            folder: FolderTasks::default(),
            going: None,
            writing: None,
        })
    }

    fn registration(&self) -> Registration {
        Registration::new()
            .command(
                Command::new("list", "List tasks")
                    .description("Lists every TODO and FIXME of the open documents")
                    .key("alt-t"),
            )
            .command(
                Command::new("panel", "Show tasks")
                    .description("Shows them in a panel, which is kept up to date"),
            )
            .command(Command::new("folder", "List tasks of all files").description(
                "Lists every TODO and FIXME of the files of the folder, and opens the chosen one",
            ))
            .command(
                Command::new("write", "Write the tasks of all files into a document")
                    .description("Makes a document with a list of them in Markdown"),
            )
            .on(EventKinds::OPENED | EventKinds::CHANGED | EventKinds::CLOSED | EventKinds::IDLE)
    }

    fn run_command(&mut self, name: &str, _argument: Option<&str>) -> Result<(), CommandError> {
        match name {
            "list" => self.ask(),
            "panel" => self.fill_panel(),
            "folder" => Ok(self.folder.collect(Then::List)?),
            "write" => Ok(self.folder.collect(Then::Write)?),
            _ => Err(CommandError::NoSuchCommand(name.to_owned())),
        }
    }

    fn on_event(&mut self, event: Event) {
        match &event {
            Event::Answered(answered) => return self.go(answered.question, &answered.answer),
            Event::Opened(version) => self.mark(Document::of(*version), usize::MAX),
            Event::Changed(change) => self.mark(Document::of(change.version), SEARCHED_LIVE),
            Event::Idle(Some(version)) => {
                let document = Document::of(*version);
                if document.as_ref().is_some_and(|document| document.length() > SEARCHED_LIVE) {
                    self.mark(document, usize::MAX);
                }
            }
            _ => {}
        }
        let follows = !matches!(event, Event::Changed(_)) && panels::is_open(TASKS);
        if follows && let Err(error) = self.fill_panel() {
            log::warn!("the panel could not be updated: {error:?}");
        }
    }
}

impl FolderFollower for Todo {
    fn on_folder(&mut self, event: FolderEvent) {
        self.folder.notice(event);
    }
}

impl Worker for Todo {
    fn step(&mut self, work: Ticket) -> Next {
        let (next, then) = self.folder.step(work, &self.markers);
        let ended = match then {
            Some(Then::List) => self.ask_about_folder(),
            Some(Then::Write) => self.write(),
            None => Ok(()),
        };
        if let Err(why) = ended {
            messages::notify(Severity::Warning, &why);
        }
        next
    }

    fn cancelled(&mut self, work: Ticket) {
        self.folder.cancel(work);
    }
}

impl FileOwner for Todo {
    fn on_file(&mut self, request: Ticket, outcome: Result<DocumentVersion, Failure>) {
        let going = self.going.take_if(|(going, _)| *going == request).map(|(_, line)| line);
        let Some(line) = going.or(self.writing.take_if(|writing| *writing == request).map(|_| 1)) else {
            return;
        };
        let shown = outcome.map_err(|failure| failure.explain()).and_then(|version| show_line(version, line));
        if let Err(why) = shown {
            messages::notify(Severity::Warning, &why);
        }
    }
}

impl Todo {
    fn ask_about_folder(&mut self) -> Result<(), String> {
        let all = self.folder.all(&self.markers);
        let (choices, places): (Vec<_>, Vec<_>) = all
            .iter()
            .flat_map(|(path, tasks)| tasks.iter().map(move |task| (path, task)))
            .take(MOST_LISTED)
            .map(|(path, task)| {
                let detail = vec![Span::new(format!("{path}:{}", task.line), Scope::Muted)];
                (Choice::new(task.text.clone()).detail(detail), Place::File(path.clone(), task.line))
            })
            .unzip();
        if choices.is_empty() {
            messages::status("there are no tasks in the files of the folder");
            return Ok(());
        }
        let title = format!("Tasks of all files ({})", choices.len());
        let ticket = ChoiceQuestion::new(title, choices).pick().map_err(|error| error.explain())?;
        self.asked = Some((ticket, places));
        Ok(())
    }

    fn write(&mut self) -> Result<(), String> {
        let text = written(&self.folder.all(&self.markers));
        let made = NewDocument::new("Tasks", text).language("markdown").make();
        self.writing = Some(made.map_err(|error| error.explain())?);
        Ok(())
    }

    fn open(&mut self, path: &str, line: usize) -> Result<(), String> {
        let is_it = |document: &Document| document.info().path.as_deref() == Some(path);
        match Document::all_open().into_iter().find(is_it) {
            Some(document) => show_line(document.version(), line),
            None => {
                let request =
                    files::open(path, true).map_err(|error| format!("{path}: {}", error.explain()))?;
                self.going = Some((request, line));
                Ok(())
            }
        }
    }

    fn mark(&self, document: Option<Document>, longest: usize) {
        let Some(document) = document.filter(|document| document.length() <= longest) else { return };
        let Ok(text) = document.whole_text() else {
            log::info!("a text of {} bytes is too long to be searched", document.length());
            return;
        };
        if let Err(error) = decorations(&tasks(&text, &self.markers)).show(document.version(), TASKS) {
            log::debug!("tasks cannot be shown: {}", error.explain());
        }
    }

    fn open_tasks(&self) -> Vec<(DocumentInfo, Vec<Task>)> {
        let found =
            |document: Document| Some((document.info(), tasks(&document.whole_text().ok()?, &self.markers)));
        Document::all_open().into_iter().filter_map(found).filter(|(_, tasks)| !tasks.is_empty()).collect()
    }

    fn ask(&mut self) -> Result<(), CommandError> {
        let found = self.open_tasks();
        let (choices, places): (Vec<_>, Vec<_>) = listed(&found)
            .map(|(info, task)| {
                (choice(info, task), Place::Open(Location::new(info.version, task.word.start)))
            })
            .unzip();
        if choices.is_empty() {
            messages::status("there are no tasks in the open documents");
            return Ok(());
        }
        let title = format!("Tasks ({})", choices.len());
        self.asked = Some((ChoiceQuestion::new(title, choices).pick()?, places));
        Ok(())
    }

    fn go(&mut self, question: Ticket, answer: &Answer) {
        let Some((_, places)) = self.asked.take_if(|(asked, _)| *asked == question) else { return };
        let Answer::Chosen(index) = answer else { return };
        let place = usize::try_from(*index).ok().and_then(|index| places.into_iter().nth(index));
        let shown = match place {
            Some(Place::Open(location)) => viewport::show(location).map_err(|error| error.explain()),
            Some(Place::File(path, line)) => self.open(&path, line),
            None => Ok(()),
        };
        if let Err(why) = shown {
            messages::notify(Severity::Warning, &why);
        }
    }

    fn fill_panel(&self) -> Result<(), CommandError> {
        Ok(panel(&self.open_tasks()).show(TASKS)?)
    }
}

/// Goes to a line, counted from 1.
fn show_line(version: DocumentVersion, line: usize) -> Result<(), String> {
    let number = u32::try_from(line.saturating_sub(1)).unwrap_or(u32::MAX);
    let line = Document::of(version).and_then(|document| document.line(number).ok().flatten());
    let start = line.map_or(0, |line| usize::try_from(line.start).unwrap_or_default());
    viewport::show(Location::new(version, start)).map_err(|error| error.explain())
}

fn listed(found: &[(DocumentInfo, Vec<Task>)]) -> impl Iterator<Item = (&DocumentInfo, &Task)> {
    found.iter().flat_map(|(info, tasks)| tasks.iter().map(move |task| (info, task)))
}

fn decorations(tasks: &[Task]) -> Decorations {
    tasks.iter().fold(Decorations::new(), |decorations, task| {
        decorations.style(task.word.clone(), Style::of(scope(task.urgency)).bold())
    })
}

fn choice(info: &DocumentInfo, task: &Task) -> Choice {
    Choice::new(task.text.clone())
        .detail(vec![Span::new(format!("{}:{}", name(info), task.line), Scope::Muted)])
}

fn panel(found: &[(DocumentInfo, Vec<Task>)]) -> Panel {
    let panel = Panel::new(format!("Tasks ({})", listed(found).count()));
    found.iter().fold(panel, |panel, (info, tasks)| {
        let panel = panel.line(PanelLine::new(vec![Span::new(name(info), Scope::Heading)]));
        tasks.iter().fold(panel, |panel, task| {
            let spans = vec![
                Span::new(format!("{:>5}  ", task.line), Scope::Muted),
                Span::new(task.text.clone(), scope(task.urgency)),
            ];
            panel.line(PanelLine::new(spans).goes_to(info.version, task.word.start))
        })
    })
}

fn scope(urgency: Urgency) -> Scope {
    match urgency {
        Urgency::Note => Scope::Info,
        Urgency::Task => Scope::Warning,
        Urgency::Fault => Scope::Error,
    }
}

fn name(info: &DocumentInfo) -> &str {
    info.path.as_deref().unwrap_or("(not saved)")
}

#[cfg(test)]
mod tests {
    use super::*;
    use witdock_editor_guest::Action;

    fn found(text: &str) -> Vec<(DocumentInfo, Vec<Task>)> {
        let document = Document::of_text("rust", text);
        let markers = Settings::default().markers().unwrap();
        vec![(document.info(), tasks(text, &markers))]
    }

    #[test]
    fn the_panel_leads_to_the_tasks() {
        let panel = panel(&found("// NOTE: a\n// FIXME: b"));
        let lines: Vec<String> = panel
            .lines
            .iter()
            .map(|line| line.spans.iter().map(|span| span.text.as_str()).collect())
            .collect();
        assert_eq!(panel.title, "Tasks (2)");
        assert_eq!(lines, ["(not saved)", "    1  NOTE: a", "    2  FIXME: b"]);
        let place = |line: usize| match &panel.lines[line].action {
            Action::GoTo(location) => location.offset,
            other => panic!("{other:?}"),
        };
        assert_eq!((place(1), place(2)), (3, 14));
        assert_eq!(panel.lines[0].action, Action::None);
    }

    #[test]
    fn words_are_marked_by_urgency() {
        let found = found("TODO\nBUG");
        let marked = Decorations::new()
            .style(0..4, Style::of(Scope::Warning).bold())
            .style(5..8, Style::of(Scope::Error).bold());
        assert_eq!(decorations(&found[0].1), marked);
    }

    #[test]
    fn a_marker_that_is_no_word_is_refused() {
        let settings: Settings = serde_json::from_str(r#"{"words": {"TO DO": "task"}}"#).unwrap();
        let refused = Todo::new(settings).unwrap_err();
        let expected = "`words` has \"TO DO\"; a word consists of letters, digits and `_`";
        assert_eq!(refused, ActivateError::Settings(expected.to_owned()));
    }
}
