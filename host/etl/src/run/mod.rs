//! One run of a pipeline: a bounded stream of batches from the source through the stages to the sinks.

mod arrivals;
mod balance;
mod error;
mod options;
mod parts;
mod postponed;
mod reader;
mod retry;
mod stop;
mod summary;
mod writer;

use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow_schema::SchemaRef;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use self::arrivals::Arrivals;
pub use self::error::RunError;
pub use self::options::{Outcome, RunOptions};
pub(crate) use self::parts::{Parts, blocking};
use self::postponed::Postponed;
use self::reader::{ReadEnd, Reader, Waiting};
use self::retry::Retry;
pub use self::stop::Stop;
pub use self::summary::{CodeSummary, SideSummary, SinkSummary, StageSummary, Summary};
use self::writer::{Writer, Written};
use crate::checkpoint::{CheckpointError, Ledger};
use crate::figures::{RunFigures, StageFigures};
use crate::flow::{Flow, StageMark};
use crate::pipeline::{SinkConfig, SinkKind};
use crate::preview::Preview;
use crate::progress::counted;
use crate::sink::{self, SideWriter, SinkStart, SinkWriter};
use crate::source::{self, Past, SourceError, Units};
use crate::stage::{StageRun, StageStream};

/// Batches that wait between two tasks: one is ready while another is worked on. More would only take memory.
const BATCHES_IN_FLIGHT: usize = 2;

/// One run of a pipeline, ready to go. It owns what only this run may use: the open source, the stages' sessions with their
/// contracts, the open sinks and, in the writer's ledger, the lock on the pipeline. Dropping it lets go of all of them.
pub(crate) struct Run {
    parts: Arc<Parts>,
    begun: Instant,
    reader: Reader,
    stages: Vec<Arc<StageRun>>,
    /// Where the interrupted run that this one continues has left each stage.
    marks: Vec<StageMark>,
    writer: Writer,
    resumed: bool,
}

/// What a task of a run ends with.
enum TaskEnd {
    Passed,
    /// The source was read no further, since the run was asked to stop.
    Stopped {
        rows: u64,
    },
    Written(Box<Written>),
}

type Tasks = JoinSet<Result<TaskEnd, RunError>>;

impl Run {
    /// Opens the source, the stages' sessions and the sinks at the point where an interrupted run has left them. `stream` is the source if it
    /// is one, which opens only once.
    pub(crate) async fn start(
        parts: Arc<Parts>,
        stream: Option<Box<dyn Units>>,
        options: RunOptions,
    ) -> Result<Self, RunError> {
        let begun = Instant::now();
        let (mut ledger, mut units) = open_source(&parts, stream, &options).await?;
        if ledger.repeat.as_ref().is_some_and(|repeat| repeat.retry) && !options.retry {
            let message = "`--retry` was interrupted, and one database has its rows while another has not: run it with `--retry` again";
            return Err(RunError::Retry(message.to_owned()));
        }
        let mut stages = parts.start_stages(units.schema()).await?;
        if let Some(difference) = changed_columns(&ledger, &stages, units.as_ref()) {
            if !ledger.replaces || parts.pipeline.source.is_stream() {
                return Err(CheckpointError::ColumnsChanged { difference }.into());
            }
            ledger.notices.push(format!(
                "the result has other columns than when the last run was interrupted ({difference}): starting over"
            ));
            ledger.start_over(&parts.pipeline)?;
            drop((units, stages));
            (ledger, units) = reopen_source(&parts, ledger).await?;
            stages = parts.start_stages(units.schema()).await?;
        }
        ledger.notices.drain(..).for_each(|notice| parts.reporter.message(&notice));
        let Retry { units, kept } = if options.retry {
            Retry::open(&parts, units.schema(), &stages, &ledger).await?
        } else {
            Retry { units, kept: Vec::new() }
        };
        let result = stages.last().map_or_else(|| units.schema(), |run| run.schema());
        if ledger.resumed {
            restore(&ledger, &stages).await?;
        }
        let writer = open_writer(&parts, ledger, result, kept, &options).await?;
        let (done, resumed) = (writer.ledger.done.clone(), writer.ledger.resumed);
        if resumed {
            let units = counted(done.units.len() as u64, "unit");
            let rows = counted(done.figures.rows_read, "row");
            parts.reporter.message(&format!(
                "the last run was interrupted after commit {}: continuing after {units} with {rows}",
                done.commit
            ));
        }
        parts.live.begin(&done.figures, done.commit);
        let every = if options.retry { Duration::MAX } else { parts.pipeline.checkpoint.every };
        let reader = Reader {
            units,
            options,
            reporter: parts.reporter.clone(),
            batch_rows: parts.pipeline.source.batch_rows,
            // Retried rows leave the file of rejected rows in the same commit that adds them to the sinks.
            every,
            repeat: writer.ledger.repeat.as_ref().map(|repeat| (repeat.units, repeat.last)),
            before: done.figures,
            live: Arc::clone(&parts.live),
            ends_when_stopped: parts.pipeline.source.is_watched(),
            waiting: Waiting::default(),
        };
        Ok(Self { parts, begun, reader, stages, marks: done.stages, writer, resumed })
    }

