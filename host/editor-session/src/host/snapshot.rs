//! The state of the session that a call sees: as it was when the call began.

use std::path::PathBuf;
use std::sync::Arc;

use witdock_editor_core::{Revision, Selections, Style, Text};

use super::files::Brought;
use super::holdings::Holdings;
use super::process::RunningProcess;
use crate::documents::{Decoration, DocumentId};

/// The number of revisions that one call can make of a text. Far more than any call needs, and revisions are not scarce.
pub const RESERVED_REVISIONS: u64 = 1 << 24;

/// The state of the session that a call sees. It is cheap, since texts are shared.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    /// The open documents.
    pub documents: Vec<DocumentView>,
    /// The active document.
    pub current: Option<DocumentId>,
    /// The text on the clipboard.
    pub clipboard: String,
    /// The visible part of the active document.
    pub visible: Visible,
    /// The folder that the person works in.
    pub root: PathBuf,
    /// The names of all commands.
    pub commands: Arc<Vec<String>>,
    /// What the plugin itself shows and waits for.
    pub own: Own,
}

/// The visible part of the active document. A front end without a screen leaves it empty.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Visible {
    /// The first visible line.
    pub first_line: usize,
    /// The line after the last visible one.
    pub end_line: usize,
    /// The columns of the screen that show text.
    pub columns: usize,
}

/// What a plugin shows and waits for. Host functions hold it to the limits.
#[derive(Debug, Clone, Default)]
pub struct Own {
    /// The name of its panel that is visible.
    pub visible_panel: Option<String>,
    /// All that the editor keeps for it.
    pub holdings: Holdings,
    /// The documents that it has opened or made.
    pub brought: Brought,
    /// Its processes.
    pub processes: Vec<RunningProcess>,
}

/// An open document as a call sees it.
#[derive(Debug, Clone)]
pub struct DocumentView {
    /// The document's number.
    pub id: DocumentId,
    /// The text.
    pub text: Text,
    /// The revision of the text.
    pub revision: Revision,
    /// The first of the [`RESERVED_REVISIONS`] for changes by this call.
    pub reserved: Revision,
    /// The selections.
    pub selections: Selections,
    /// The line breaks, indentation and tab width of new text.
    pub style: Style,
    /// The file, relative to the folder that the person works in if it lies there.
    pub path: Option<String>,
    /// The language, in lower case.
    pub language: String,
    /// Whether it has unsaved changes.
    pub modified: bool,
    /// Whether it must not be changed.
    pub read_only: bool,
    /// The diagnostics of all plugins, as they were when the call began.
    pub diagnostics: Vec<Arc<Vec<Decoration>>>,
}
