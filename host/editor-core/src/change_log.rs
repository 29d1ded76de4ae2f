//! The latest changes of a document, so that others can follow it.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::change::ChangeSet;
use crate::transaction::Revision;

/// The number of changes that are kept: two minutes at ten keys a second. Those who are further behind read the whole text.
const KEPT: usize = 1024;
/// The most memory that they take, bytes. The last change is kept in any case.
const KEPT_BYTES: usize = 64 << 20;

/// The last changes, oldest first, each with the revision before it.
#[derive(Default)]
pub(crate) struct ChangeLog {
    changes: VecDeque<(Revision, Arc<ChangeSet>)>,
    bytes: usize,
}

impl ChangeLog {
    pub(crate) fn push(&mut self, before: Revision, change: Arc<ChangeSet>) {
        self.bytes += change.memory_bytes();
        self.changes.push_back((before, change));
        while self.changes.len() > KEPT || self.bytes > KEPT_BYTES && self.changes.len() > 1 {
            let Some((_, oldest)) = self.changes.pop_front() else { return };
            self.bytes -= oldest.memory_bytes();
        }
    }

    /// The changes from `since` to `now`; `None` if some are no longer kept, or the document never had that revision.
    pub(crate) fn since(&self, since: Revision, now: Revision) -> Option<impl Iterator<Item = &ChangeSet>> {
        let first = if since == now {
            self.changes.len()
        } else {
            self.changes.binary_search_by_key(&since, |(before, _)| *before).ok()?
        };
        Some(self.changes.range(first..).map(|(_, change)| change.as_ref()))
    }
}
