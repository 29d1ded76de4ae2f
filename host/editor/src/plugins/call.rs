//! One call into a plugin: what it sees of the editor, and what it has changed so far.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use witdock_editor_core::{ChangeSet, Revision};

use super::api::Registration;
use super::outcome::{DocumentChange, Outcome};
use super::snapshot::{DocumentView, Snapshot};
use crate::buffer::DocumentId;

/// A handle to a document, lent for one call.
#[derive(Debug, Clone, Copy)]
pub struct Lent {
    pub(super) document: DocumentId,
    pub(super) call: u64,
}

/// The number of something that a plugin has asked for. No two requests have the same, of whatever plugin and
/// generation, so that an answer never goes to a question of before a reload.
pub type Ticket = u64;

pub(super) fn new_ticket() -> Ticket {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// A plugin's settings as JSON text, an object: one for all instances, and changed in place.
#[derive(Debug, Clone)]
pub struct Settings(Arc<Mutex<String>>);

impl Default for Settings {
    fn default() -> Self {
        Self(Arc::new(Mutex::new("{}".to_owned())))
    }
}

impl Settings {
    /// What they are now.
    pub fn get(&self) -> String {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Changes them, and says whether they were others.
    pub fn set(&self, json: &str) -> bool {
        let mut settings = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let differ = *settings != json;
        json.clone_into(&mut settings);
        differ
    }
}

/// What one instance of a plugin has.
#[derive(Debug, Default)]
pub struct CallState {
    pub(super) settings: Settings,
    /// What the plugin does, once it has been activated.
    pub(super) registration: Option<Arc<Registration>>,
    /// Counts calls, so that a handle from an earlier one is known.
    pub(super) call: u64,
    /// Where the call may edit and select.
    pub(super) may_edit: bool,
    pub(super) documents: Vec<Working>,
    pub(super) snapshot: Snapshot,
    pub(super) outcome: Outcome,
    /// The folder that is worked in, opened on first use: nothing is reached through it that lies outside.
    pub(super) root: Option<(PathBuf, cap_std::fs::Dir)>,
}

/// A document with what the call has made of it so far.
#[derive(Debug)]
pub(super) struct Working {
    pub(super) view: DocumentView,
    base: Revision,
    /// Each with the revision that it leads to.
    changes: Vec<(Revision, ChangeSet)>,
    pub(super) selections_set: bool,
}

impl CallState {
    /// The state of an instance with these settings.
    pub fn new(settings: Settings) -> Self {
        Self { settings, ..Self::default() }
    }

    pub(super) fn begin(&mut self, snapshot: Snapshot, may_edit: bool) {
        self.call += 1;
        self.may_edit = may_edit;
        self.documents = snapshot.documents.iter().cloned().map(Working::new).collect();
        self.snapshot = snapshot;
        self.outcome = Outcome::default();
    }

    /// Ends the call, and gives what it has changed: with its edits and selections, if they are `kept`.
    pub(super) fn end(&mut self, kept: bool) -> Outcome {
        let mut outcome = std::mem::take(&mut self.outcome);
        let documents = std::mem::take(&mut self.documents);
        if kept {
            outcome.documents = documents.into_iter().filter_map(Working::into_change).collect();
        }
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

impl Working {
    fn new(view: DocumentView) -> Self {
        Self { base: view.revision, view, changes: Vec::new(), selections_set: false }
    }

    fn into_change(self) -> Option<DocumentChange> {
        (self.selections_set || !self.changes.is_empty()).then(|| DocumentChange {
            id: self.view.id,
            base: self.base,
            changes: self.changes,
            selections: self.selections_set.then_some(self.view.selections),
        })
    }

    /// Takes over a change of the text as it is by now, under the next number that was reserved for this call.
    pub(super) fn take(&mut self, change: ChangeSet) -> Result<Revision, witdock_editor_core::ChangeError> {
        let view = &mut self.view;
        change.apply(&mut view.text)?;
        view.selections = view.selections.map(&change);
        let count = self.changes.len() as u64;
        view.revision = Revision::new(view.reserved.number().saturating_add(count));
        view.modified = true;
        self.changes.push((view.revision, change));
        Ok(view.revision)
    }
}
