use std::sync::Arc;

use arrow_schema::SchemaRef;

use super::error::RunError;
use crate::live::LiveFigures;
use crate::pipeline::Pipeline;
use crate::progress::Reporter;
use crate::sink::SinkPlugin;
use crate::source::SourcePlugin;
use crate::stage::{Stage, StageRun};

/// A pipeline with all that outlives one run of it.
pub(crate) struct Parts {
    pub(crate) pipeline: Pipeline,
    pub(crate) stages: Vec<Stage>,
    /// The source's plugin, if the source is one.
    pub(crate) source_plugin: Option<Arc<SourcePlugin>>,
    /// For each sink its plugin, if the sink is one.
    pub(crate) sink_plugins: Vec<Option<Arc<SinkPlugin>>>,
    pub(crate) live: Arc<LiveFigures>,
    pub(crate) reporter: Reporter,
}

impl Parts {
    /// Starts a run of each stage, for a source with these columns, and asks the sinks' plugins whether they take the result.
    pub(crate) async fn start_stages(&self, mut columns: SchemaRef) -> Result<Vec<Arc<StageRun>>, RunError> {
        let mut runs = Vec::with_capacity(self.stages.len());
        for stage in &self.stages {
            let run = StageRun::start(stage, columns).await?;
            columns = run.schema();
            runs.push(Arc::new(run));
        }
        for sink in self.sink_plugins.iter().flatten() {
            sink.check(&columns).await?;
        }
        Ok(runs)
    }
}

/// Runs what blocks on a thread of the runtime where it may.
pub(crate) async fn blocking<R: Send + 'static>(
    run: impl FnOnce() -> Result<R, RunError> + Send + 'static,
) -> Result<R, RunError> {
    tokio::task::spawn_blocking(run).await?
}
