//! The latest changes of a document, so that others can follow it.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::change::ChangeSet;
use crate::transaction::Revision;

/// How many changes are kept. Who is further behind reads the whole text; at ten keys a second that is two minutes.
const KEPT: usize = 1024;

/// The last changes, oldest first; each leads from one revision to the next.
#[derive(Default)]
pub(crate) struct ChangeLog {
    changes: VecDeque<Arc<ChangeSet>>,
}

impl ChangeLog {
    pub(crate) fn push(&mut self, change: Arc<ChangeSet>) {
        if self.changes.len() == KEPT {
            self.changes.pop_front();
        }
        self.changes.push_back(change);
    }

    /// The changes from `since` to `now`; `None` if they are no longer all there, or `since` is yet to come.
    pub(crate) fn since(&self, since: Revision, now: Revision) -> Option<impl Iterator<Item = &ChangeSet>> {
        let count = usize::try_from(now.number().checked_sub(since.number())?).ok()?;
        let first = self.changes.len().checked_sub(count)?;
        Some(self.changes.range(first..).map(Arc::as_ref))
    }
}
