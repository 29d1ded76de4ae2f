use std::sync::Arc;

use arrow_schema::SchemaRef;

use super::batch::BatchResult;
use super::error::{StageError, StageErrorKind};
use super::loaded::Stage;
use super::memory::Memory;
use super::plugin_run::PluginRun;
use super::steps::StepsRun;
use crate::pipeline::Order;
use crate::rows::Rows;

/// A stage's part in one run.
#[derive(Debug)]
pub enum StageRun {
    /// That of a plugin.
    Plugin(PluginRun),
    /// That of steps.
    Steps(StepsRun),
}

/// The columns of a stage in a run.
#[derive(Debug, Clone)]
pub struct StageColumns {
    /// The columns that come out.
    pub schema: SchemaRef,
    /// The number of input columns that it reads.
    pub read: usize,
    /// The number of columns that it makes.
    pub made: usize,
}

impl StageRun {
    /// Starts a run over input with these columns.
    ///
    /// # Errors
    ///
    /// When the stage does not accept the input.
    pub async fn start(stage: &Stage, input: SchemaRef) -> Result<Self, StageError> {
        Ok(match stage {
            Stage::Plugin(stage) => Self::Plugin(PluginRun::start(Arc::clone(stage), input).await?),
            Stage::Steps(stage) => Self::Steps(StepsRun::start(Arc::clone(stage), &input)?),
        })
    }

    /// The columns that come out.
    pub fn schema(&self) -> SchemaRef {
        match self {
            Self::Plugin(run) => run.contract().schema(),
            Self::Steps(run) => run.steps.schema(),
        }
    }

    /// The columns of the stage.
    pub fn columns(&self) -> StageColumns {
        let schema = self.schema();
        match self {
            Self::Plugin(run) => {
                let contract = run.contract();
                StageColumns { schema, read: contract.columns_read(), made: contract.columns_made() }
            }
            Self::Steps(run) => {
                StageColumns { schema, read: run.steps.columns_read(), made: run.steps.columns_made() }
            }
        }
    }

    /// Restarts a plugin with the state that an interrupted run has saved.
    ///
    /// # Errors
    ///
    /// When the plugin does not take the state.
    pub async fn restore(&self, state: &[u8]) -> Result<(), StageError> {
        match self {
            Self::Plugin(run) => run.restore(state).await,
            Self::Steps(_) => Ok(()),
        }
    }

    pub(super) fn name(&self) -> &str {
        match self {
            Self::Plugin(run) => run.stage.name(),
            Self::Steps(run) => run.stage.name(),
        }
    }

    pub(super) fn instances(&self) -> u32 {
        match self {
            Self::Plugin(run) => run.stage.instances,
            Self::Steps(_) => 1,
        }
    }

    pub(super) fn order(&self) -> Order {
        match self {
            Self::Plugin(run) => run.stage.order,
            Self::Steps(_) => Order::Kept,
        }
    }

    pub(super) fn failed(&self, kind: StageErrorKind) -> StageError {
        match self {
            Self::Plugin(run) => run.stage.failed(kind),
            Self::Steps(run) => run.stage.failed(kind),
        }
    }

    /// Processes a batch. `failures` is how many rows of the run have made a plugin fail before.
    pub(super) async fn process(
        &self,
        rows: Rows,
        memory: &mut Memory,
        failures: u64,
    ) -> Result<BatchResult, StageError> {
        match self {
            Self::Plugin(run) => run.process(rows, memory, failures).await,
            Self::Steps(run) => run.process(&rows),
        }
    }

    /// The rows that a plugin still holds.
    pub(super) async fn finish(&self, memory: &mut Memory) -> Result<BatchResult, StageError> {
        match self {
            Self::Plugin(run) => run.finish(memory).await,
            Self::Steps(_) => Ok(BatchResult::default()),
        }
    }

    /// Whether a plugin holds rows that it cannot hand over.
    pub(super) fn is_stuck(&self, memory: &Memory) -> bool {
        match self {
            Self::Plugin(run) => memory.is_stuck(run),
            Self::Steps(_) => false,
        }
    }

    /// The state of a plugin that keeps one.
    pub(super) async fn save(&self, memory: &mut Memory) -> Result<Option<Vec<u8>>, StageError> {
        match self {
            Self::Plugin(run) => Ok(memory.save(run).await?.map(<[u8]>::to_vec)),
            Self::Steps(_) => Ok(None),
        }
    }

    /// Refuses rows that one of several instances has held back.
    pub(super) fn check_parallel(&self, result: &BatchResult) -> Result<(), StageError> {
        match self {
            Self::Plugin(run) if result.tally.absorbed > 0 => {
                let how = "it has several instances, and each would hold some of them".to_owned();
                Err(run.stage.held_rows_lost(how))
            }
            _ => Ok(()),
        }
    }
}
