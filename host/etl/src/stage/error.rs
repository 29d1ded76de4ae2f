use arrow_schema::ArrowError;
use thiserror::Error;
use witdock::{CallError, LoadError, SourceError, WatchError};

use super::refusal::Refusal;

/// Why a stage cannot go on.
#[derive(Debug, Error)]
#[error("stage `{stage}`{}: {kind}", place(.rows.as_ref()))]
pub struct StageError {
    /// The stage.
    pub stage: String,
    /// The rows of the source that were in its hands.
    pub rows: Option<String>,
    /// What happened.
    pub kind: Box<StageErrorKind>,
}

fn place(rows: Option<&String>) -> String {
    rows.map_or_else(String::new, |rows| format!(", {rows}"))
}

/// What happened in a stage.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StageErrorKind {
    /// There is no plugin at the path.
    #[error("{0}")]
    Source(SourceError),
    /// The plugin cannot be loaded.
    #[error("{0}")]
    Load(LoadError),
    /// The plugin cannot be watched.
    #[error("{0}")]
    Watch(WatchError),
    /// A call to the plugin failed.
    #[error("{0}")]
    Call(CallError),
    /// Too many rows brought the plugin down.
    #[error(
        "{failures} rows have brought the plugin down, and `max_failures` of the stage allows {allowed}: {last}"
    )]
    TooManyFailures {
        /// Rows, this one among them.
        failures: u64,
        /// The stage's bound.
        allowed: u64,
        /// The last failure.
        last: CallError,
    },
    /// A plugin with state cannot have several instances.
    #[error(
        "plugin {plugin} keeps state from batch to batch, so it cannot have `instances = {instances}`: remove that key"
    )]
    StateInInstances {
        /// The plugin.
        plugin: String,
        /// What the stage asks for.
        instances: u32,
    },
    /// What comes in is not what the stage's `input` says.
    #[error("its input has drifted: {0}; mend the source, or say in the stage's `input` what else is taken")]
    Drifted(String),
    /// The plugin, or the contract that it gave, does not suit the pipeline.
    #[error("plugin {plugin}: {refusal}")]
    Refused {
        /// The plugin.
        plugin: String,
        /// What does not suit.
        refusal: Refusal,
    },
    /// What the plugin held in memory between batches is gone, so that the result would be wrong.
    #[error(
        "plugin {plugin} holds what it took from earlier batches, and that is lost: {how}; run the pipeline again"
    )]
    HeldRowsLost {
        /// The plugin.
        plugin: String,
        /// What became of the instance that held them.
        how: String,
    },
    /// Arrow would not do something to a batch.
    #[error("{0}")]
    Arrow(#[from] ArrowError),
}

impl StageError {
    pub(super) fn with_rows(self, rows: Option<String>) -> Self {
        Self { rows, ..self }
    }
}
