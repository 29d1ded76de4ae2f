//! Transactions: changes against a revision of a document.

use std::fmt;

use crate::change::{ChangeSet, Edit};
use crate::selection::Selections;

/// The number of a state of a document's text. Every change makes a new one, undo and redo included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Revision(u64);

impl Revision {
    /// The revision with this number, for numbers that come back from plugins.
    pub fn new(number: u64) -> Revision {
        Revision(number)
    }

    /// The number. It starts at 0 and only grows.
    pub fn number(self) -> u64 {
        self.0
    }

    pub(crate) fn next(self) -> Revision {
        Revision(self.0 + 1)
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The kind of an edit. Edits of one kind that follow each other without a break are undone together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum EditKind {
    /// Typed characters.
    Typing,
    /// Deletion towards the start, key press by key press.
    DeleteBack,
    /// Deletion towards the end, key press by key press.
    DeleteForward,
    /// Any other edit. It is an undo step of its own.
    #[default]
    Other,
}

/// A change with the revision that it is for, and the selections after it.
///
/// A document refuses it when its text is no longer at that revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transaction {
    pub(crate) base: Revision,
    pub(crate) changes: ChangeSet,
    pub(crate) selections: Option<Selections>,
    pub(crate) kind: EditKind,
}

impl Transaction {
    /// `changes`, made against `base`. The selections move through them.
    pub fn new(base: Revision, changes: ChangeSet) -> Transaction {
        Transaction { base, changes, selections: None, kind: EditKind::Other }
    }

    /// Sets the selections after it, as offsets in the text after.
    pub fn with_selections(mut self, selections: Selections) -> Transaction {
        self.selections = Some(selections);
        self
    }

    /// Sets the kind of edit.
    pub fn with_kind(mut self, kind: EditKind) -> Transaction {
        self.kind = kind;
        self
    }

    /// The revision that it is for.
    pub fn base(&self) -> Revision {
        self.base
    }

    /// The changes.
    pub fn changes(&self) -> &ChangeSet {
        &self.changes
    }

    /// The edits, in order, with offsets in the text before.
    pub fn edits(&self) -> &[Edit] {
        self.changes.edits()
    }

    /// The selections after it, if it sets them.
    pub fn selections(&self) -> Option<&Selections> {
        self.selections.as_ref()
    }

    /// The kind of edit.
    pub fn kind(&self) -> EditKind {
        self.kind
    }
}
