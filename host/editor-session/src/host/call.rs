//! The state of one call into a plugin: the snapshot that it sees, and the changes that it has made so far.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use witdock_editor_core::{ChangeSet, Revision};

use super::api::Registration;
use super::files::Brought;
use super::holdings::{HandedOver, Holdings};
use super::news::Exports;
use super::outcome::{DocumentChange, Outcome};
use super::process::RunningProcess;
use super::snapshot::{DocumentView, Snapshot};
use super::storage::{Staged, Storage};
use crate::documents::DocumentId;

/// A handle to a document, valid for one call.
#[derive(Debug, Clone, Copy)]
pub struct Provided {
    pub(super) document: DocumentId,
    pub(super) call: u64,
}

/// The number of a question, a timer or a job. It is unique across plugins and generations, so that an answer never
/// reaches a question from before a reload.
pub type Ticket = u64;

pub(crate) fn new_ticket() -> Ticket {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// A plugin's settings: JSON text, an object. All instances share it.
#[derive(Debug, Clone)]
pub struct Settings(Arc<Mutex<String>>);

impl Default for Settings {
    fn default() -> Self {
        Self(Arc::new(Mutex::new("{}".to_owned())))
    }
}

impl Settings {
    /// The settings as they are now.
    pub fn get(&self) -> String {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Replaces the settings. Gives whether they have changed.
    pub fn set(&self, json: &str) -> bool {
        let mut settings = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let differ = *settings != json;
        json.clone_into(&mut settings);
        differ
    }
}

/// The state of one instance of a plugin.
#[derive(Debug, Default)]
pub struct CallState {
    pub(super) settings: Settings,
    /// What it keeps between sessions.
    pub(super) storage: Storage,
    /// What the call has changed of that.
    pub(super) stored: Staged,
    /// What the plugin has registered when it was activated.
    pub(super) registration: Option<Arc<Registration>>,
    /// What it exports in addition, and hears of without asking for it.
    pub(super) exports: Exports,
    /// Counts calls, so that a handle from an earlier call is recognized.
    pub(super) call: u64,
    /// Whether the call may edit texts and set selections.
    pub(super) may_edit: bool,
    pub(super) documents: Vec<Working>,
    pub(super) snapshot: Snapshot,
    pub(super) outcome: Outcome,
    /// What the editor keeps for the plugin, with the changes of the call.
    pub(super) holdings: Holdings,
    pub(super) handed_over: HandedOver,
    /// The documents that the plugin has opened or made, with those of the call.
    pub(super) brought: Brought,
    /// The plugin's processes, with those that the call starts.
    pub(super) processes: Vec<RunningProcess>,
    /// The folder that the person works in, opened on first use. Nothing outside of it can be reached through it.
    pub(super) root: Option<(PathBuf, cap_std::fs::Dir)>,
}

/// A document with the changes of the call so far.
#[derive(Debug)]
pub(super) struct Working {
    pub(super) view: DocumentView,
    base: Revision,
    /// Each change with the revision that it leads to.
    changes: Vec<(Revision, ChangeSet)>,
    pub(super) selections_set: bool,
}

impl CallState {
    /// The state of an instance with these settings and this storage.
    pub fn new(settings: Settings, storage: Storage) -> Self {
        Self { settings, storage, ..Self::default() }
    }

    pub(super) fn begin(&mut self, snapshot: Snapshot, may_edit: bool) {
        self.call += 1;
        self.may_edit = may_edit;
        self.documents = snapshot.documents.iter().cloned().map(Working::new).collect();
        self.holdings = snapshot.own.holdings.clone();
        self.handed_over = HandedOver::default();
        self.stored = Staged::default();
        self.brought = snapshot.own.brought;
        self.processes.clone_from(&snapshot.own.processes);
        self.snapshot = snapshot;
        self.outcome = Outcome::default();
    }

    /// Ends the call and gives its outcome; with its edits, its selections and what it has stored only if they are `kept`.
    pub(super) fn end(&mut self, kept: bool) -> Outcome {
        let mut outcome = std::mem::take(&mut self.outcome);
        let documents = std::mem::take(&mut self.documents);
        let stored = std::mem::take(&mut self.stored).into_changes();
        if kept {
            outcome.stored = stored;
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

    /// Applies a change to the text, under the next revision that was reserved for this call.
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
