//! Runs a pipeline: a bounded stream of batches from the source through the stages to the sinks.

use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow_array::RecordBatch;
use arrow_schema::{ArrowError, SchemaRef};
use thiserror::Error;
use tokio::sync::mpsc;
use tokio::task::{JoinError, JoinSet};
use witdock::{Dock, DockError};

use crate::contract::Contract;
use crate::lookup::{LoadError, LookupTable, Lookups};
use crate::pipeline::Pipeline;
use crate::preview::Preview;
use crate::progress::Reporter;
use crate::rows::Rows;
use crate::side_stream::{SOURCE, SideFigures, SideRows, SideWriter};
use crate::sink::{self, SinkError, SinkWriter, commit_all};
use crate::source::csv::{CsvError, CsvReader};
use crate::stage::{Stage, StageError, StageFigures};
use crate::summary::Summary;

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
    Source(#[from] CsvError),
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
}

impl Default for RunOptions {
    fn default() -> Self {
        Self { limit: None, throttle: None, preview_rows: 10 }
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
    reporter: Reporter,
}

/// Batches that wait between two tasks: one on the way while one is worked on. More would only take memory.
const BATCHES_IN_FLIGHT: usize = 2;

/// What a task of a run has done.
enum Done {
    Source { rows: u64, bytes: u64 },
    Stage(usize, StageFigures),
    Sinks(Sinks),
    Side(Box<SideWriter>),
}

/// The sinks with what they have been given.
struct Sinks {
    writers: Vec<Box<dyn SinkWriter>>,
    rows: u64,
    preview: Preview,
}

/// All that the tasks of a run have done.
pub(crate) struct RunFigures {
    pub(crate) rows_read: u64,
    pub(crate) bytes_read: u64,
    pub(crate) stages: Vec<StageFigures>,
    pub(crate) rows_out: u64,
    pub(crate) side: SideFigures,
    pub(crate) elapsed: Duration,
}

impl Engine {
    /// Loads the tables and the plugins of a pipeline, in the order of its stages.
    ///
    /// # Errors
    ///
    /// When the source's header, a table or a plugin cannot be read or does not fit.
    pub async fn load(pipeline: Pipeline, reporter: Reporter) -> Result<Self, RunError> {
        let meters = pipeline.stages.iter().any(|stage| stage.limits.fuel.is_some());
        let dock = Dock::builder().fuel(meters).build()?;
        let tables = pipeline.clone();
        let (lookups, mut schema) = blocking(move || {
            let lookups = tables
                .lookups
                .iter()
                .map(|lookup| Ok((lookup.name.clone(), Arc::new(LookupTable::load(lookup)?))))
                .collect::<Result<Lookups, RunError>>()?;
            Ok((Arc::new(lookups), CsvReader::open(&tables.source)?.schema()))
        })
        .await?;
        let mut stages = Vec::with_capacity(pipeline.stages.len());
        for config in &pipeline.stages {
            let stage =
                Stage::load(&dock, config, Arc::clone(&lookups), Arc::clone(&schema), &reporter).await?;
            schema = stage.begin(schema).await?.schema();
            stage.end();
            stages.push(Arc::new(stage));
        }
        Ok(Self { pipeline, stages, reporter })
    }

    /// The pipeline's stages.
    pub fn stages(&self) -> &[Arc<Stage>] {
        &self.stages
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
        let source = self.pipeline.source.clone();
        let first = blocking(move || Ok(CsvReader::open(&source)?.schema())).await?;
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
        Ok(contracts)
    }

    fn end(&self) {
        for stage in &self.stages {
            stage.end();
        }
    }

