//! What a plugin sees: the editor as it stood when the call began.

use std::path::PathBuf;
use std::sync::Arc;

use witdock_editor_core::{Revision, Selections, Style, Text};

use crate::buffer::DocumentId;

/// How many states of a text one call may make. Numbers are not scarce, and no call comes near to it.
pub const RESERVED_REVISIONS: u64 = 1 << 24;

/// What a plugin sees. Cheap to make, since texts are shared.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    /// The open documents.
    pub documents: Vec<DocumentView>,
    /// The one that keys go to.
    pub current: Option<DocumentId>,
    /// What was copied last.
    pub clipboard: String,
    /// What can be seen of the current document.
    pub visible: Visible,
    /// The folder that is worked in.
    pub root: PathBuf,
    /// The names of all commands that can be run.
    pub commands: Arc<Vec<String>>,
    /// What the plugin itself has open.
    pub own: Own,
}

/// What can be seen of a document.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Visible {
    /// The first line seen.
    pub first_line: usize,
    /// The line behind the last that is seen.
    pub end_line: usize,
    /// Columns for text.
    pub columns: usize,
}

/// What a plugin has open: it may have so much of each, and no more.
#[derive(Debug, Clone, Default)]
pub struct Own {
    /// The names of its panels, and whether they are seen.
    pub panels: Vec<(String, bool)>,
    /// Where its decorations are.
    pub decorations: Vec<(DocumentId, String)>,
    /// How many pieces of the status line it has.
    pub segments: usize,
    /// How many questions wait for an answer.
    pub questions: usize,
    /// How many timers run.
    pub timers: usize,
    /// How many jobs have not ended.
    pub jobs: usize,
}

/// An open document as a plugin sees it.
#[derive(Debug, Clone)]
pub struct DocumentView {
    /// Its number.
    pub id: DocumentId,
    /// Its text.
    pub text: Text,
    /// The revision of the text.
    pub revision: Revision,
    /// The first of the [numbers](RESERVED_REVISIONS) that this call's own states of the text have.
    pub reserved: Revision,
    /// Its selections.
    pub selections: Selections,
    /// How new text is formed.
    pub style: Style,
    /// Its file, relative to the workspace if it is in it.
    pub path: Option<String>,
    /// What it is written in.
    pub language: String,
    /// Whether it has changes that are not saved.
    pub modified: bool,
    /// Whether it may not be changed.
    pub read_only: bool,
}
