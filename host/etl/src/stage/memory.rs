//! What a stage's plugin holds between batches, and how it comes back when its instance is gone.

use super::{Ask, Stage, StageError};
use crate::contract::Contract;
use crate::held::Held;
use crate::rows::Rows;

/// What is known of the memory of a stage's plugin during one run.
///
/// A plugin that hands state over is asked for it from time to time, and the batches since are kept: a fresh instance that is
/// given the state and the batches again holds what the lost one held.
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
    /// Of a run that goes on with a state.
    pub(super) fn with(snapshot: Option<Vec<u8>>) -> Self {
        Self { snapshot, ..Self::default() }
    }

    /// The plugin has taken a batch.
    pub(super) async fn took(
        &mut self,
        stage: &Stage,
        rows: &Rows,
        absorbed: bool,
    ) -> Result<(), StageError> {
        self.held.took(absorbed);
        if !stage.plugin.keeps_state() {
            return Ok(());
        }
        self.since.push(rows.clone());
        self.since_bytes += rows.batch.get_array_memory_size();
        // A large state costs more to save than to keep batches for.
        let most = KEPT_BYTES.max(self.snapshot.as_ref().map_or(0, Vec::len).saturating_mul(2));
        if self.since_bytes > most {
            self.save(stage).await?;
        }
        Ok(())
    }

    /// What the plugin would hand over now. `None` when it keeps no state.
    pub(super) async fn save(&mut self, stage: &Stage) -> Result<Option<&[u8]>, StageError> {
        if stage.plugin.keeps_state() && !(self.since.is_empty() && self.snapshot.is_some()) {
            let saved = stage.plugin.save().await.map_err(|error| stage.call_failed(error))?;
            self.snapshot = saved;
            self.since.clear();
            self.since_bytes = 0;
        }
        Ok(self.snapshot.as_deref())
    }

    /// Whether the plugin holds rows that it cannot hand over.
    pub(super) fn is_stuck(&self, stage: &Stage) -> bool {
        self.held.holds() && !stage.plugin.keeps_state()
    }

    /// Brings a fresh instance to where the lost one was. False when that cannot be.
    pub(super) async fn recall(&mut self, stage: &Stage, agreed: &Contract) -> Result<bool, StageError> {
        if !stage.plugin.keeps_state() {
            return Ok(!self.held.holds());
        }
        stage.plugin.start_anew(self.snapshot.as_deref()).await.map_err(|error| stage.call_failed(error))?;
        self.held.renew();
        for rows in &self.since {
            // What comes of it has gone on its way already.
            let answer = stage.ask_once(Ask::Process(rows), agreed).await?;
            self.held.changes(answer.instance);
        }
        Ok(true)
    }
}
