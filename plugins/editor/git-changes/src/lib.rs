//! Marks lines that differ from what git has: what was added, changed and removed since the last `git add` or commit. Goes from one change to the
//! next, shows what was there before, and reverts a change.
//!
//! It runs `git cat-file`, which reads; nothing is written to the repository.

mod hunks;
mod tracked;

use std::collections::HashMap;
use std::ops::Range;

use witdock_editor_guest::floats::Float;
use witdock_editor_guest::line_marks::{self, Mark};
use witdock_editor_guest::processes::{End, Pipe, Program, StartError};
use witdock_editor_guest::{
    ActivateError, Command, CommandError, Document, DocumentId, DocumentVersion, Event, EventKinds, Location,
    NoSettings, Plugin, ProcessEvent, ProcessOwner, Registration, Scope, Selection, Span, edit_between, log,
    messages, selections, topics,
};

use hunks::{Hunk, hunks};
use tracked::Tracked;

/// The name of the marks.
const MARKS: &str = "git";
/// Texts up to this length, in bytes, are compared after every change, longer ones when the editor is idle.
const COMPARED_LIVE: usize = 256 << 10;
/// The most lines in a window.
const MOST_SHOWN: usize = 100;
/// Longer texts are not compared.
const LONGEST: usize = 8 << 20;

/// The plugin.
#[derive(Debug, Default)]
pub struct GitChanges {
    tracked: HashMap<DocumentId, Tracked>,
    /// Whether the person knows that git cannot be run.
    has_told: bool,
}

witdock_editor_guest::export!(GitChanges, processes);

impl Plugin for GitChanges {
    type Settings = NoSettings;

    fn new(_: NoSettings) -> Result<Self, ActivateError> {
        Ok(Self::default())
    }

    fn registration(&self) -> Registration {
        let command =
            |name: &str, title: &str, description: &str| Command::new(name, title).description(description);
        Registration::new()
            .on(EventKinds::OPENED
                | EventKinds::CHANGED
                | EventKinds::SAVED
                | EventKinds::CLOSED
                | EventKinds::IDLE)
            .command(
                command(
                    "next",
                    "Next change since git",
                    "Goes to the next lines that differ from what git has.",
                )
                .key("ctrl-k ."),
            )
            .command(
                command(
                    "previous",
                    "Previous change since git",
                    "Goes to the lines before that differ from what git has.",
                )
                .key("ctrl-k ,"),
            )
            .command(
                command(
                    "revert",
                    "Revert this change",
                    "Replaces the lines of the change at the cursor by those that git has.",
                )
                .key("ctrl-k z"),
            )
            .command(command(
                "show",
                "What git has here",
                "Shows the lines that git has in the place of this change.",
            ))
    }

    fn run_command(&mut self, name: &str, _: Option<&str>) -> Result<(), CommandError> {
        let document = Document::current().ok_or_else(|| not_applicable("no document is open"))?;
        self.compare(&document);
        let tracked = self.tracked.get(&document.id());
        let tracked = tracked.filter(|tracked| tracked.base.is_some());
        let tracked = tracked.ok_or_else(|| not_applicable("git does not have this file"))?;
        let line = document.line_at(selections::cursor(document.id()).unwrap_or_default());
        let line = usize::try_from(line).unwrap_or(usize::MAX);
        let all = &tracked.hunks;
        match name {
            "next" => {
                let next = all.iter().find(|hunk| hunk.after.start > line).or(all.first());
                go_to(&document, next)
            }
            "previous" => {
                let previous = all.iter().rev().find(|hunk| hunk.after.start < line).or(all.last());
                go_to(&document, previous)
            }
            "revert" => tracked.revert(&document, here(all, line)?),
            "show" => show(&document, tracked, here(all, line)?),
            _ => Err(CommandError::NoSuchCommand(name.to_owned())),
        }
    }

    fn on_event(&mut self, event: Event) {
        match event {
            Event::Opened(version) | Event::Saved(version) => self.read(version),
            Event::Changed(change) => {
                if let Some(document) =
                    Document::of(change.version).filter(|one| one.length() <= COMPARED_LIVE)
                {
                    self.compare(&document);
                }
            }
            // git may have been run meanwhile.
            Event::Idle(Some(version)) => self.read(version),
            Event::Closed(document) => drop(self.tracked.remove(&document)),
            _ => {}
        }
    }
}

impl ProcessOwner for GitChanges {
    fn on_process(&mut self, event: ProcessEvent) {
        match event {
            ProcessEvent::Output(piece) if piece.pipe == Pipe::Output => {
                let reader = self.tracked.values_mut().find(|one| one.process == Some(piece.process));
                if let Some(tracked) = reader.filter(|one| one.output.len() <= LONGEST) {
                    tracked.output.extend(piece.bytes);
                }
            }
            ProcessEvent::Ended(ended) => {
                let reader = self.tracked.iter_mut().find(|(_, one)| one.process == Some(ended.process));
                let Some((id, tracked)) = reader else { return };
                let id = *id;
                tracked.has_read(ended.end == End::Exited(0), LONGEST);
                if let Some(document) = Document::by_id(id) {
                    self.compare(&document);
                }
            }
            _ => {}
        }
    }
}

