use witdock::Handover;

use super::call::{Answer, Ask};
use super::error::StageError;
use super::held::Held;
use super::plugin_run::PluginRun;
use crate::rows::Rows;

/// What a stage's plugin holds between batches, as far as the host knows, and how to bring it back.
///
/// A plugin that hands state over is asked for it from time to time, and the batches since are kept. A fresh instance that gets
/// the state and then the batches holds what the lost instance held.
#[derive(Debug, Default)]
pub(super) struct Memory {
    pub(super) held: Held,
    snapshot: Option<Vec<u8>>,
    since: Vec<Rows>,
    since_bytes: usize,
}

/// Batches are kept up to this size before the plugin is asked for its state again.
const KEPT_BYTES: usize = 16 << 20;

impl Memory {
    /// The memory of a run that continues from a state.
    pub(super) fn with(snapshot: Option<Vec<u8>>) -> Self {
        Self { snapshot, ..Self::default() }
    }

    /// Notes that the plugin has processed a batch; `absorbed` if rows went in and did not come out.
    pub(super) async fn took(
        &mut self,
        run: &PluginRun,
        rows: &Rows,
        absorbed: bool,
    ) -> Result<(), StageError> {
        // A plugin that keeps state may change it with any batch.
        self.held.took(absorbed || run.keeps_state());
        if !run.keeps_state() {
            return Ok(());
        }
        self.since.push(rows.clone());
        self.since_bytes += rows.batch.get_array_memory_size();
        // A large state costs more to save than batches cost to keep.
        let most = KEPT_BYTES.max(self.snapshot.as_ref().map_or(0, Vec::len).saturating_mul(2));
        if self.since_bytes > most {
            self.save(run).await?;
        }
        Ok(())
    }

    /// The plugin's current state. `None` when it keeps none.
    pub(super) async fn save(&mut self, run: &PluginRun) -> Result<Option<&[u8]>, StageError> {
        if run.keeps_state() && !(self.since.is_empty() && self.snapshot.is_some()) {
            self.snapshot = run.save().await?;
            self.since.clear();
            self.since_bytes = 0;
        }
        Ok(self.snapshot.as_deref())
    }

    /// Whether the plugin holds rows that it cannot hand over.
    pub(super) fn is_stuck(&self, run: &PluginRun) -> bool {
        self.held.holds() && !run.keeps_state()
    }

    /// Whether an answer lacks what the instance before held: another instance than before has answered without it, or the first
    /// one without the state that the run continues from.
    pub(super) fn is_missing_in(&mut self, answer: &Answer) -> bool {
        if self.held.is_new() && self.snapshot.is_some() && answer.handover != Handover::Kept {
            return true;
        }
        self.held.changes(answer.served) && !self.held.hand_over(answer.served, answer.handover)
    }

    /// Brings a fresh instance to where the lost one was. False when that is not possible.
    pub(super) async fn recall(&mut self, run: &PluginRun) -> Result<bool, StageError> {
        if !run.keeps_state() {
            return Ok(!self.held.holds());
        }
        run.restart_with(self.snapshot.as_deref()).await?;
        self.held.renew();
        for rows in &self.since {
            // The output is dropped: the lost instance gave it already.
            let answer = run.call_once(Ask::Process(rows)).await?;
            self.held.changes(answer.served);
        }
        Ok(true)
    }
}
