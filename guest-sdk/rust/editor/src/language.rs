//! What a plugin knows about code. It offers what it can answer with [`set_offers`], is asked by
//! [`LanguageProvider::ask`](crate::LanguageProvider::ask), and answers with these functions, then or later.
//!
//! Request the import in `plugin.toml`: `imports = ["witdock:editor/language"]`. On other targets than
//! WebAssembly nobody is asked, and answers are dropped.

pub use crate::bindings::language_provider::exports::witdock::editor::language_requests::{
    Question, Request,
};
pub use crate::bindings::witdock::editor::language::{
    Action, Columns, Description, Extent, Features, Offer, Place, Places, Position, Replacement, Suggestion,
    SuggestionKind, Suggestions, Symbol, Symbols, Target, TargetEdits, WorkspaceEdit,
};

use crate::Ticket;
use crate::bindings::witdock::editor::language as host;

/// Replaces what the plugin offers.
pub fn set_offers(offers: &[Offer]) {
    if cfg!(target_family = "wasm") {
        host::set_offers(offers);
    }
}

/// Answers [`Question::Definition`] and [`Question::References`]. An error is a text for the person, here and below.
pub fn answer_places(request: Ticket, answer: Result<Places, String>) {
    if cfg!(target_family = "wasm") {
        host::answer_places(request, answer.as_ref().map_err(String::as_str));
    }
}

/// Answers [`Question::Hover`], with none where there is nothing to say.
pub fn answer_description(request: Ticket, answer: Result<Option<Description>, String>) {
    if cfg!(target_family = "wasm") {
        host::answer_description(request, answer.as_ref().map(Option::as_ref).map_err(String::as_str));
    }
}

/// Answers [`Question::Completion`].
pub fn answer_suggestions(request: Ticket, answer: Result<Suggestions, String>) {
    if cfg!(target_family = "wasm") {
        host::answer_suggestions(request, answer.as_ref().map_err(String::as_str));
    }
}

/// Answers [`Question::Rename`] and [`Question::RunAction`].
pub fn answer_edit(request: Ticket, answer: Result<WorkspaceEdit, String>) {
    if cfg!(target_family = "wasm") {
        host::answer_edit(request, answer.as_ref().map_err(String::as_str));
    }
}

/// Answers [`Question::Actions`].
pub fn answer_actions(request: Ticket, answer: Result<Vec<Action>, String>) {
    if cfg!(target_family = "wasm") {
        host::answer_actions(request, answer.as_deref().map_err(String::as_str));
    }
}

/// Answers [`Question::Symbols`].
pub fn answer_symbols(request: Ticket, answer: Result<Symbols, String>) {
    if cfg!(target_family = "wasm") {
        host::answer_symbols(request, answer.as_ref().map_err(String::as_str));
    }
}
