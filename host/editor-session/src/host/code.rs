//! Conversion of what plugins know about code, from the types of the interface and to them.

use std::path::Path;

use witdock_editor_core::Revision;

use super::bindings::language_provider::exports::witdock::editor::language_requests as requests;
use super::bindings::witdock::editor::{language, types};
use super::call::Ticket;
use super::convert::{one_line, spans};
use crate::code::{
    CodeAction, Columns, Description, Extent, Feature, Offer, Place, Position, Question, Replacement,
    Suggestion, Symbol, Where, WorkspaceEdit,
};
use crate::display::{CompletionKind, Location};

/// The question as a plugin hears it.
pub(super) fn request(ticket: Ticket, question: Question, at: Location) -> requests::Request {
    let question = match question {
        Question::Definition => requests::Question::Definition,
        Question::References => requests::Question::References,
        Question::Hover => requests::Question::Hover,
        Question::Completion => requests::Question::Completion,
        Question::Rename(name) => requests::Question::Rename(name),
        Question::Actions(range) => {
            requests::Question::Actions(types::Range { start: range.start as u64, end: range.end as u64 })
        }
        Question::RunAction(id) => requests::Question::RunAction(id),
        Question::Symbols => requests::Question::Symbols,
    };
    requests::Request { ticket, at: at.into(), question }
}

fn position(position: language::Position) -> Position {
    let number = |number| usize::try_from(number).unwrap_or(usize::MAX);
    Position { line: number(position.line), column: number(position.column) }
}

pub(super) fn columns(columns: language::Columns) -> Columns {
    match columns {
        language::Columns::Bytes => Columns::Bytes,
        language::Columns::Utf16 => Columns::Utf16,
    }
}

impl From<language::Extent> for Extent {
    fn from(extent: language::Extent) -> Self {
        Self { start: position(extent.start), end: position(extent.end) }
    }
}

/// The text that a target names. Paths are relative to the root.
fn at(target: language::Target, root: &Path) -> Where {
    match target {
        language::Target::Document(version) => {
            Where::Document(version.document, Revision::new(version.revision))
        }
        language::Target::File(path) => Where::File(root.join(path)),
    }
}

pub(super) fn places(places: language::Places, root: &Path) -> Vec<Place> {
    let columns = columns(places.columns);
    let place =
        |place: language::Place| Place { at: at(place.target, root), extent: place.extent.into(), columns };
    places.places.into_iter().map(place).collect()
}

impl From<language::Replacement> for Replacement {
    fn from(replacement: language::Replacement) -> Self {
        Self { extent: replacement.extent.into(), text: replacement.text }
    }
}

pub(super) fn workspace_edit(edit: language::WorkspaceEdit, root: &Path) -> WorkspaceEdit {
    let text = |edits: language::TargetEdits| {
        (at(edits.target, root), edits.replacements.into_iter().map(Replacement::from).collect())
    };
    WorkspaceEdit { columns: columns(edit.columns), texts: edit.targets.into_iter().map(text).collect() }
}

impl From<language::Description> for Description {
    fn from(description: language::Description) -> Self {
        Self {
            columns: columns(description.columns),
            extent: description.extent.map(Extent::from),
            lines: description.lines.into_iter().map(spans).collect(),
        }
    }
}

impl From<language::Suggestion> for Suggestion {
    fn from(suggestion: language::Suggestion) -> Self {
        let kind = match suggestion.kind {
            language::SuggestionKind::Word => CompletionKind::Word,
            language::SuggestionKind::Keyword => CompletionKind::Keyword,
            language::SuggestionKind::FunctionName => CompletionKind::FunctionName,
            language::SuggestionKind::Variable => CompletionKind::Variable,
            language::SuggestionKind::TypeName => CompletionKind::TypeName,
            language::SuggestionKind::File => CompletionKind::File,
            language::SuggestionKind::Snippet => CompletionKind::Snippet,
        };
        Self {
            label: one_line(&suggestion.label),
            kind,
            detail: one_line(&suggestion.detail),
            replacement: suggestion.replacement.into(),
        }
    }
}

impl From<language::Action> for CodeAction {
    fn from(action: language::Action) -> Self {
        Self { id: action.id, title: one_line(&action.title), is_preferred: action.preferred }
    }
}

impl From<language::Symbol> for Symbol {
    fn from(symbol: language::Symbol) -> Self {
        Self {
            name: one_line(&symbol.name),
            detail: one_line(&symbol.detail),
            depth: usize::try_from(symbol.depth).unwrap_or(usize::MAX),
            extent: symbol.extent.into(),
        }
    }
}

impl From<language::Offer> for Offer {
    fn from(offer: language::Offer) -> Self {
        use language::Features;
        let all = [
            (Features::DEFINITION, Feature::Definition),
            (Features::REFERENCES, Feature::References),
            (Features::HOVER, Feature::Hover),
            (Features::COMPLETION, Feature::Completion),
            (Features::RENAME, Feature::Rename),
            (Features::ACTIONS, Feature::Actions),
            (Features::SYMBOLS, Feature::Symbols),
        ];
        let offered = all.into_iter().filter(|(flag, _)| offer.features.contains(*flag));
        Self {
            languages: offer.languages,
            features: offered.map(|(_, feature)| feature).collect(),
            triggers: offer.completion_triggers,
        }
    }
}
