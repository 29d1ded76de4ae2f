//! One call into a plugin: what it sees of the editor, and what it has changed so far.

use std::sync::Arc;

use witdock_editor_core::{ChangeSet, Revision, Selections, Style, Text};

use super::bindings::exports::witdock::editor::plugin::Registration;
use crate::app::Message;
use crate::buffer::DocumentId;

/// A handle to a document, lent for one call.
#[derive(Debug, Clone, Copy)]
pub struct Lent {
    pub(super) document: DocumentId,
    pub(super) call: u64,
}

/// What a plugin sees: the editor as it stood when the call began. Cheap to make, since texts are shared.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    /// The open documents.
    pub documents: Vec<DocumentView>,
    /// The one that keys go to.
    pub current: Option<DocumentId>,
    /// What was copied last.
    pub clipboard: String,
    /// The first line seen and the one behind the last, and the columns for text.
    pub visible: (usize, usize, usize),
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

/// What a call has made of a document.
#[derive(Debug)]
pub struct DocumentChange {
    /// The document.
    pub id: DocumentId,
    /// The revision that the changes begin at.
    pub base: Revision,
    /// The changes, each for the text that the one before it leads to.
    pub changes: Vec<ChangeSet>,
    /// The selections afterwards, if the call has set them.
    pub selections: Option<Selections>,
}

/// A piece of the status line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// Its name among the plugin's.
    pub name: String,
    /// What it says; none takes it down.
    pub text: Option<String>,
    /// Segments of the lowest priority go first where there is no room.
    pub priority: i32,
}

/// What a call has changed. It counts when the call has returned.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Documents that were edited, or whose selections were set.
    pub documents: Vec<DocumentChange>,
    /// Pieces of the status line, in the order of their setting.
    pub segments: Vec<Segment>,
    /// Messages, in order.
    pub messages: Vec<Message>,
    /// What was copied.
    pub copied: Option<String>,
    /// The document to bring to the front.
    pub front: Option<DocumentId>,
}

/// What one instance of a plugin has.
#[derive(Debug, Default)]
pub struct CallState {
    /// What the plugin does, once it has been activated.
    pub(super) registration: Option<Arc<Registration>>,
    /// Counts calls, so that a handle from an earlier one is known.
    pub(super) call: u64,
    pub(super) may_edit: bool,
    pub(super) documents: Vec<Working>,
    pub(super) snapshot: Snapshot,
    pub(super) outcome: Outcome,
}

/// A document with what the call has made of it so far.
#[derive(Debug)]
pub(super) struct Working {
    pub(super) view: DocumentView,
    pub(super) base: Revision,
    pub(super) changes: Vec<ChangeSet>,
    pub(super) selections_set: bool,
}

impl CallState {
    pub(super) fn begin(&mut self, snapshot: Snapshot, may_edit: bool) {
        self.call += 1;
        self.may_edit = may_edit;
        let working = |view: &DocumentView| Working {
            base: view.revision,
            view: view.clone(),
            changes: Vec::new(),
            selections_set: false,
        };
        self.documents = snapshot.documents.iter().map(working).collect();
        self.snapshot = snapshot;
        self.outcome = Outcome::default();
    }

    /// Ends the call, and gives what it has changed: with its edits and selections, if they are `kept`.
    pub(super) fn end(&mut self, kept: bool) -> Outcome {
        let mut outcome = std::mem::take(&mut self.outcome);
        let changed = std::mem::take(&mut self.documents)
            .into_iter()
            .filter(|working| kept && (working.selections_set || !working.changes.is_empty()));
        outcome.documents = changed
            .map(|working| DocumentChange {
                id: working.view.id,
                base: working.base,
                changes: working.changes,
                selections: working.selections_set.then_some(working.view.selections),
            })
            .collect();
        self.snapshot = Snapshot::default();
        outcome
    }

    pub(super) fn document(&self, id: DocumentId) -> Option<&Working> {
        self.documents.iter().find(|working| working.view.id == id)
    }

    pub(super) fn document_mut(&mut self, id: DocumentId) -> Option<&mut Working> {
        self.documents.iter_mut().find(|working| working.view.id == id)
    }
}
