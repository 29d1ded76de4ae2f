//! What plugins know about code: places, edits of several texts, symbols. These are the editor's own types; `host::convert` makes them from what a
//! plugin sends.

mod place;

use std::path::PathBuf;

use witdock_editor_core::Revision;

pub use self::place::{Columns, Extent, Position};
use crate::display::CompletionKind;
use crate::documents::DocumentId;
use crate::style::Span;

/// The requests that a plugin can answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Feature {
    /// Where a symbol is defined.
    Definition,
    /// Where it is used.
    References,
    /// What it is.
    Hover,
    /// How a text could go on.
    Completion,
    /// Edits that give a symbol another name.
    Rename,
    /// What could be done about a text.
    Actions,
    /// The symbols of a document.
    Symbols,
}

/// What a plugin can answer about documents in some languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// The languages; none means all.
    pub languages: Vec<String>,
    /// What it can answer.
    pub features: Vec<Feature>,
    /// Characters after which it is asked for completions, in addition to letters and digits.
    pub triggers: Vec<char>,
}

/// A question of the person about the place at the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// Where is this defined?
    Definition,
    /// Where is this used?
    References,
    /// What is this?
    Hover,
    /// How could this go on?
    Completion,
    /// Which edits give it this name?
    Rename(String),
    /// What could be done about this text?
    Actions(std::ops::Range<usize>),
    /// Which edits are this action?
    RunAction(u32),
    /// Which symbols are there?
    Symbols,
}

impl Question {
    /// What a plugin must offer to be asked; none for what only the plugin itself can be asked that has answered before.
    pub fn feature(&self) -> Option<Feature> {
        Some(match self {
            Self::Definition => Feature::Definition,
            Self::References => Feature::References,
            Self::Hover => Feature::Hover,
            Self::Completion => Feature::Completion,
            Self::Rename(_) => Feature::Rename,
            Self::Actions(_) => Feature::Actions,
            Self::Symbols => Feature::Symbols,
            Self::RunAction(_) => return None,
        })
    }
}

/// A text that a place or an edit is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Where {
    /// An open document at a revision.
    Document(DocumentId, Revision),
    /// A file: an absolute path.
    File(PathBuf),
}

/// A place in a document or a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The text that it is in.
    pub at: Where,
    /// The part of the text.
    pub extent: Extent,
    /// What its columns count.
    pub columns: Columns,
}

/// The replacement of a part of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replacement {
    /// The part.
    pub extent: Extent,
    /// The new text.
    pub text: String,
}

/// Edits of several texts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WorkspaceEdit {
    /// What the columns count.
    pub columns: Columns,
    /// The replacements in each text.
    pub texts: Vec<(Where, Vec<Replacement>)>,
}

/// What a plugin says about a symbol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    /// What the columns count.
    pub columns: Columns,
    /// The text that it is about, if it is known.
    pub extent: Option<Extent>,
    /// The lines to show.
    pub lines: Vec<Vec<Span>>,
}

/// A text that could follow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// The text in the list.
    pub label: String,
    /// What it stands for.
    pub kind: CompletionKind,
    /// More about it; may be empty.
    pub detail: String,
    /// What choosing it replaces and inserts.
    pub replacement: Replacement,
}

/// Something that could be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeAction {
    /// The plugin's number for it.
    pub id: u32,
    /// What it does.
    pub title: String,
    /// Whether most people want it.
    pub is_preferred: bool,
}

/// A symbol of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Symbol {
    /// Its name.
    pub name: String,
    /// What it is; may be empty.
    pub detail: String,
    /// How many symbols it is inside of.
    pub depth: usize,
    /// Its text.
    pub extent: Extent,
}

/// The answer to a [`Question`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Places.
    Places(Vec<Place>),
    /// What a symbol is, if there is something to say.
    Description(Option<Description>),
    /// How a text could go on, the best first.
    Suggestions(Columns, Vec<Suggestion>),
    /// Edits.
    Edit(WorkspaceEdit),
    /// What could be done.
    Actions(Vec<CodeAction>),
    /// The symbols of the document, in the order of a table of contents.
    Symbols(Columns, Vec<Symbol>),
}