    /// Moves all rows, up to the last commit.
    pub(crate) async fn finish(self) -> Result<Outcome, RunError> {
        let Self { parts, begun, reader, stages, marks, writer, resumed } = self;
        parts.reporter.begin(reader.units.bytes().unwrap_or_default());
        let (stop, retry, waiting) =
            (reader.options.stop.clone(), reader.options.retry, reader.waiting.clone());
        let abandon = writer.abandon.clone();
        let (writes, mut has_ended) = mpsc::channel::<()>(1);
        let tasks = spawn(&parts, reader, &stages, marks, writer, writes);
        let commits = || parts.live.counts().commits;
        let written = tokio::select! {
            ended = join(tasks) => ended?,
            // A pipe or a server may give nothing for as long as it likes.
            () = waits_in_vain(&stop, &waiting) => {
                abandon.request();
                // Until the writer has let go of its files. Nothing is ever sent.
                has_ended.recv().await;
                return Err(RunError::Stopped { commits: commits(), rows: 0, retry });
            }
        };
        let Written { totals, stages: stage_figures, commits, preview } = match written {
            Ended::Written(written) => *written,
            Ended::Stopped { rows } => return Err(RunError::Stopped { commits: commits(), rows, retry }),
        };
        let elapsed = begun.elapsed();
        let figures = RunFigures { totals, stages: stage_figures, commits, resumed, elapsed };
        let summary = Summary::new(&parts.pipeline, &parts.stages, figures);
        // Until here the plugins were held to their contracts.
        drop(stages);
        Ok(Outcome { summary, first_rows: preview.into_batch() })
    }
}

/// Locks the pipeline, and opens the source after the units that are done.
async fn open_source(
    parts: &Arc<Parts>,
    stream: Option<Box<dyn Units>>,
    options: &RunOptions,
) -> Result<(Ledger, Box<dyn Units>), RunError> {
    let (opened, limit, start) = (Arc::clone(parts), options.limit, options.start);
    let ledger = blocking(move || {
        Ok(match limit {
            None => Ledger::open(&opened.pipeline, start)?,
            Some(_) => Ledger::open_for_try(&opened.pipeline)?,
        })
    })
    .await?;
    match stream {
        Some(stream) => Ok((ledger, stream)),
        None => reopen_source(parts, ledger).await,
    }
}

/// Opens the source after the units that are done.
async fn reopen_source(parts: &Arc<Parts>, mut ledger: Ledger) -> Result<(Ledger, Box<dyn Units>), RunError> {
    let parts = Arc::clone(parts);
    blocking(move || {
        let open = |ledger: &Ledger| {
            let past = if ledger.kept { ledger.past() } else { Past::default() };
            source::open(&parts.pipeline.source, past, parts.source_plugin.as_ref())
        };
        let units = match open(&ledger) {
            Err(error @ SourceError::Changed { .. }) => {
                ledger.notices.push(format!("{error}: starting over"));
                ledger.start_over(&parts.pipeline)?;
                open(&ledger)?
            }
            opened => opened?,
        };
        ledger.rename(units.renamed());
        Ok((ledger, units))
    })
    .await
}

/// How the result's columns differ from those of the interrupted run.
fn changed_columns(ledger: &Ledger, stages: &[Arc<StageRun>], units: &dyn Units) -> Option<String> {
    let result = stages.last().map_or_else(|| units.schema(), |run| run.schema());
    let columns = in_words(&result);
    (ledger.resumed && ledger.done.columns != columns)
        .then(|| format!("{} before, and {columns} now", ledger.done.columns))
}

/// Restores the plugins' state at the last commit of the interrupted run.
async fn restore(ledger: &Ledger, stages: &[Arc<StageRun>]) -> Result<(), RunError> {
    for (run, mark) in stages.iter().zip(&ledger.done.stages) {
        if let Some(state) = &mark.state {
            run.restore(state).await?;
        }
    }
    Ok(())
}

