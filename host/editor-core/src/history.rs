//! Undo and redo: a list of steps, and a position in it.

use std::sync::Arc;

use crate::change::{ChangeError, ChangeSet};
use crate::selection::Selections;
use crate::transaction::{EditKind, Revision};

/// The most memory that the steps of a document take, bytes. The oldest are dropped beyond that, and the last one never.
const KEPT_BYTES: usize = 256 << 20;
/// Steps of one entry that take more than this are composed: those that a program joins without end would fill the memory.
const COMPOSED_BYTES: usize = 16 << 20;

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

impl Step {
    fn bytes(&self) -> usize {
        self.forward.memory_bytes() + self.inverse.memory_bytes()
    }
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
    /// The memory that the steps take.
    bytes: usize,
    /// The same after they were composed last.
    composed_bytes: usize,
}

impl Entry {
    fn new(before: Mark, after: Mark, kind: EditKind) -> Self {
        Self { steps: Vec::new(), before, after, kind, bytes: 0, composed_bytes: 0 }
    }

    fn push(&mut self, step: Step, after: Mark) {
        self.bytes += step.bytes();
        self.steps.push(step);
        self.after = after;
        // Composing again only after as much has come makes it linear in all.
        if self.steps.len() > 1 && self.bytes > COMPOSED_BYTES.max(2 * self.composed_bytes) {
            self.compose();
        }
    }

    fn compose(&mut self) {
        // Steps that do not fit each other stay; undo tells of them.
        if let (Ok(Some(forward)), Ok(Some(inverse))) = (self.forward(), self.backward()) {
            let step = Step { forward: Arc::new(forward), inverse };
            self.bytes = step.bytes();
            self.steps = vec![step];
        }
        self.composed_bytes = self.bytes;
    }

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
    /// The memory that the steps of `entries` take.
    bytes: usize,
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
            group.push(step, after);
            return;
        }
        let joins = std::mem::take(&mut self.joining);
        let is_last = self.position == self.entries.len();
        let continues = self.open && kind != EditKind::Other;
        if let Some(last) = self.entries.last_mut()
            && is_last
            && (joins || continues && last.kind == kind && last.after.selections == before.selections)
        {
            self.bytes -= last.bytes;
            last.push(step, after);
            self.bytes += last.bytes;
            self.drop_oldest();
            return;
        }
        let mut entry = Entry::new(before, after.clone(), kind);
        entry.push(step, after);
        self.push(entry);
        self.open = true;
    }

    fn push(&mut self, entry: Entry) {
        let undone: usize = self.entries.drain(self.position..).map(|undone| undone.bytes).sum();
        self.bytes = self.bytes - undone + entry.bytes;
        self.entries.push(entry);
        self.position = self.entries.len();
        self.drop_oldest();
    }

    /// Drops the oldest entries that there is no room for. All entries are done when this is called.
    fn drop_oldest(&mut self) {
        let mut count = 0;
        for entry in self.entries.iter().take(self.entries.len().saturating_sub(1)) {
            if self.bytes <= KEPT_BYTES {
                break;
            }
            self.bytes -= entry.bytes;
            count += 1;
        }
        self.entries.drain(..count);
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

    pub(crate) fn bytes(&self) -> usize {
        self.bytes
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
        self.group = Some(Entry::new(now.clone(), now, EditKind::Other));
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

#[cfg(test)]
mod tests {
    use super::KEPT_BYTES;
    use crate::{Document, Edit};

    /// The text is replaced as a whole, again and again.
    fn replaced(times: usize, joins: bool) -> Document {
        const BYTES: usize = 8 << 20;
        let mut document = Document::from_bytes("x".repeat(BYTES).as_bytes()).unwrap();
        for turn in 0..times {
            if joins {
                document.join_undo();
            }
            let text = (if turn % 2 == 0 { "y" } else { "z" }).repeat(BYTES);
            document.apply_edits(document.revision(), [Edit::replace(0..BYTES, text)]).unwrap();
        }
        document
    }

    // attack: a text of 8 MiB that is replaced a hundred times
    // host: keeps 256 MiB of undo
    #[test]
    fn changes_of_a_large_text_without_end_keep_a_bounded_memory() {
        let mut document = replaced(100, false);
        assert!(document.history_bytes() <= KEPT_BYTES);
        witdock_attacks::observed(
            "changes_of_a_large_text_without_end_keep_a_bounded_memory",
            format!("{} MiB", document.history_bytes() >> 20),
        );
        let mut undone = 0;
        while document.undo().unwrap() {
            undone += 1;
        }
        // Each step has the text before and after it.
        assert_eq!(undone, KEPT_BYTES / (16 << 20) - 1);
        while document.redo().unwrap() {
            undone -= 1;
        }
        assert_eq!((undone, document.text().char_at(0)), (0, Some('z')));
    }

    #[test]
    fn steps_that_join_without_end_are_composed() {
        let mut document = replaced(100, true);
        assert!(document.history_bytes() <= 4 * (16 << 20), "{}", document.history_bytes());
        assert!(document.undo().unwrap());
        assert_eq!(document.text().char_at(0), Some('x'));
        assert!(!document.undo().unwrap());
        assert!(document.redo().unwrap());
        assert_eq!(document.text().char_at(0), Some('z'));
    }
}
