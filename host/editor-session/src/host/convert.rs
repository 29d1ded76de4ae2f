//! Conversion between the types that are generated from `wit/editor` and the editor's own. It happens here and nowhere
//! else, so that nothing that draws depends on the interface.
//!
//! Text that is shown passes through [`one_line`]: no control character of a plugin reaches the terminal.

use std::ops::Range;

use witdock_editor_core::{Edit, Revision};

use super::bindings::exports::witdock::editor::plugin as exports;
use super::bindings::file_owner::exports::witdock::editor::file_events;
use super::bindings::process_owner::exports::witdock::editor::process_events;
use super::bindings::subscriber::exports::witdock::editor::topic_events;
use super::bindings::witdock::editor::{floats, panels, prompts, status_line, types};
use super::call::Ticket;
use super::files::FileFailure;
use super::outcome::TopicMessage;
use super::process::{Happened, Pipe, ProcessEnd};
use crate::display::{
    Action, Answer, Choice, ChoiceQuestion, Completion, CompletionKind, Float, HoverText, Invocation,
    Location, Panel, PanelLine, Segment, TextQuestion,
};
use crate::documents::Origin;
use crate::style::{Emphasis, Scope, Severity, Span, Style};

/// The text on one line, of which a terminal obeys nothing: see [`witdock::text`]. A tab is a space.
pub(super) fn one_line(text: &str) -> String {
    witdock::text::line(&text.replace('\t', " ")).to_string()
}

/// The text on its lines, of which a terminal obeys nothing.
pub(super) fn lines(text: &str) -> String {
    witdock::text::block(&text.replace('\t', " ")).to_string()
}

/// A number from a plugin as an offset. One that does not fit is past the end of any text.
pub(super) fn offset(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

pub(super) fn spans(spans: Vec<types::Span>) -> Vec<Span> {
    spans.into_iter().map(Span::from).collect()
}

fn range(range: types::Range) -> Range<usize> {
    offset(range.start)..offset(range.end)
}

impl From<types::Span> for Span {
    fn from(span: types::Span) -> Self {
        Self { text: one_line(&span.text), style: span.style.into() }
    }
}

impl From<types::Style> for Style {
    fn from(style: types::Style) -> Self {
        Self { scope: style.scope.into(), emphasis: style.emphasis.into() }
    }
}

impl From<types::Emphasis> for Emphasis {
    fn from(emphasis: types::Emphasis) -> Self {
        Self {
            bold: emphasis.contains(types::Emphasis::BOLD),
            italic: emphasis.contains(types::Emphasis::ITALIC),
            underlined: emphasis.contains(types::Emphasis::UNDERLINED),
            struck_out: emphasis.contains(types::Emphasis::STRUCK_OUT),
            reversed: emphasis.contains(types::Emphasis::REVERSED),
        }
    }
}

impl From<types::Scope> for Scope {
    fn from(scope: types::Scope) -> Self {
        match scope {
            types::Scope::Plain => Self::Plain,
            types::Scope::Muted => Self::Muted,
            types::Scope::Accent => Self::Accent,
            types::Scope::Heading => Self::Heading,
            types::Scope::Link => Self::Link,
            types::Scope::Success => Self::Success,
            types::Scope::Info => Self::Info,
            types::Scope::Warning => Self::Warning,
            types::Scope::Error => Self::Error,
            types::Scope::Keyword => Self::Keyword,
            types::Scope::TypeName => Self::TypeName,
            types::Scope::FunctionName => Self::FunctionName,
            types::Scope::TextLiteral => Self::TextLiteral,
            types::Scope::Number => Self::Number,
            types::Scope::Comment => Self::Comment,
        }
    }
}

impl From<types::Severity> for Severity {
    fn from(severity: types::Severity) -> Self {
        match severity {
            types::Severity::Hint => Self::Hint,
            types::Severity::Info => Self::Info,
            types::Severity::Warning => Self::Warning,
            types::Severity::Error => Self::Error,
        }
    }
}

impl From<Severity> for types::Severity {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Hint => Self::Hint,
            Severity::Info => Self::Info,
            Severity::Warning => Self::Warning,
            Severity::Error => Self::Error,
        }
    }
}

impl From<types::Location> for Location {
    fn from(location: types::Location) -> Self {
        let types::DocumentVersion { document, revision } = location.version;
        Self { document, revision: Revision::new(revision), offset: offset(location.offset) }
    }
}

impl From<Location> for types::Location {
    fn from(location: Location) -> Self {
        let Location { document, revision, offset } = location;
        let version = types::DocumentVersion { document, revision: revision.number() };
        Self { version, offset: offset as u64 }
    }
}

impl From<types::Invocation> for Invocation {
    fn from(invocation: types::Invocation) -> Self {
        Self { command: invocation.command, argument: invocation.argument }
    }
}

impl From<types::Action> for Action {
    fn from(action: types::Action) -> Self {
        match action {
            types::Action::None => Self::None,
            types::Action::GoTo(location) => Self::GoTo(location.into()),
            types::Action::Run(invocation) => Self::Run(invocation.into()),
        }
    }
}

impl From<status_line::Segment> for Segment {
    fn from(segment: status_line::Segment) -> Self {
        Self { spans: spans(segment.spans), priority: segment.priority }
    }
}

