//! Undo and redo: a list of steps, and a position in it.

use std::sync::Arc;

use crate::change::{ChangeError, ChangeSet};
use crate::selection::Selections;
use crate::transaction::{EditKind, Revision};

/// The reason why undo, redo or a group is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HistoryError {
    /// A group of edits is open.
    #[error("a group of edits is open: commit it or roll it back first")]
    GroupOpen,
    /// No group is open to commit or to roll back.
    #[error("no group of edits is open: begin one first")]
    NoGroup,
    /// A step does not fit the text. This is a bug in this crate.
    #[error("an undo step does not fit the text; this is a bug in the editor")]
    Broken(#[from] ChangeError),
}

/// A change with its inverse.
pub(crate) struct Step {
    pub(crate) forward: Arc<ChangeSet>,
    pub(crate) inverse: ChangeSet,
}

/// A document's state before or after a step, without its text.
#[derive(Clone)]
pub(crate) struct Mark {
    pub(crate) selections: Selections,
    /// The revision at which the text was first in this state.
    pub(crate) content: Revision,
}

/// Steps that are undone and redone together.
struct Entry {
    steps: Vec<Step>,
    before: Mark,
    after: Mark,
    kind: EditKind,
}

impl Entry {
    fn backward(&self) -> Result<Option<ChangeSet>, ChangeError> {
        ChangeSet::compose_all(self.steps.iter().rev().map(|step| &step.inverse))
    }

    fn forward(&self) -> Result<Option<ChangeSet>, ChangeError> {
        ChangeSet::compose_all(self.steps.iter().map(|step| step.forward.as_ref()))
    }
}

/// A change to another state of the document.
pub(crate) struct Jump {
    pub(crate) change: ChangeSet,
    pub(crate) to: Mark,
}

/// The steps of a document: those before `position` are done, those after it undone.
///
/// A keystroke adds a step to the last entry, O(1); the steps of an entry are composed when it is undone.
#[derive(Default)]
pub(crate) struct History {
    entries: Vec<Entry>,
    position: usize,
    /// Whether more steps of the same kind join the last entry.
    open: bool,
    /// Whether the next step joins the last entry, whatever its kind.
    joining: bool,
    /// The open group. It is not in `entries`, so that rolling it back keeps the steps that can be redone.
    group: Option<Entry>,
}

impl History {
    pub(crate) fn record(&mut self, step: Step, before: Mark, after: Mark, kind: EditKind) {
        if let Some(group) = &mut self.group {
            group.steps.push(step);
            group.after = after;
            return;
        }
        let joins = std::mem::take(&mut self.joining);
        let is_last = self.position == self.entries.len();
        let continues = self.open && kind != EditKind::Other;
        if let Some(last) = self.entries.last_mut()
            && is_last
            && (joins || continues && last.kind == kind && last.after.selections == before.selections)
        {
            last.steps.push(step);
            last.after = after;
            return;
        }
        self.push(Entry { steps: vec![step], before, after, kind });
        self.open = true;
    }

    fn push(&mut self, entry: Entry) {
        self.entries.truncate(self.position);
        self.entries.push(entry);
        self.position = self.entries.len();
    }

    /// Makes the next edit join the last entry, whatever its kind.
    pub(crate) fn join_next(&mut self) {
        self.joining = self.group.is_none();
    }

    /// Makes the next edit start a new entry, whatever its kind.
    pub(crate) fn break_entry(&mut self) {
        self.open = false;
        self.joining = false;
    }

    pub(crate) fn can_undo(&self) -> bool {
        self.group.is_none() && self.position > 0
    }

    pub(crate) fn can_redo(&self) -> bool {
        self.group.is_none() && self.position < self.entries.len()
    }

    pub(crate) fn undo(&mut self) -> Result<Option<Jump>, HistoryError> {
        if self.group.is_some() {
            return Err(HistoryError::GroupOpen);
        }
        let Some(entry) = self.position.checked_sub(1).and_then(|last| self.entries.get(last)) else {
            return Ok(None);
        };
        let jump = entry.backward()?.map(|change| Jump { change, to: entry.before.clone() });
        self.position -= 1;
        self.break_entry();
        Ok(jump)
    }

    pub(crate) fn redo(&mut self) -> Result<Option<Jump>, HistoryError> {
        if self.group.is_some() {
            return Err(HistoryError::GroupOpen);
        }
        let Some(entry) = self.entries.get(self.position) else { return Ok(None) };
        let jump = entry.forward()?.map(|change| Jump { change, to: entry.after.clone() });
        self.position += 1;
        self.break_entry();
        Ok(jump)
    }

    pub(crate) fn begin_group(&mut self, now: Mark) -> Result<(), HistoryError> {
        if self.group.is_some() {
            return Err(HistoryError::GroupOpen);
        }
        self.joining = false;
        self.group =
            Some(Entry { steps: Vec::new(), before: now.clone(), after: now, kind: EditKind::Other });
        Ok(())
    }

    pub(crate) fn in_group(&self) -> bool {
        self.group.is_some()
    }

    /// Ends the group; `selections` are those that a redo of it restores.
    pub(crate) fn commit_group(&mut self, selections: &Selections) -> Result<(), HistoryError> {
        let mut group = self.group.take().ok_or(HistoryError::NoGroup)?;
        self.open = false;
        if !group.steps.is_empty() {
            group.after.selections = selections.clone();
            self.push(group);
        }
        Ok(())
    }

    /// Drops the group and gives the change back to the state before it; `None` if it changed nothing.
    pub(crate) fn abandon_group(&mut self) -> Result<(Option<ChangeSet>, Mark), HistoryError> {
        let group = self.group.take().ok_or(HistoryError::NoGroup)?;
        Ok((group.backward()?, group.before))
    }
}
