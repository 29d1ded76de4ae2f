//! Runs a pipeline: a bounded stream of batches from the source through the stages to the sinks.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use arrow_array::RecordBatch;
use arrow_schema::{ArrowError, SchemaRef};
use thiserror::Error;
use tokio::sync::mpsc;
use tokio::task::{JoinError, JoinSet};
use witdock::{Dock, DockError};

use crate::checkpoint::{Checkpoint, CheckpointError, Figures, Ledger};
use crate::contract::Contract;
use crate::flow::Flow;
use crate::live::Live;
use crate::lookup::{LoadError, LookupTable, Lookups};
use crate::pipeline::{Pipeline, SinkKind, SinkMode, SourceKind};
use crate::preview::Preview;
use crate::progress::{Reporter, number};
use crate::reader::Reader;
use crate::side_stream::SideWriter;
use crate::sink::{self, SinkError, SinkPlugin, SinkWriter, Start};
use crate::source::{self, Nothing, Past, RejectedUnits, SourceError, SourcePlugin, Units};
use crate::stage::{Passage, Stage, StageError, StageFigures};
use crate::summary::Summary;
use crate::writer::{Writer, Written};

/// Why a pipeline cannot be loaded or run to its end. No sink has been touched then, except where a
/// [`SinkError`] says so.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum RunError {
    /// The wasm engine cannot be set up.
    #[error(transparent)]
    Dock(#[from] DockError),
    /// The source cannot be read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// A lookup table cannot be loaded.
    #[error(transparent)]
    Lookup(#[from] LoadError),
    /// A stage cannot go on.
    #[error(transparent)]
    Stage(#[from] StageError),
    /// Rows cannot be written.
    #[error(transparent)]
    Sink(#[from] SinkError),
    /// More rows were rejected than the pipeline allows.
    #[error(
        "{rejected} rows were rejected, and `max_rows` in [rejected] allows {allowed}: most often {worst}"
    )]
    TooManyRejected {
        /// So many at least.
        rejected: u64,
        /// The pipeline's bound.
        allowed: u64,
        /// The most frequent reason.
        worst: String,
    },
    /// A larger share of the rows was rejected than the pipeline allows.
    #[error(
        "{percent:.2} % of the rows were rejected, and `max_percent` in [rejected] allows {allowed}: most often {worst}"
    )]
    TooLargeShareRejected {
        /// In percent of the rows read so far.
        percent: f64,
        /// The pipeline's bound.
        allowed: f64,
        /// The most frequent reason.
        worst: String,
    },
    /// Rejected rows cannot be run again.
    #[error("{0}")]
    Retry(String),
    /// What is done cannot be kept, or not be gone on from.
    #[error(transparent)]
    Checkpoint(CheckpointError),
    /// Rows were lost or doubled on the way. This is an error of this program and not of the pipeline.
    #[error("the rows do not add up, so nothing was written: {0}; please report this")]
    Balance(String),
    /// The first rows cannot be shown.
    #[error("cannot show the first rows: {0}")]
    Preview(#[from] ArrowError),
    /// A task of the engine ended in a way that it should not.
    #[error("a task of the engine failed: {0}; please report this")]
    Task(#[from] JoinError),
}

/// What one run may be told.
#[derive(Debug, Clone, Copy)]
pub struct RunOptions {
    /// Rows of the source to read at most.
    pub limit: Option<u64>,
    /// Rows of the source to read in a second at most.
    pub throttle: Option<u64>,
    /// Rows of the result to keep for a look.
    pub preview_rows: usize,
    /// Forget what a run that was cut, or earlier ones, have done.
    pub fresh: bool,
    /// Read the rejected rows instead of the source, each into the stage that rejected it.
    pub retry: bool,
}

impl Default for RunOptions {
    fn default() -> Self {
        Self { limit: None, throttle: None, preview_rows: 10, fresh: false, retry: false }
    }
}

/// What came of a run.
#[derive(Debug)]
pub struct Outcome {
    /// The numbers.
    pub summary: Summary,
    /// The first rows of the result.
    pub first_rows: RecordBatch,
}

/// A pipeline with its plugins and tables, loaded. It can be run again and again.
pub struct Engine {
    pipeline: Pipeline,
    stages: Vec<Arc<Stage>>,
    /// The source, open for its columns. Standard input is read from here, since it opens once.
    opened: Mutex<Box<dyn Units>>,
    source_plugin: Option<Arc<SourcePlugin>>,
    /// For each sink, if it is one.
    sink_plugins: Vec<Option<Arc<SinkPlugin>>>,
    live: Arc<Live>,
    reporter: Reporter,
}

/// Batches that wait between two tasks: one on the way while one is worked on. More would only take memory.
const BATCHES_IN_FLIGHT: usize = 2;

/// What a task of a run has done.
enum Done {
    Passed,
    Written(Box<Written>),
}

/// All that a run has done.
pub(crate) struct RunFigures {
    pub(crate) figures: Figures,
    pub(crate) stages: Vec<StageFigures>,
    pub(crate) commits: u64,
    pub(crate) resumed: bool,
    pub(crate) elapsed: Duration,
}

/// What a run starts from.
struct Begin {
    units: Box<dyn Units>,
    contracts: Vec<Arc<Contract>>,
    writer: Writer,
    done: Checkpoint,
    repeat: Option<usize>,
    resumed: bool,
}

impl Engine {
    /// Loads the tables and the plugins of a pipeline, in the order of its stages.
    ///
    /// # Errors
    ///
    /// When the source's header, a table or a plugin cannot be read or does not fit.
    pub async fn load(pipeline: Pipeline, reporter: Reporter) -> Result<Self, RunError> {
        let meters = pipeline.plugins().any(|plugin| plugin.limits.fuel.is_some());
        let dock = Dock::builder().fuel(meters).build()?;
        let tables = pipeline.clone();
        match &pipeline.source.kind {
            SourceKind::Files(files) if files.watch => reporter.message(&format!(
                "watching {}: files are read as they are complete, Ctrl-C ends",
                pipeline.source.name()
            )),
            SourceKind::Plugin(plugin) if plugin.watch => reporter.message(&format!(
                "watching {}: units are read as they come, Ctrl-C ends",
                pipeline.source.name()
            )),
            _ => {}
        }
        let source_plugin = match &pipeline.source.kind {
            SourceKind::Plugin(plugin) => Some(Arc::new(SourcePlugin::load(&dock, plugin, &reporter).await?)),
            _ => None,
        };
        let loaded = source_plugin.clone();
        let (lookups, opened) = blocking(move || {
            let lookups = tables
                .lookups
                .iter()
                .map(|lookup| Ok((lookup.name.clone(), Arc::new(LookupTable::load(lookup)?))))
                .collect::<Result<Lookups, RunError>>()?;
            Ok((Arc::new(lookups), source::open(&tables.source, Past::default(), loaded.as_ref())?))
        })
        .await?;
        let mut schema = opened.schema();
        let mut stages = Vec::with_capacity(pipeline.stages.len());
        for config in &pipeline.stages {
            let stage =
                Stage::load(&dock, config, Arc::clone(&lookups), Arc::clone(&schema), &reporter).await?;
            schema = stage.begin(schema).await?.schema();
            stage.end();
            stages.push(Arc::new(stage));
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
        let live = Arc::new(Live::new(pipeline.stages.iter().map(|stage| stage.name.clone())));
        Ok(Self { pipeline, stages, opened: Mutex::new(opened), source_plugin, sink_plugins, live, reporter })
    }

    /// The pipeline's stages.
    pub fn stages(&self) -> &[Arc<Stage>] {
        &self.stages
    }

    /// The numbers of the run that goes on.
    pub fn live(&self) -> Arc<Live> {
        Arc::clone(&self.live)
    }

    /// The pipeline.
    pub fn pipeline(&self) -> &Pipeline {
        &self.pipeline
    }

    /// Reloads plugins whenever their sources change.
    ///
    /// # Errors
    ///
    /// When the system cannot watch them.
    pub fn watch(&self) -> Result<(), RunError> {
        for stage in &self.stages {
            stage.watch()?;
        }
        Ok(())
    }

    /// Waits until a stage runs another generation than in `seen`; those that run now are put there.
    pub async fn wait_for_reload(&self, seen: &mut Vec<u64>) {
        let mut waiting = JoinSet::new();
        for (stage, seen) in self.stages.iter().zip(seen.iter().copied()) {
            let mut status = stage.plugin().status();
            waiting.spawn(async move {
                // A plugin whose sender is gone reloads no more.
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

    /// The generations that the stages run.
    pub fn generations(&self) -> Vec<u64> {
        self.stages.iter().map(|stage| stage.plugin().generation()).collect()
    }

    /// What each stage says that it reads and makes of the schema before it, with the source's schema first.
    ///
    /// # Errors
    ///
    /// When the source cannot be read, or a plugin does not accept its input.
    pub async fn contracts(&self) -> Result<(SchemaRef, Vec<Arc<Contract>>), RunError> {
        let first = self.opened.lock().unwrap_or_else(PoisonError::into_inner).schema();
        let contracts = self.begin(Arc::clone(&first)).await?;
        self.end();
        Ok((first, contracts))
    }

    /// Runs the pipeline over its input. The sinks are put in place at the end, all or none.
    ///
    /// # Errors
    ///
    /// When anything fails: no target of a sink is touched then.
    ///
    /// # Cancellation
    ///
    /// Dropping the future ends the run; files half written are removed.
    pub async fn run(&self, options: RunOptions) -> Result<Outcome, RunError> {
        let outcome = self.run_once(options).await;
        self.end();
        self.reporter.end();
        outcome
    }

    async fn begin(&self, mut schema: SchemaRef) -> Result<Vec<Arc<Contract>>, RunError> {
        let mut contracts = Vec::with_capacity(self.stages.len());
        for stage in &self.stages {
            let contract = stage.begin(schema).await?;
            schema = contract.schema();
            contracts.push(contract);
        }
        for sink in self.sink_plugins.iter().flatten() {
            sink.check(&schema).await?;
        }
        Ok(contracts)
    }

    fn end(&self) {
        for stage in &self.stages {
            stage.end();
        }
    }

    async fn run_once(&self, options: RunOptions) -> Result<Outcome, RunError> {
        let begun = Instant::now();
        let Begin { units, contracts, writer, done, repeat, resumed } = self.start(options).await?;
        if resumed {
            let (rows, units) = (number(done.figures.rows_read), done.units.len());
            let plural = if units == 1 { "" } else { "s" };
            self.reporter.message(&format!(
                "a run was cut after commit {}: this one goes on behind {units} unit{plural} with {rows} rows",
                done.commit
            ));
        }
        self.reporter.begin(units.bytes().unwrap_or_default());

        let mut tasks = self.spawn(units, contracts, writer, done, repeat, options);
        let mut written = None;
        let mut failure = None;
        while let Some(ended) = tasks.join_next().await {
            match ended {
                Ok(Ok(Done::Passed)) => {}
                Ok(Ok(Done::Written(end))) => written = Some(*end),
                // Units that were read in full before are still committed.
                Ok(Err(error @ RunError::Source(_))) if failure.is_none() => failure = Some(error),
                Ok(Err(error)) => fail(&mut failure, error, &mut tasks),
                // Tasks that were ended because of the failure of another.
                Err(error) if error.is_cancelled() && failure.is_some() => {}
                Err(error) => fail(&mut failure, error.into(), &mut tasks),
            }
        }
        if let Some(error) = failure {
            return Err(error);
        }
        let Some(Written { figures, stages, commits, preview }) = written else {
            return Err(RunError::Balance("the stream ended before its end".to_owned()));
        };
        let figures = RunFigures { figures, stages, commits, resumed, elapsed: begun.elapsed() };
        Ok(Outcome { summary: Summary::new(self, figures), first_rows: preview.into_batch()? })
    }

    /// Opens the source, the sessions and the sinks, where a run that was cut has left them.
    async fn start(&self, options: RunOptions) -> Result<Begin, RunError> {
        let pipeline = self.pipeline.clone();
        let stdin = self.pipeline.source.is_stdin().then(|| {
            let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
            let schema = opened.schema();
            std::mem::replace(&mut *opened, Box::new(Nothing(schema)))
        });
        let plugin = self.source_plugin.clone();
        let (ledger, units) = blocking(move || {
            let ledger = match options.limit {
                None => Ledger::open(&pipeline, options.fresh)?,
                Some(_) => Ledger::open_for_try(&pipeline)?,
            };
            let past = if ledger.kept { ledger.past() } else { Past::default() };
            let units = match stdin {
                Some(stdin) => stdin,
                None => source::open(&pipeline.source, past, plugin.as_ref())?,
            };
            Ok((ledger, units))
        })
        .await?;
        let contracts = self.begin(units.schema()).await?;
        let (units, kept) = if options.retry {
            self.rejected_units(units.schema(), &contracts, &ledger).await?
        } else {
            (units, Vec::new())
        };
        let schema = contracts.last().map_or_else(|| units.schema(), |contract| contract.schema());
        let preview = Preview::new(Arc::clone(&schema), options.preview_rows);
        let columns = columns(&schema);
        if ledger.resumed {
            if ledger.done.columns != columns {
                let difference = format!("{} before, and {columns} now", ledger.done.columns);
                return Err(CheckpointError::ColumnsChanged { difference }.into());
            }
            for (stage, mark) in self.stages.iter().zip(&ledger.done.stages) {
                if let Some(state) = &mark.state {
                    stage.go_on(state).await?;
                }
            }
        }
        let (pipeline, live) = (self.pipeline.clone(), Arc::clone(&self.live));
        let plugins = self.sink_plugins.clone();
        let writer = blocking(move || {
            // Before this run writes anything: what the last one has left to be done may have the same names.
            if let Some((run, commits)) = &ledger.ended {
                plugins.iter().flatten().try_for_each(|plugin| plugin.open(&schema, run, *commits))?;
                ledger.forget()?;
            }
            let done = &ledger.done;
            let marks = if done.complete { &[][..] } else { &done.sinks };
            let mut sinks: Vec<Box<dyn SinkWriter>> = Vec::new();
            for (index, (config, plugin)) in pipeline.sinks.iter().zip(&plugins).enumerate() {
                let start = Start {
                    run: &done.run,
                    pipeline: &ledger.pipeline,
                    index,
                    commits: done.commit,
                    mark: marks.get(index),
                    plugin: plugin.as_ref(),
                };
                sinks.push(sink::open(config, &schema, &start)?);
            }
            let figures = done.figures.clone();
            let mut side = SideWriter::open(&pipeline, &done.side, figures.side, options.retry)?;
            kept.iter().try_for_each(|line| side.keep(line))?;
            Ok(Writer {
                sinks,
                side,
                ledger,
                preview,
                rejected: pipeline.rejected.clone(),
                rows_out: figures.rows_out,
                columns,
                waiting: Vec::new(),
                live,
            })
        })
        .await?;
        let Ledger { done, repeat, resumed, .. } = &writer.ledger;
        let (done, repeat, resumed) = (done.clone(), *repeat, *resumed);
        Ok(Begin { units, contracts, writer, done, repeat, resumed })
    }

    /// The rejected rows in the place of the source, and the lines that stay as they are.
    async fn rejected_units(
        &self,
        source: SchemaRef,
        contracts: &[Arc<Contract>],
        ledger: &Ledger,
    ) -> Result<(Box<dyn Units>, Vec<String>), RunError> {
        if let Some(sink) = self.pipeline.sinks.iter().find(|sink| sink.mode == SinkMode::Replace) {
            return Err(RunError::Retry(format!(
                "rejected rows are added to what the sinks hold, and {} is replaced by each run: run the pipeline \
                 again, or set `mode` of its [[sink]] to \"append\" or \"upsert\"",
                sink.name()
            )));
        }
        if ledger.resumed {
            return Err(RunError::Retry(
                "a run of this pipeline was cut: run it to its end first, then the rejected rows again"
                    .to_owned(),
            ));
        };
        let inputs = std::iter::once(source).chain(contracts.iter().map(|contract| contract.schema()));
        let stages: Vec<_> = self.stages.iter().map(|stage| stage.name().to_owned()).zip(inputs).collect();
        let (path, bookmark) = (self.pipeline.rejected.path.clone(), ledger.done.bookmark.clone());
        let (units, kept) = blocking(move || Ok(RejectedUnits::open(&path, &stages, bookmark)?)).await?;
        if !kept.is_empty() {
            let (count, plural) = (kept.len(), if kept.len() == 1 { "" } else { "s" });
            self.reporter.message(&format!(
                "{count} rejected row{plural} of the source stay where they are: mend the source and read it again"
            ));
        }
        Ok((Box::new(units), kept))
    }

    fn spawn(
        &self,
        units: Box<dyn Units>,
        contracts: Vec<Arc<Contract>>,
        writer: Writer,
        done: Checkpoint,
        repeat: Option<usize>,
        options: RunOptions,
    ) -> JoinSet<Result<Done, RunError>> {
        let mut tasks = JoinSet::new();
        let (first, mut receiver) = mpsc::channel(BATCHES_IN_FLIGHT);
        let batch_rows = self.pipeline.source.batch_rows;
        self.live.begin(&done.figures, done.commit);
        let reader = Reader {
            live: Arc::clone(&self.live),
            batch_rows,
            // Rows that are run again leave the rejected ones in the commit that adds them to the others.
            every: if options.retry { Duration::MAX } else { self.pipeline.checkpoint.every },
            repeat,
            before: done.figures,
            ..Reader::new(units, first, options, self.reporter.clone())
        };
        tasks.spawn_blocking(move || reader.run().map(|()| Done::Passed));
        let mut marks = done.stages.into_iter();
        for (number, (stage, contract)) in self.stages.iter().zip(contracts).enumerate() {
            let (sender, next) = mpsc::channel::<Flow>(BATCHES_IN_FLIGHT);
            let input = std::mem::replace(&mut receiver, next);
            let (state, figures) =
                marks.next().map_or((None, StageFigures::default()), |mark| (mark.state, mark.figures));
            let passage = Passage::new(Arc::clone(stage), contract, sender, batch_rows, figures)
                .told_to(Arc::clone(&self.live), number);
            tasks.spawn(async move {
                passage.run(input, state).await?;
                Ok(Done::Passed)
            });
        }
        tasks.spawn_blocking(move || {
            Ok(writer.run(receiver)?.map_or(Done::Passed, |written| Done::Written(Box::new(written))))
        });
        tasks
    }
}

/// The columns of the result, in words: two results with the same words can be one.
fn columns(schema: &SchemaRef) -> String {
    let columns = schema.fields().iter().map(|field| {
        let null = if field.is_nullable() { "" } else { " not null" };
        format!("{} {}{null}", field.name(), field.data_type())
    });
    columns.collect::<Vec<_>>().join(", ")
}

/// The first failure is the reason; what follows from it in other tasks is not told.
fn fail(failure: &mut Option<RunError>, error: RunError, tasks: &mut JoinSet<Result<Done, RunError>>) {
    if failure.is_none() {
        *failure = Some(error);
        tasks.abort_all();
    }
}

/// Runs what blocks on a thread where that harms nobody.
async fn blocking<R: Send + 'static>(
    run: impl FnOnce() -> Result<R, RunError> + Send + 'static,
) -> Result<R, RunError> {
    tokio::task::spawn_blocking(run).await?
}