impl GitChanges {
    /// Reads what git has of a document's file.
    fn read(&mut self, version: DocumentVersion) {
        let Some(document) = Document::of(version) else { return };
        // A file outside of the workspace has an absolute path.
        let Some(path) = document.info().path.filter(|path| !path.starts_with('/')) else { return };
        let tracked = self.tracked.entry(document.id()).or_default();
        if tracked.process.is_some() {
            return;
        }
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", &path));
        let object = format!(":./{name}");
        let program = Program::new("git").folder(folder).arguments([
            "--no-optional-locks",
            "cat-file",
            "blob",
            &object,
        ]);
        match program.start() {
            Ok(process) => {
                tracked.process = Some(process);
                tracked.output.clear();
            }
            // A new file in a new folder, which git cannot have.
            Err(StartError::Invalid(_)) => {}
            Err(error) => {
                let why = error.explain();
                log::warn!("{why}");
                if !std::mem::replace(&mut self.has_told, true) {
                    messages::status(&why);
                }
            }
        }
    }

    /// Compares a document with what git has, unless that was done already.
    fn compare(&mut self, document: &Document) {
        let Some(tracked) = self.tracked.get_mut(&document.id()) else { return };
        let version = document.version();
        let Some(base) = &tracked.base else {
            line_marks::clear(document.id(), MARKS);
            if tracked.process.is_none() {
                // git does not have it: all of it is new.
                publish(version, &[0..document.length() as u64]);
            }
            return;
        };
        if tracked.compared == Some(version) {
            // Somebody may have begun to listen.
            return publish(version, &tracked.changed);
        }
        if document.length() > LONGEST {
            return;
        }
        let Ok(text) = document.whole_text() else { return };
        tracked.hunks = hunks(base, &text);
        tracked.compared = Some(version);
        let starts: Vec<u64> =
            std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at as u64 + 1)).collect();
        let marks: Vec<Mark> = tracked.hunks.iter().flat_map(|hunk| marks(hunk, &starts)).collect();
        if let Err(error) = line_marks::set(version, MARKS, &marks) {
            log::debug!("{}", error.explain());
        }
        let start = |line: usize| starts.get(line).copied().unwrap_or(text.len() as u64);
        let changed = tracked.hunks.iter().filter(|hunk| !hunk.after.is_empty());
        tracked.changed = changed.map(|hunk| start(hunk.after.start)..start(hunk.after.end)).collect();
        publish(version, &tracked.changed);
    }
}

/// Tells other plugins which parts of a text differ: `{"document": 1, "revision": 5, "changed": [[0, 12]]}`, in bytes.
fn publish(version: DocumentVersion, changed: &[Range<u64>]) {
    let changed: Vec<String> = changed.iter().map(|part| format!("[{}, {}]", part.start, part.end)).collect();
    let DocumentVersion { document, revision } = version;
    let message =
        format!(r#"{{"document": {document}, "revision": {revision}, "changed": [{}]}}"#, changed.join(", "));
    // Nobody can do anything about a list that is too long for a message.
    if let Err(error) = topics::publish("changed", message.as_bytes()) {
        log::debug!("{}", error.explain());
    }
}

/// A mark for each line of a change.
fn marks(hunk: &Hunk, starts: &[u64]) -> Vec<Mark> {
    let kind = hunk.kind();
    let lines =
        if hunk.after.is_empty() { hunk.after.start..hunk.after.start + 1 } else { hunk.after.clone() };
    let last = starts.last().copied().unwrap_or_default();
    lines.map(|line| Mark { at: starts.get(line).copied().unwrap_or(last), kind }).collect()
}

fn not_applicable(why: &str) -> CommandError {
    CommandError::NotApplicable(why.to_owned())
}

fn here(all: &[Hunk], line: usize) -> Result<&Hunk, CommandError> {
    all.iter().find(|hunk| hunk.has(line)).ok_or_else(|| not_applicable("git has this line as it is"))
}

fn go_to(document: &Document, hunk: Option<&Hunk>) -> Result<(), CommandError> {
    let hunk = hunk.ok_or_else(|| not_applicable("git has the document as it is"))?;
    let line =
        u32::try_from(hunk.after.start).unwrap_or(u32::MAX).min(document.line_count().saturating_sub(1));
    let start = document.line(line)?.map_or(0, |line| line.start);
    let cursor = Selection { anchor: start, head: start };
    Ok(selections::set(
        document.version(),
        &witdock_editor_guest::SelectionSet { selections: vec![cursor], primary: 0 },
    )?)
}

/// Shows what git has, beside the change.
fn show(document: &Document, tracked: &Tracked, hunk: &Hunk) -> Result<(), CommandError> {
    let lines = tracked.lines_before(hunk);
    let first =
        u32::try_from(hunk.after.start).unwrap_or(u32::MAX).min(document.line_count().saturating_sub(1));
    let start = document.line(first)?.map_or(0, |line| usize::try_from(line.start).unwrap_or_default());
    let mut float = Float::new("What git has here").at(Location::new(document.version(), start));
    for line in lines.iter().take(MOST_SHOWN) {
        float = float.line(vec![Span::new(*line, Scope::Plain)]);
    }
    if lines.is_empty() {
        float = float.line(vec![Span::new("no line", Scope::Muted)]);
    }
    Ok(float.show("before")?)
}

impl Tracked {
    /// Replaces the lines of a change by those that git has.
    fn revert(&self, document: &Document, hunk: &Hunk) -> Result<(), CommandError> {
        let text = document.whole_text()?;
        let reverted = self.reverted(&text, &document.line_ending(), hunk);
        document.apply(edit_between(&text, &reverted).into_iter().collect())?;
        Ok(())
    }
}