    async fn run_once(&self, options: RunOptions) -> Result<Outcome, RunError> {
        let begun = Instant::now();
        let source = self.pipeline.source.clone();
        let reader = blocking(move || Ok(CsvReader::open(&source)?)).await?;
        let contracts = self.begin(reader.schema()).await?;
        let schema = contracts.last().map_or_else(|| reader.schema(), |contract| contract.schema());
        let pipeline = self.pipeline.clone();
        let preview = Preview::new(Arc::clone(&schema), options.preview_rows);
        let (sinks, side) = blocking(move || {
            let open = |config| sink::open(config, &schema);
            let writers = pipeline.sinks.iter().map(open).collect::<Result<Vec<_>, _>>()?;
            Ok((Sinks { writers, rows: 0, preview }, Box::new(SideWriter::open(&pipeline)?)))
        })
        .await?;
        self.reporter.begin(reader.bytes());

        let mut tasks = self.spawn(reader, contracts, sinks, side, options);
        let mut done = Vec::new();
        let mut failure = None;
        while let Some(ended) = tasks.join_next().await {
            match ended {
                Ok(Ok(task)) => done.push(task),
                Ok(Err(error)) => fail(&mut failure, error, &mut tasks),
                // Tasks that were ended because of the failure of another.
                Err(error) if error.is_cancelled() && failure.is_some() => {}
                Err(error) => fail(&mut failure, error.into(), &mut tasks),
            }
        }
        match failure {
            Some(error) => Err(error),
            None => self.commit(done, begun).await,
        }
    }

    fn spawn(
        &self,
        reader: CsvReader,
        contracts: Vec<Arc<Contract>>,
        sinks: Sinks,
        side: Box<SideWriter>,
        options: RunOptions,
    ) -> JoinSet<Result<Done, RunError>> {
        let mut tasks = JoinSet::new();
        let (side_sender, side_receiver) = mpsc::channel(BATCHES_IN_FLIGHT);
        let (first, mut receiver) = mpsc::channel(BATCHES_IN_FLIGHT);
        let reporter = self.reporter.clone();
        let ragged = side_sender.clone();
        tasks.spawn_blocking(move || read(reader, &first, &ragged, options, &reporter));
        let batch_rows = self.pipeline.source.batch_rows;
        for (index, (stage, contract)) in self.stages.iter().zip(contracts).enumerate() {
            let (sender, next) = mpsc::channel(BATCHES_IN_FLIGHT);
            let input = std::mem::replace(&mut receiver, next);
            let (stage, side) = (Arc::clone(stage), side_sender.clone());
            tasks.spawn(async move {
                Ok(Done::Stage(index, stage.run(&contract, input, sender, side, batch_rows).await?))
            });
        }
        tasks.spawn_blocking(move || write(sinks, receiver));
        let allowed = self.pipeline.rejected.max_rows;
        tasks.spawn_blocking(move || write_side(side, side_receiver, allowed));
        tasks
    }

