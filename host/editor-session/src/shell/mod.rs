//! Commands of the shell, which the person runs on the text: their output takes the place of the selections, or is inserted.
//!
//! No plugin runs any of this. One command runs at a time, beside the session; [`Effect::Shell`] goes out and
//! [`Input::Shell`](crate::Input::Shell) answers. The text changes only when all outputs are there and the command has succeeded.

mod process;

use std::ops::Range;
use std::path::PathBuf;

use witdock_editor_core::{Bias, ChangeSet, Edit, Revision, Selection, Selections, Transaction};

pub(crate) use self::process::Stop;
pub use self::process::{Failure, Finished};
use crate::documents::{Author, Buffer, DocumentId, Documents, Origin};
use crate::message::Message;
use crate::outbox::{Effect, Outbox, Request};

/// The most selections that a command runs for, once for each.
const MOST_RUNS: usize = 100;

/// A command of the shell to run, once for each input.
#[derive(Debug)]
pub struct ShellTask {
    pub(crate) ticket: u64,
    /// The command, as the shell reads it.
    pub command: String,
    /// The texts for its standard input.
    pub inputs: Vec<String>,
    /// The folder that it runs in.
    pub folder: Option<PathBuf>,
}

/// The command that is under way.
#[derive(Debug, Default)]
pub struct Shell {
    running: Option<Running>,
    tickets: u64,
}

#[derive(Debug)]
struct Running {
    ticket: u64,
    command: String,
    document: DocumentId,
    revision: Revision,
    /// What the outputs replace.
    ranges: Vec<Range<usize>>,
}

/// What becomes of a command's output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Output {
    /// It replaces the selections, which are the input; without a selection, the whole text.
    Replaces,
    /// It is inserted at the cursors. There is no input.
    IsInserted,
}

impl Shell {
    /// The command that is under way.
    pub fn running(&self) -> Option<&str> {
        self.running.as_ref().map(|running| running.command.as_str())
    }

    pub(crate) fn run(&mut self, command: &str, output: Output, documents: &Documents, out: &mut Outbox) {
        if self.running.is_some() {
            return out.show(Message::warning("a command is under way already"));
        }
        let Some(buffer) = documents.active() else { return };
        let document = &buffer.document;
        let selections = document.selections();
        let is_empty = selections.iter().all(Selection::is_empty);
        let ranges: Vec<Range<usize>> = match output {
            Output::Replaces if is_empty => std::iter::once(0..document.text().len()).collect(),
            Output::Replaces => {
                selections.iter().filter(|one| !one.is_empty()).map(Selection::range).collect()
            }
            Output::IsInserted => selections.iter().map(|one| one.head..one.head).collect(),
        };
        let inputs: Vec<String> = match output {
            Output::Replaces => ranges.iter().map(|range| document.text().slice(range.clone())).collect(),
            // The same command has the same output.
            Output::IsInserted => vec![String::new()],
        };
        if inputs.len() > MOST_RUNS {
            let text =
                format!("{} selections are too many; a command runs for at most {MOST_RUNS}", inputs.len());
            return out.show(Message::warning(text));
        }
        self.tickets += 1;
        let folder = buffer.path.as_deref().and_then(|path| path.parent()).map(PathBuf::from);
        out.effect(Effect::Shell(ShellTask {
            ticket: self.tickets,
            command: command.to_owned(),
            inputs,
            folder: folder.filter(|folder| folder.is_dir()),
        }));
        self.running = Some(Running {
            ticket: self.tickets,
            command: command.to_owned(),
            document: buffer.id,
            revision: document.revision(),
            ranges,
        });
    }

    /// Ends the command that is under way. Its answer changes nothing.
    pub(crate) fn cancel(&mut self, out: &mut Outbox) {
        if let Some(running) = self.running.take() {
            out.effect(Effect::StopShell);
            out.show(Message::info(format!("`{}` cancelled; the text stays", running.command)));
        }
    }

    /// Takes the outputs of a command.
    pub(crate) fn finished(&mut self, finished: Finished, documents: &mut Documents, out: &mut Outbox) {
        let Some(running) = self.running.take_if(|running| running.ticket == finished.ticket) else { return };
        let command = &running.command;
        match finished.result {
            Err(failure) => out.show(Message::error(format!("`{command}` {failure}; the text stays"))),
            Ok(outputs) => {
                let Some(buffer) = documents.find_mut(running.document) else { return };
                match replace(buffer, &running, &outputs) {
                    Ok(()) => out.request(Request::Reveal),
                    Err(problem) => out.show(Message::error(format!("`{command}`: {problem}"))),
                }
            }
        }
    }
}

/// Puts the outputs in, as one step to undo, and selects what replaced a selection.
fn replace(buffer: &mut Buffer, running: &Running, outputs: &[String]) -> Result<(), String> {
    let document = &mut buffer.document;
    let gone = "the text has changed too much meanwhile; run it again";
    let since = document.changes_since(running.revision).ok_or(gone)?;
    let ending = document.style().line_ending;
    let edits = running.ranges.iter().enumerate().map(|(index, range)| {
        let start = since.map(range.start, Bias::After);
        let range = start..since.map(range.end, Bias::Before).max(start);
        let output = outputs.get(index).or(outputs.first()).map(String::as_str).unwrap_or_default();
        let output = ending.normalize(output);
        // A command ends its output with a line break, which belongs to the text only where it was there before.
        let had_break = !range.is_empty() && document.text().byte(range.end - 1) == Some(b'\n');
        let output =
            if had_break { &output } else { output.strip_suffix(ending.as_str()).unwrap_or(&output) };
        Edit::replace(range, output)
    });
    let edits: Vec<Edit> = edits.collect();
    let changes = ChangeSet::new(document.text(), edits).map_err(|error| error.to_string())?;
    let whole = running.ranges.len() == 1 && running.ranges.first() == Some(&(0..since.length_before()));
    let is_insertion = running.ranges.iter().all(Range::is_empty);
    let after: Vec<Selection> = changes
        .ranges_after()
        .map(
            |range| {
                if is_insertion { Selection::at(range.end) } else { Selection::new(range.start, range.end) }
            },
        )
        .collect();
    buffer.author = Author::Person(Origin::Command);
    document.break_undo();
    let mut transaction = Transaction::new(document.revision(), changes);
    if !whole && !after.is_empty() {
        transaction =
            transaction.with_selections(Selections::new(after, document.selections().primary_index()));
    }
    document.apply(transaction).map(drop).map_err(|error| error.to_string())
}
