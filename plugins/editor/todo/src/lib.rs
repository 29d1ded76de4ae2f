//! Marks TODO, FIXME and similar comments, and lists those of all open documents, in a picker and in a panel.
//!
//! ```toml
//! [plugins.todo.words]     # replaces the default words
//! TODO = "task"
//! FIXME = "fault"
//! NOTE = "note"
//! ```

mod settings;
mod task;

use settings::Settings;
use task::{Marker, Task, Urgency, tasks};
use witdock_editor_guest::decorations::Decorations;
use witdock_editor_guest::panels::{self, Panel, PanelLine};
use witdock_editor_guest::prompts::{Choice, ChoiceQuestion};
use witdock_editor_guest::{
    ActivateError, Answer, Command, CommandError, Document, DocumentInfo, Event, EventKinds, Location,
    Plugin, Registration, Scope, Severity, Span, Style, Ticket, log, messages, viewport,
};

/// Texts up to this length, in bytes, are searched after every change, longer ones when the editor is idle.
const SEARCHED_LIVE: usize = 256 << 10;

/// The name of the decorations and of the panel.
const TASKS: &str = "tasks";

/// The plugin.
#[derive(Debug)]
pub struct Todo {
    markers: Vec<Marker>,
    /// The list in the open picker.
    asked: Option<(Ticket, Vec<Location>)>,
}

witdock_editor_guest::export!(Todo);

impl Plugin for Todo {
    type Settings = Settings;

    fn new(settings: Settings) -> Result<Self, ActivateError> {
        Ok(Todo { markers: settings.markers().map_err(ActivateError::Settings)?, asked: None })
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
            .on(EventKinds::OPENED | EventKinds::CHANGED | EventKinds::CLOSED | EventKinds::IDLE)
    }

    fn run_command(&mut self, name: &str, _argument: Option<&str>) -> Result<(), CommandError> {
        match name {
            "list" => self.ask(),
            "panel" => self.fill_panel(),
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

impl Todo {
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
            .map(|(info, task)| (choice(info, task), Location::new(info.version, task.word.start)))
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
        let place = usize::try_from(*index).ok().and_then(|index| places.get(index));
        if let Some(Err(error)) = place.map(|place| viewport::show(*place)) {
            messages::notify(Severity::Warning, &error.explain());
        }
    }

    fn fill_panel(&self) -> Result<(), CommandError> {
        Ok(panel(&self.open_tasks()).show(TASKS)?)
    }
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