    /// Adds up what the tasks have done, and puts the files in place if it is right.
    async fn commit(&self, done: Vec<Done>, begun: Instant) -> Result<Outcome, RunError> {
        let mut read = (0, 0);
        let mut stages: Vec<(usize, StageFigures)> = Vec::new();
        let (mut sinks, mut side) = (None, None);
        for task in done {
            match task {
                Done::Source { rows, bytes } => read = (rows, bytes),
                Done::Stage(index, figures) => stages.push((index, figures)),
                Done::Sinks(done) => sinks = Some(done),
                Done::Side(done) => side = Some(done),
            }
        }
        let (Some(sinks), Some(side)) = (sinks, side) else {
            return Err(RunError::Balance("a writer did not end".to_owned()));
        };
        stages.sort_by_key(|(index, _)| *index);
        let stages: Vec<_> = stages.into_iter().map(|(_, figures)| figures).collect();
        balance(read.0, &stages, sinks.rows, side.figures()).map_err(RunError::Balance)?;
        let (side, preview, rows_out) = blocking(move || {
            let Sinks { writers, rows, preview } = sinks;
            let mut files = writers.into_iter().map(SinkWriter::finish).collect::<Result<Vec<_>, _>>()?;
            let (side_files, figures) = side.finish()?;
            files.extend(side_files);
            commit_all(files)?;
            Ok((figures, preview, rows))
        })
        .await?;
        let figures = RunFigures {
            rows_read: read.0,
            bytes_read: read.1,
            stages,
            rows_out,
            side,
            elapsed: begun.elapsed(),
        };
        Ok(Outcome { summary: Summary::new(self, figures), first_rows: preview.into_batch()? })
    }
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

fn read(
    mut reader: CsvReader,
    output: &mpsc::Sender<Rows>,
    side: &mpsc::Sender<SideRows>,
    options: RunOptions,
    reporter: &Reporter,
) -> Result<Done, RunError> {
    let begun = Instant::now();
    let (mut rows, mut bytes) = (0_u64, 0);
    loop {
        let mut most = options.limit.map_or(u64::MAX, |limit| limit.saturating_sub(rows));
        if let Some(throttle) = options.throttle {
            // Small batches, so that a slow run is a steady one.
            most = most.min(throttle.div_ceil(4));
        }
        if most == 0 {
            break;
        }
        let Some(batch) = reader.read(usize::try_from(most).unwrap_or(usize::MAX))? else { break };
        rows += (batch.rows.len() + batch.ragged.len()) as u64;
        bytes = batch.bytes_read;
        reporter.advance(rows, bytes);
        // Nobody takes the rows any more after a failure elsewhere, which is told there.
        if !batch.ragged.is_empty() && side.blocking_send(SideRows::Ragged(batch.ragged)).is_err() {
            break;
        }
        if !batch.rows.is_empty() && output.blocking_send(batch.rows).is_err() {
            break;
        }
        if let Some(throttle) = options.throttle {
            let due = Duration::from_secs_f64(rows as f64 / throttle as f64);
            while begun.elapsed() < due && !output.is_closed() {
                std::thread::sleep(due.saturating_sub(begun.elapsed()).min(Duration::from_millis(100)));
            }
        }
    }
    Ok(Done::Source { rows, bytes })
}

fn write(mut sinks: Sinks, mut input: mpsc::Receiver<Rows>) -> Result<Done, RunError> {
    while let Some(rows) = input.blocking_recv() {
        for sink in &mut sinks.writers {
            sink.write(&rows.batch)?;
        }
        sinks.rows += rows.len() as u64;
        sinks.preview.take(&rows.batch);
    }
    Ok(Done::Sinks(sinks))
}

fn write_side(
    mut side: Box<SideWriter>,
    mut input: mpsc::Receiver<SideRows>,
    allowed: Option<u64>,
) -> Result<Done, RunError> {
    while let Some(rows) = input.blocking_recv() {
        side.write(rows)?;
        let figures = side.figures();
        if let Some(allowed) = allowed.filter(|allowed| figures.rejected > *allowed) {
            let worst = figures.codes.iter().max_by_key(|(_, rows)| **rows);
            let worst = worst
                .map_or_else(String::new, |((stage, code), rows)| format!("`{code}` by {stage} ({rows})"));
            return Err(RunError::TooManyRejected { rejected: figures.rejected, allowed, worst });
        }
    }
    Ok(Done::Side(side))
}

/// Whether every row that was read is accounted for, from the source to the sinks.
fn balance(read: u64, stages: &[StageFigures], rows_out: u64, side: &SideFigures) -> Result<(), String> {
    let ragged =
        side.codes.iter().filter(|((stage, _), _)| stage == SOURCE).map(|(_, rows)| rows).sum::<u64>();
    let mut flowing = read - ragged;
    let mut rejected = ragged;
    for (index, figures) in stages.iter().enumerate() {
        let tally = figures.tally;
        if tally.rows_in != flowing {
            return Err(format!("stage {} was given {flowing} rows and took {}", index + 1, tally.rows_in));
        }
        if !tally.balances() {
            return Err(format!("stage {}: {tally:?}", index + 1));
        }
        flowing = tally.rows_out;
        rejected += tally.rejected;
    }
    if flowing != rows_out {
        return Err(format!("the sinks were given {flowing} rows and wrote {rows_out}"));
    }
    if rejected != side.rejected {
        return Err(format!("{rejected} rows were rejected and {} written as such", side.rejected));
    }
    Ok(())
}