/// Opens the sinks for a result with these columns. `kept` are lines that stay among the rejected rows.
async fn open_writer(
    parts: &Arc<Parts>,
    ledger: Ledger,
    result: SchemaRef,
    kept: Vec<String>,
    options: &RunOptions,
) -> Result<Writer, RunError> {
    let (retry, preview_rows) = (options.retry, options.preview_rows);
    let parts = Arc::clone(parts);
    blocking(move || {
        let (pipeline, plugins) = (&parts.pipeline, &parts.sink_plugins);
        // Before this run writes anything: files that the last run has left to publish may have the same names.
        if let Some((run, commits)) = &ledger.ended {
            plugins.iter().flatten().try_for_each(|plugin| plugin.open(&result, run, *commits))?;
            ledger.forget()?;
        }
        let done = &ledger.done;
        let marks = if done.complete { &[][..] } else { &done.sinks };
        let mut sinks: Vec<Box<dyn SinkWriter>> = Vec::new();
        for (index, (config, plugin)) in pipeline.sinks.iter().zip(plugins).enumerate() {
            let start = SinkStart {
                run: &done.run,
                pipeline: &ledger.pipeline,
                index,
                commits: done.commit,
                mark: marks.get(index),
            };
            sinks.push(sink::open(config, &result, &start, plugin.as_ref())?);
        }
        let figures = done.figures.clone();
        let start = SinkStart {
            run: &done.run,
            pipeline: &ledger.pipeline,
            index: 0,
            commits: done.commit,
            mark: None,
        };
        let mut side = SideWriter::open(pipeline, &start, &done.side, figures.side, retry)?;
        kept.iter().try_for_each(|line| side.keep(line))?;
        let databases = pipeline.sinks.iter().filter(|sink| matches!(sink.kind, SinkKind::Table(_))).count();
        let known = ledger.repeat.as_ref().map(|repeat| repeat.refused.clone()).unwrap_or_default();
        Ok(Writer {
            sinks,
            names: pipeline.sinks.iter().map(SinkConfig::name).collect(),
            stages: pipeline.stages.len(),
            side,
            ledger,
            preview: Preview::new(Arc::clone(&result), preview_rows),
            rejected: pipeline.rejected.clone(),
            rows_out: figures.rows_out,
            columns: in_words(&result),
            arrivals: Arrivals::new(databases > 1, known),
            postponed: Postponed::default(),
            retry,
            waiting: Vec::new(),
            live: Arc::clone(&parts.live),
            abandon: Stop::default(),
        })
    })
    .await
}

/// Starts a task for the source, one for each stage and one for the sinks, with channels between them.
fn spawn(
    parts: &Parts,
    reader: Reader,
    stages: &[Arc<StageRun>],
    marks: Vec<StageMark>,
    writer: Writer,
    writes: mpsc::Sender<()>,
) -> Tasks {
    let mut tasks = JoinSet::new();
    let (first, mut receiver) = mpsc::channel(BATCHES_IN_FLIGHT);
    tasks.spawn_blocking(move || {
        Ok(match reader.run(first)? {
            ReadEnd::Passed => TaskEnd::Passed,
            ReadEnd::Stopped { rows } => TaskEnd::Stopped { rows },
        })
    });
    let mut marks = marks.into_iter();
    for (number, run) in stages.iter().enumerate() {
        let (sender, next) = mpsc::channel::<Flow>(BATCHES_IN_FLIGHT);
        let input = std::mem::replace(&mut receiver, next);
        let (state, figures) =
            marks.next().map_or((None, StageFigures::default()), |mark| (mark.state, mark.figures));
        let stream = StageStream::new(Arc::clone(run), sender, parts.pipeline.source.batch_rows, figures)
            .in_pipeline(number, Arc::clone(&parts.live));
        tasks.spawn(async move {
            stream.run(input, state).await?;
            Ok(TaskEnd::Passed)
        });
    }
    tasks.spawn_blocking(move || {
        let _writes = writes;
        Ok(writer.run(receiver)?.map_or(TaskEnd::Passed, |written| TaskEnd::Written(Box::new(written))))
    });
    tasks
}

/// Returns if the run is asked to stop and its source gives nothing.
async fn waits_in_vain(stop: &Stop, waiting: &Waiting) {
    const LONG: Duration = Duration::from_secs(2);
    stop.requested().await;
    while waiting.duration() < LONG {
        tokio::time::sleep(LONG / 10).await;
    }
}

/// How the tasks of a run have ended, if none has failed.
enum Ended {
    Written(Box<Written>),
    Stopped { rows: u64 },
}

/// Waits for all tasks. The first failure is the run's: those that it causes in other tasks are not reported.
async fn join(mut tasks: Tasks) -> Result<Ended, RunError> {
    let mut end = None;
    let mut failure = None;
    while let Some(ended) = tasks.join_next().await {
        match ended {
            Ok(Ok(TaskEnd::Passed)) => {}
            Ok(Ok(TaskEnd::Written(written))) => end = Some(Ended::Written(written)),
            Ok(Ok(TaskEnd::Stopped { rows })) => end = Some(Ended::Stopped { rows }),
            // Units that were read in full before are still committed.
            Ok(Err(error @ RunError::Source(_))) if failure.is_none() => failure = Some(error),
            Ok(Err(error)) => fail(&mut failure, error, &mut tasks),
            // Tasks that were aborted because another one failed.
            Err(error) if error.is_cancelled() && failure.is_some() => {}
            Err(error) => fail(&mut failure, error.into(), &mut tasks),
        }
    }
    match (failure, end) {
        (Some(error), _) => Err(error),
        (None, Some(end)) => Ok(end),
        (None, None) => Err(RunError::Balance("the stream ended without a last commit".to_owned())),
    }
}

fn fail(failure: &mut Option<RunError>, error: RunError, tasks: &mut Tasks) {
    if failure.is_none() {
        *failure = Some(error);
        tasks.abort_all();
    }
}

/// The columns of the result as text. A run continues only with the same columns.
fn in_words(schema: &SchemaRef) -> String {
    let columns = schema.fields().iter().map(|field| {
        let null = if field.is_nullable() { "" } else { " not null" };
        format!("{} {}{null}", field.name(), field.data_type())
    });
    columns.collect::<Vec<_>>().join(", ")
}
