//! Marks lines that you come back to. They move with the text, are kept between sessions, and lead into files that are not open.

mod places;

use std::collections::BTreeMap;

use places::{Mark, found, kept, moved, next};
use witdock_editor_guest::decorations::Decorations;
use witdock_editor_guest::files::{self, Failure};
use witdock_editor_guest::prompts::{Choice, ChoiceQuestion};
use witdock_editor_guest::{
    ActivateError, Answer, Command, CommandError, Document, DocumentId, DocumentVersion, Event, EventKinds,
    FileOwner, Location, NoSettings, Plugin, Registration, Scope, Severity, Span, Ticket, log, messages,
    selections, storage, viewport,
};

/// The key of the storage, and the name of the decorations.
const MARKS: &str = "marks";

/// The plugin.
#[derive(Debug, Default)]
pub struct Bookmarks {
    /// The marks of all files, by their paths.
    kept: BTreeMap<String, Vec<Mark>>,
    /// The offsets of the marks in documents that are open.
    open: BTreeMap<DocumentId, Vec<usize>>,
    /// The choices of the open list.
    asked: Option<(Ticket, Vec<(String, usize)>)>,
    /// The mark to go to when its file is open.
    going: Option<(Ticket, usize)>,
}

witdock_editor_guest::export!(Bookmarks, files);

impl Plugin for Bookmarks {
    type Settings = NoSettings;

    fn new(_: NoSettings) -> Result<Self, ActivateError> {
        let kept = storage::get_json(MARKS).map_err(|error| ActivateError::Failed(error.explain()))?;
        Ok(Self { kept: kept.unwrap_or_default(), ..Self::default() })
    }

    fn registration(&self) -> Registration {
        Registration::new()
            .command(
                Command::new("toggle", "Set or remove a bookmark")
                    .description("Marks the line of the cursor, or removes its mark")
                    .key("ctrl-k m"),
            )
            .command(
                Command::new("next", "Next bookmark")
                    .description("Goes to the next marked line of this document")
                    .key("ctrl-k ]"),
            )
            .command(
                Command::new("previous", "Previous bookmark")
                    .description("Goes to the marked line before this one")
                    .key("ctrl-k ["),
            )
            .command(
                Command::new("list", "List bookmarks")
                    .description("Lists the marked lines of all files, and opens the file of the chosen one")
                    .key("ctrl-k j"),
            )
            .on(EventKinds::OPENED | EventKinds::CHANGED | EventKinds::SAVED | EventKinds::CLOSED)
    }

    fn run_command(&mut self, name: &str, _argument: Option<&str>) -> Result<(), CommandError> {
        if name == "list" {
            return self.list();
        }
        let document = Document::current()
            .ok_or_else(|| CommandError::NotApplicable("no document is open".to_owned()))?;
        match name {
            "toggle" => self.toggle(&document),
            "next" => self.go(&document, false),
            "previous" => self.go(&document, true),
            _ => Err(CommandError::NoSuchCommand(name.to_owned())),
        }
    }

    fn on_event(&mut self, event: Event) {
        match event {
            Event::Opened(version) => {
                let Some(document) = Document::of(version) else { return };
                let marks = document.info().path.and_then(|path| self.kept.get(&path));
                let offsets = match (marks, document.whole_text()) {
                    (Some(marks), Ok(text)) => found(marks, &text),
                    _ => Vec::new(),
                };
                self.open.insert(version.document, offsets);
                self.show(&document);
            }
            Event::Changed(change) => {
                let Some(offsets) = self.open.get_mut(&change.version.document) else { return };
                for offset in &mut *offsets {
                    *offset = moved(*offset, &change.edits);
                }
                offsets.dedup();
                if let Some(document) = Document::of(change.version).filter(|_| !offsets.is_empty()) {
                    self.show(&document);
                }
            }
            Event::Saved(version) => {
                if let Some(document) = Document::of(version)
                    && let Err(error) = self.keep(&document)
                {
                    log::warn!("the marks are not kept: {error:?}");
                }
            }
            Event::Closed(id) => drop(self.open.remove(&id)),
            Event::Answered(answered) => self.chosen(answered.question, &answered.answer),
            _ => {}
        }
    }
}

impl FileOwner for Bookmarks {
    fn on_file(&mut self, request: Ticket, outcome: Result<DocumentVersion, Failure>) {
        let Some((_, index)) = self.going.take_if(|(going, _)| *going == request) else { return };
        match outcome {
            Ok(version) => self.show_mark(version, index),
            Err(failure) => messages::notify(Severity::Warning, &failure.explain()),
        }
    }
}