impl From<panels::Panel> for Panel {
    fn from(panel: panels::Panel) -> Self {
        let line =
            |line: panels::PanelLine| PanelLine { spans: spans(line.spans), action: line.action.into() };
        Self { title: one_line(&panel.title), lines: panel.lines.into_iter().map(line).collect() }
    }
}

impl From<prompts::TextQuestion> for TextQuestion {
    fn from(question: prompts::TextQuestion) -> Self {
        Self {
            title: one_line(&question.title),
            initial: one_line(&question.initial),
            placeholder: one_line(&question.placeholder),
        }
    }
}

impl From<prompts::ChoiceQuestion> for ChoiceQuestion {
    fn from(question: prompts::ChoiceQuestion) -> Self {
        let choice =
            |choice: prompts::Choice| Choice { label: one_line(&choice.label), detail: spans(choice.detail) };
        Self { title: one_line(&question.title), choices: question.choices.into_iter().map(choice).collect() }
    }
}

impl From<exports::Completion> for Completion {
    fn from(completion: exports::Completion) -> Self {
        Self {
            label: one_line(&completion.label),
            kind: completion.kind.into(),
            detail: one_line(&completion.detail),
            edit: Edit::replace(range(completion.edit.range), completion.edit.text),
        }
    }
}

impl From<exports::CompletionKind> for CompletionKind {
    fn from(kind: exports::CompletionKind) -> Self {
        match kind {
            exports::CompletionKind::Word => Self::Word,
            exports::CompletionKind::Keyword => Self::Keyword,
            exports::CompletionKind::FunctionName => Self::FunctionName,
            exports::CompletionKind::Variable => Self::Variable,
            exports::CompletionKind::TypeName => Self::TypeName,
            exports::CompletionKind::File => Self::File,
            exports::CompletionKind::Snippet => Self::Snippet,
        }
    }
}

impl From<exports::HoverText> for HoverText {
    fn from(hover: exports::HoverText) -> Self {
        Self { range: range(hover.range), lines: hover.lines.into_iter().map(spans).collect() }
    }
}

impl From<Origin> for exports::ChangeOrigin {
    fn from(origin: Origin) -> Self {
        match origin {
            Origin::Typed => Self::Typed,
            Origin::Pasted => Self::Pasted,
            Origin::History => Self::History,
            Origin::Command => Self::Command,
            Origin::Reloaded => Self::Reloaded,
        }
    }
}

impl From<Answer> for exports::Answer {
    fn from(answer: Answer) -> Self {
        match answer {
            Answer::Text(line) => Self::Text(line),
            Answer::Chosen(index) => Self::Chosen(u32::try_from(index).unwrap_or(u32::MAX)),
            Answer::Cancelled => Self::Cancelled,
        }
    }
}

/// What a process has done, as the interface has it. None for what no plugin hears of.
pub(super) fn process_event(process: Ticket, happened: Happened) -> Option<process_events::ProcessEvent> {
    use process_events::{End, Ended, Piece, ProcessEvent};
    Some(match happened {
        Happened::Output(pipe, bytes) => {
            let pipe = match pipe {
                Pipe::Output => process_events::Pipe::Output,
                Pipe::Errors => process_events::Pipe::Errors,
            };
            ProcessEvent::Output(Piece { process, pipe, bytes })
        }
        Happened::Read(_) => return None,
        Happened::HasRoom => ProcessEvent::Writable(process),
        Happened::Ended(end) => {
            let end = match end {
                ProcessEnd::Exited(code) => End::Exited(code),
                ProcessEnd::Killed(signal) => End::Killed(signal),
                ProcessEnd::NotStarted(why) => End::NotStarted(why),
            };
            ProcessEvent::Ended(Ended { process, end })
        }
    })
}

impl From<floats::Float> for Float {
    fn from(float: floats::Float) -> Self {
        Self {
            title: one_line(&float.title),
            lines: float.lines.into_iter().map(spans).collect(),
            at: float.at.map(Location::from),
        }
    }
}

impl From<TopicMessage> for topic_events::Message {
    fn from(message: TopicMessage) -> Self {
        Self { topic: message.topic.to_string(), bytes: message.bytes.to_vec(), missed: message.missed }
    }
}

impl From<FileFailure> for file_events::Failure {
    fn from(failure: FileFailure) -> Self {
        match failure {
            FileFailure::Exists => Self::Exists,
            FileFailure::ChangedOnDisk => Self::ChangedOnDisk,
            FileFailure::Closed => Self::Closed,
            FileFailure::Failed(why) => Self::Failed(why),
        }
    }
}

/// An edit as the interface has it.
pub(crate) fn edit_for_guest(edit: &Edit) -> types::Edit {
    let range = types::Range { start: edit.range.start as u64, end: edit.range.end as u64 };
    types::Edit { range, text: edit.text.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_a_plugin_is_one_line_that_a_terminal_shows() {
        assert_eq!(one_line("a\tb\nc\u{1b}[2J\u{202e}d\u{9b}"), r"a b\nc\u{1b}[2J\u{202e}d\u{9b}");
        let long = "x".repeat(15 << 20);
        assert!(one_line(&long).len() <= 8 << 10);
    }
}
