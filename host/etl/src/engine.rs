//! A loaded pipeline, which can be run again and again.

use std::sync::Arc;

use arrow_schema::SchemaRef;
use tokio::task::JoinSet;
use witdock::Dock;

use crate::live::LiveFigures;
use crate::lookup::{LookupTable, Lookups};
use crate::pipeline::{Pipeline, SinkKind, SourceKind, Target};
use crate::progress::Reporter;
use crate::run::{Outcome, Parts, Run, RunError, RunOptions, blocking};
use crate::sink::SinkPlugin;
use crate::source::{self, Nothing, Past, SourcePlugin, Units};
use crate::stage::{Stage, StageColumns, StageRun};

/// A pipeline with its plugins and tables, loaded.
pub struct Engine {
    parts: Arc<Parts>,
    /// The source, opened for its columns. A stream is read from here, since it opens only once.
    opened: Box<dyn Units>,
}

impl Engine {
    /// Loads the tables and the plugins of a pipeline, in the order of its stages.
    ///
    /// # Errors
    ///
    /// When the source's header, a table or a plugin cannot be read, or does not fit.
    pub async fn load(pipeline: Pipeline, reporter: Reporter) -> Result<Self, RunError> {
        let meters = pipeline.plugins().any(|plugin| plugin.limits.fuel.is_some());
        // A plugin must not write what the run trusts or writes itself: the pipeline has the grants, and a target is written by its path.
        let own = std::iter::once(&*pipeline.path)
            .chain(pipeline.targets().map(Target::path))
            .chain(pipeline.trust.files());
        let dock = Dock::builder().fuel(meters).builds(pipeline.builds);
        let dock = own.fold(dock, |dock, path| dock.protect(path)).build()?;
        match &pipeline.source.kind {
            SourceKind::Files(files) if files.watch => reporter.message(&format!(
                "watching {}: files are read when they are complete; Ctrl-C ends",
                pipeline.source.name()
            )),
            SourceKind::Plugin(plugin) if plugin.watch => reporter.message(&format!(
                "watching {}: units are read as they arrive; Ctrl-C ends",
                pipeline.source.name()
            )),
            _ => {}
        }
        let source_plugin = match &pipeline.source.kind {
            SourceKind::Plugin(plugin) => Some(Arc::new(SourcePlugin::load(&dock, plugin, &reporter).await?)),
            _ => None,
        };
        let (tables, loaded) = (pipeline.clone(), source_plugin.clone());
        let (lookups, opened) = blocking(move || {
            let lookups = tables
                .lookups
                .iter()
                .map(|lookup| Ok((lookup.name.clone(), Arc::new(LookupTable::load(lookup)?))))
                .collect::<Result<Lookups, RunError>>()?;
            Ok((Arc::new(lookups), source::open(&tables.source, Past::default(), loaded.as_ref())?))
        })
        .await?;
        let mut columns = opened.schema();
        let mut stages = Vec::with_capacity(pipeline.stages.len());
        for config in &pipeline.stages {
            let lookups = Arc::clone(&lookups);
            let stage = Stage::load(&dock, config, lookups, Arc::clone(&columns), &reporter).await?;
            columns = StageRun::start(&stage, columns).await?.schema();
            stages.push(stage);
        }
        let mut sink_plugins = Vec::with_capacity(pipeline.sinks.len());
        for sink in &pipeline.sinks {
            sink_plugins.push(match &sink.kind {
                SinkKind::Plugin(plugin) => {
                    Some(Arc::new(SinkPlugin::load(&dock, plugin, sink.mode, &reporter).await?))
                }
                _ => None,
            });
        }
        let live = Arc::new(LiveFigures::new(pipeline.stages.iter().map(|stage| stage.name.clone())));
        let parts = Parts { pipeline, stages, source_plugin, sink_plugins, live, reporter };
        Ok(Self { parts: Arc::new(parts), opened })
    }

    /// The pipeline's stages.
    pub fn stages(&self) -> &[Stage] {
        &self.parts.stages
    }

    /// The numbers of the current run, or of the last one.
    pub fn live(&self) -> Arc<LiveFigures> {
        Arc::clone(&self.parts.live)
    }

    /// The pipeline.
    pub fn pipeline(&self) -> &Pipeline {
        &self.parts.pipeline
    }

    /// Reloads plugins whenever their sources change.
    ///
    /// # Errors
    ///
    /// When the system cannot watch them.
    pub fn watch(&self) -> Result<(), RunError> {
        for stage in self.stages() {
            stage.watch()?;
        }
        Ok(())
    }

    /// Waits until a stage runs another generation than the one in `seen`, and puts the current ones there.
    pub async fn wait_for_reload(&mut self, seen: &mut Vec<u64>) {
        let mut waiting = JoinSet::new();
        for (stage, seen) in self.stages().iter().zip(seen.iter().copied()) {
            let Some(plugin) = stage.plugin() else { continue };
            let mut status = plugin.status();
            waiting.spawn(async move {
                // A plugin that has been dropped reloads no more.
                if status.wait_for(|status| status.generation != seen).await.is_err() {
                    std::future::pending::<()>().await;
                }
            });
        }
        if waiting.join_next().await.is_none() {
            std::future::pending::<()>().await;
        }
        *seen = self.generations();
    }

    /// The generations of the stages' plugins, 0 where a stage has none.
    pub fn generations(&self) -> Vec<u64> {
        self.stages().iter().map(|stage| stage.plugin().map_or(0, |plugin| plugin.generation())).collect()
    }

    /// The source's columns, and those of each stage.
    ///
    /// # Errors
    ///
    /// When the source cannot be read, or a stage does not accept its input.
    pub async fn columns(&mut self) -> Result<(SchemaRef, Vec<StageColumns>), RunError> {
        let columns = self.opened.schema();
        let runs = self.parts.start_stages(Arc::clone(&columns)).await?;
        Ok((columns, runs.iter().map(|run| run.columns()).collect()))
    }

    /// Runs the pipeline over its input.
    ///
    /// # Errors
    ///
    /// When anything fails. Targets keep the rows that were committed before.
    ///
    /// # Cancellation
    ///
    /// Dropping the future ends the run. Files without a commit are removed.
    pub async fn run(&mut self, options: RunOptions) -> Result<Outcome, RunError> {
        let running = options.stop.running();
        let outcome = self.run_once(options).await;
        drop(running);
        self.parts.reporter.end();
        outcome
    }

    async fn run_once(&mut self, options: RunOptions) -> Result<Outcome, RunError> {
        let stream = self.parts.pipeline.source.is_stream().then(|| {
            let nothing = Box::new(Nothing(self.opened.schema()));
            std::mem::replace(&mut self.opened, nothing)
        });
        Run::start(Arc::clone(&self.parts), stream, options).await?.finish().await
    }
}
