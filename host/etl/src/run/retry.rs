use std::sync::Arc;

use arrow_schema::SchemaRef;

use super::error::RunError;
use super::parts::{Parts, blocking};
use crate::checkpoint::Ledger;
use crate::pipeline::SinkMode;
use crate::progress::counted;
use crate::rows::SINK;
use crate::source::{RejectedUnits, Units};
use crate::stage::StageRun;

/// The rejected rows in the place of the source.
pub(super) struct Retry {
    pub(super) units: Box<dyn Units>,
    /// Lines of the file that no stage can take. They stay in the file.
    pub(super) kept: Vec<String>,
}

impl Retry {
    /// Opens the file of rejected rows. `source` is the source's columns.
    pub(super) async fn open(
        parts: &Parts,
        source: SchemaRef,
        stages: &[Arc<StageRun>],
        ledger: &Ledger,
    ) -> Result<Self, RunError> {
        if let Some(sink) = parts.pipeline.sinks.iter().find(|sink| sink.mode == SinkMode::Replace) {
            return Err(RunError::Retry(format!(
                "`--retry` adds rows to the sinks, and {} is replaced by each run: run the whole pipeline \
                 again, or set `mode` of its [[sink]] to \"append\" or \"upsert\"",
                sink.name()
            )));
        }
        if ledger.resumed || ledger.repeat.as_ref().is_some_and(|repeat| !repeat.retry) {
            return Err(RunError::Retry(
                "the last run of this pipeline was interrupted: run it to its end first, then retry the rejected rows"
                    .to_owned(),
            ));
        }
        let inputs = std::iter::once(source).chain(stages.iter().map(|run| run.schema()));
        let names = parts.stages.iter().map(|stage| stage.name().to_owned()).chain([SINK.to_owned()]);
        let stages: Vec<_> = names.zip(inputs).collect();
        let (path, bookmark) = (parts.pipeline.rejected.path.clone(), ledger.done.bookmark.clone());
        let (units, kept) = blocking(move || Ok(RejectedUnits::open(&path, &stages, bookmark)?)).await?;
        if !kept.is_empty() {
            let rows = counted(kept.len() as u64, "row");
            parts
                .reporter
                .message(&format!("kept {rows} that the source rejected: fix the source and read it again"));
        }
        Ok(Self { units: Box::new(units), kept })
    }
}
