use arrow_schema::ArrowError;
use thiserror::Error;
use witdock::{CallError, LoadError, SourceError, WatchError, counted};

use super::refusal::Refusal;
use crate::pipeline::Invalid;
use crate::trust::NotLocked;

/// Why a stage cannot continue.
#[derive(Debug, Error)]
#[error("stage `{stage}`{}: {kind}", place(.rows.as_ref()))]
pub struct StageError {
    /// The stage's name.
    pub stage: String,
    /// The rows of the source that it was processing, in words.
    pub rows: Option<String>,
    /// What went wrong.
    pub kind: Box<StageErrorKind>,
}

fn place(rows: Option<&String>) -> String {
    rows.map_or_else(String::new, |rows| format!(", {rows}"))
}

/// What went wrong in a stage.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StageErrorKind {
    /// There is no plugin at the path.
    #[error("{0}")]
    Source(SourceError),
    /// The plugin cannot be loaded.
    #[error("{0}")]
    Load(LoadError),
    /// The plugin is not in the pipeline's lock file.
    #[error("{0}")]
    NotLocked(NotLocked),
    /// The plugin cannot be watched.
    #[error("{0}")]
    Watch(WatchError),
    /// A call to the plugin failed.
    #[error("{0}")]
    Call(CallError),
    /// Too many rows made the plugin fail.
    #[error(
        "{} made the plugin fail, and `max_failures` of the stage allows {allowed}; the last failure: {last}",
        counted(*.failures, "row")
    )]
    TooManyFailures {
        /// Rows that made the plugin fail, including this one.
        failures: u64,
        /// The stage's limit.
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
        /// The number of instances in the pipeline.
        instances: u32,
    },
    /// The input has other columns than the stage's `input`.
    #[error(
        "its input has other columns than `input` declares: {0}; fix the source, or change the stage's `input`"
    )]
    Drifted(String),
    /// A step does not fit the columns before it.
    #[error("{0}")]
    Step(Box<Invalid>),
    /// The plugin does not fit its place in the pipeline.
    #[error("plugin {plugin}: {refusal}")]
    Refused {
        /// The plugin.
        plugin: String,
        /// What does not fit.
        refusal: Refusal,
    },
    /// The rows that the plugin held between batches are lost, so that the result would be wrong.
    #[error("plugin {plugin} lost the rows that it held from earlier batches: {how}; run the pipeline again")]
    HeldRowsLost {
        /// The plugin.
        plugin: String,
        /// How they were lost.
        how: String,
    },
    /// An Arrow operation on a batch failed.
    #[error("{0}")]
    Arrow(#[from] ArrowError),
}

impl StageError {
    pub(super) fn with_rows(self, rows: Option<String>) -> Self {
        Self { rows, ..self }
    }
}
