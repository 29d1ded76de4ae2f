//! `work`: long work with its progress.

use super::{CallView, MOST, number};
use crate::host::bindings::witdock::editor::work::{self, Manner, WorkError};
use crate::host::call::new_ticket;
use crate::host::convert::one_line;
use crate::host::holdings::Held;
use crate::host::outcome::WorkChange;

impl work::Host for CallView<'_> {
    fn start(&mut self, title: String, manner: Manner) -> wasmtime::Result<Result<u64, WorkError>> {
        let (ticket, title) = (new_ticket(), one_line(&title));
        if self.hold(Held::Work(ticket), title.len())?.is_err() {
            return Ok(Err(WorkError::TooMany(number(MOST))));
        }
        let in_steps = manner == Manner::InSteps;
        self.state.outcome.work.push((ticket, WorkChange::Start { title, in_steps }));
        Ok(Ok(ticket))
    }

    fn report(&mut self, work: u64, progress: work::Progress) -> wasmtime::Result<()> {
        let work::Progress { done, total, detail } = progress;
        // Only the last report of a call is seen.
        let changes = &mut self.state.outcome.work;
        changes.retain(|(other, change)| *other != work || !matches!(change, WorkChange::Report { .. }));
        if changes.len() < 2 * MOST {
            changes.push((work, WorkChange::Report { done, total, detail: one_line(&detail) }));
        }
        Ok(())
    }

    fn finish(&mut self, work: u64) -> wasmtime::Result<()> {
        if self.state.holdings.give_up(&Held::Work(work)) {
            self.state.outcome.work.push((work, WorkChange::Finish));
        }
        Ok(())
    }
}