impl Bookmarks {
    fn toggle(&mut self, document: &Document) -> Result<(), CommandError> {
        if document.info().path.is_none() {
            return Err(CommandError::NotApplicable(
                "save the document first: a bookmark is for a file".to_owned(),
            ));
        }
        let cursor = selections::cursor(document.id()).unwrap_or_default();
        let line = document.line_at(cursor);
        let start = document.line(line)?.map_or(0, |line| usize::try_from(line.start).unwrap_or_default());
        let offsets = self.open.entry(document.id()).or_default();
        let before = offsets.len();
        offsets.retain(|offset| document.line_at(*offset) != line);
        if offsets.len() == before {
            offsets.push(start);
            offsets.sort_unstable();
        }
        self.show(document);
        self.keep(document)
    }

    fn go(&self, document: &Document, back: bool) -> Result<(), CommandError> {
        let offsets = self.open.get(&document.id()).map(Vec::as_slice).unwrap_or_default();
        let cursor = selections::cursor(document.id()).unwrap_or_default();
        // All of the cursor's line counts as its start.
        let line = document.line(document.line_at(cursor))?;
        let from = line.map_or(cursor, |line| usize::try_from(line.start).unwrap_or_default());
        match next(offsets, from, back) {
            Some(offset) => Ok(viewport::show(Location::new(document.version(), offset))?),
            None => Err(CommandError::NotApplicable("this document has no bookmarks".to_owned())),
        }
    }

    /// Keeps the marks of a document between sessions.
    fn keep(&mut self, document: &Document) -> Result<(), CommandError> {
        let Some(path) = document.info().path else { return Ok(()) };
        let offsets = self.open.get(&document.id()).map(Vec::as_slice).unwrap_or_default();
        let marks = kept(offsets, &document.whole_text()?);
        if marks.is_empty() && self.kept.remove(&path).is_none() {
            return Ok(());
        }
        if !marks.is_empty() {
            self.kept.insert(path, marks);
        }
        Ok(storage::set_json(MARKS, &self.kept)?)
    }

    fn show(&self, document: &Document) {
        let offsets = self.open.get(&document.id()).map(Vec::as_slice).unwrap_or_default();
        let signs = offsets
            .iter()
            .fold(Decorations::new(), |signs, offset| signs.sign(*offset, Severity::Hint, "bookmark"));
        if let Err(error) = signs.show(document.version(), MARKS) {
            log::debug!("bookmarks are not shown: {}", error.explain());
        }
    }

    fn list(&mut self) -> Result<(), CommandError> {
        let (choices, places): (Vec<_>, Vec<_>) = self
            .kept
            .iter()
            .flat_map(|(path, marks)| marks.iter().enumerate().map(move |(index, mark)| (path, index, mark)))
            .map(|(path, index, mark)| {
                let detail = vec![Span::new(format!("{path}:{}", mark.line + 1), Scope::Muted)];
                let label = if mark.text.is_empty() { "(empty line)" } else { &mark.text };
                (Choice::new(label).detail(detail), (path.clone(), index))
            })
            .unzip();
        if choices.is_empty() {
            return Err(CommandError::NotApplicable("there are no bookmarks".to_owned()));
        }
        let title = format!("Bookmarks ({})", choices.len());
        self.asked = Some((ChoiceQuestion::new(title, choices).pick()?, places));
        Ok(())
    }

    fn chosen(&mut self, question: Ticket, answer: &Answer) {
        let Some((_, places)) = self.asked.take_if(|(asked, _)| *asked == question) else { return };
        let Answer::Chosen(index) = answer else { return };
        let place = usize::try_from(*index).ok().and_then(|index| places.get(index));
        let Some((path, index)) = place else { return };
        let open =
            Document::all_open().into_iter().find(|document| document.info().path.as_ref() == Some(path));
        if let Some(document) = open {
            return self.show_mark(document.version(), *index);
        }
        match files::open(path, true) {
            Ok(request) => self.going = Some((request, *index)),
            Err(error) => messages::notify(Severity::Warning, &format!("{path}: {}", error.explain())),
        }
    }

    /// Goes to a mark of a document that is open.
    fn show_mark(&self, version: DocumentVersion, index: usize) {
        let known = self.open.get(&version.document).and_then(|offsets| offsets.get(index).copied());
        let again = || {
            let document = Document::of(version)?;
            let marks = self.kept.get(&document.info().path?)?;
            found(marks, &document.whole_text().ok()?).get(index).copied()
        };
        let Some(offset) = known.or_else(again) else { return };
        if let Err(error) = viewport::show(Location::new(version, offset)) {
            messages::notify(Severity::Warning, &error.explain());
        }
    }
}
