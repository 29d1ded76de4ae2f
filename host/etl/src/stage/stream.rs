use std::collections::BTreeSet;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use arrow_schema::ArrowError;
use futures_util::StreamExt;
use futures_util::stream::{FuturesOrdered, FuturesUnordered};
use tokio::sync::mpsc;
use tokio::task::JoinError;

use super::batch::BatchResult;
use super::error::StageError;
use super::memory::Memory;
use super::run::StageRun;
use crate::figures::StageFigures;
use crate::flow::{Barrier, Disconnected, Flow, StageMark};
use crate::live::LiveFigures;
use crate::pipeline::Order;
use crate::rows::Rows;

/// The stream through a stage: batches in and out, by one instance or several, and barriers.
pub struct StageStream {
    run: Arc<StageRun>,
    output: mpsc::Sender<Flow>,
    batch_rows: usize,
    figures: StageFigures,
    /// The components that answered since the last barrier.
    digests: BTreeSet<String>,
    live: Option<Arc<LiveFigures>>,
    /// The stage's number in the pipeline, from 0.
    number: usize,
}

type Task = Pin<Box<dyn Future<Output = Joined> + Send>>;
type Joined = Result<Result<BatchResult, StageError>, JoinError>;

/// Batches that several instances process in parallel.
enum Batches {
    Kept(FuturesOrdered<Task>),
    Any(FuturesUnordered<Task>),
}

impl Batches {
    fn new(order: Order) -> Self {
        match order {
            Order::Kept => Self::Kept(FuturesOrdered::new()),
            Order::Any => Self::Any(FuturesUnordered::new()),
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::Kept(tasks) => tasks.len(),
            Self::Any(tasks) => tasks.len(),
        }
    }

    fn push(&mut self, task: Task) {
        match self {
            Self::Kept(tasks) => tasks.push_back(task),
            Self::Any(tasks) => tasks.push(task),
        }
    }

    async fn next(&mut self) -> Option<Joined> {
        match self {
            Self::Kept(tasks) => tasks.next().await,
            Self::Any(tasks) => tasks.next().await,
        }
    }
}

impl StageStream {
    /// The stream of a run, which gives batches of `batch_rows` rows at most. `figures` are those of the interrupted run that
    /// this one continues.
    pub fn new(
        run: Arc<StageRun>,
        output: mpsc::Sender<Flow>,
        batch_rows: usize,
        figures: StageFigures,
    ) -> Self {
        Self { run, output, batch_rows, figures, digests: BTreeSet::new(), live: None, number: 0 }
    }

    /// Makes this the stage of a pipeline with this number, from 0, which keeps `live` up to date.
    pub(crate) fn in_pipeline(self, number: usize, live: Arc<LiveFigures>) -> Self {
        Self { live: Some(live), number, ..self }
    }

    /// Processes the stream up to its last barrier. It ends early, without an error, when its output has no receiver any more. `state`
    /// is the state that the plugin was restored with, if the run continues an interrupted one.
    ///
    /// # Errors
    ///
    /// When a call fails for good, or its answer breaks the contract.
    pub async fn run(
        mut self,
        mut input: mpsc::Receiver<Flow>,
        state: Option<Vec<u8>>,
    ) -> Result<(), StageError> {
        let mut memory = Memory::with(state);
        let mut batches = Batches::new(self.run.order());
        let most = self.run.instances() as usize;
        loop {
            let flow = tokio::select! {
                biased;
                Some(joined) = batches.next(), if batches.len() > 0 => {
                    if self.give(self.result(joined)?).await.is_err() {
                        return Ok(());
                    }
                    continue;
                }
                flow = input.recv(), if batches.len() < most => flow,
            };
            let flow = match flow {
                Some(Flow::Late(number, rows)) if number == self.number => Some(Flow::Rows(rows)),
                flow => flow,
            };
            let given = match flow {
                None => return Ok(()),
                Some(Flow::Rows(rows)) if most > 1 => {
                    batches.push(self.spawn(rows));
                    Ok(())
                }
                Some(Flow::Rows(rows)) => {
                    let result = self.run.process(rows, &mut memory, self.figures.failures).await?;
                    self.give(result).await
                }
                Some(flow @ (Flow::Side(_) | Flow::Late(..))) => self.send(flow).await,
                Some(Flow::Barrier(barrier)) => {
                    while let Some(joined) = batches.next().await {
                        if self.give(self.result(joined)?).await.is_err() {
                            return Ok(());
                        }
                    }
                    self.barrier(*barrier, &mut memory).await?
                }
            };
            if given.is_err() {
                return Ok(());
            }
        }
    }

    /// Starts a batch on whichever instance is idle.
    fn spawn(&self, rows: Rows) -> Task {
        let (run, failures) = (Arc::clone(&self.run), self.figures.failures);
        Box::pin(tokio::spawn(async move {
            let result = run.process(rows, &mut Memory::default(), failures).await?;
            run.check_parallel(&result)?;
            Ok(result)
        }))
    }

    fn result(&self, joined: Joined) -> Result<BatchResult, StageError> {
        joined.unwrap_or_else(|error| {
            let error = ArrowError::ExternalError(Box::new(error));
            Err(self.run.failed(error.into()))
        })
    }

    async fn barrier(
        &mut self,
        mut barrier: Barrier,
        memory: &mut Memory,
    ) -> Result<Result<(), Disconnected>, StageError> {
        let run = Arc::clone(&self.run);
        let name = run.name().to_owned();
        if barrier.last && run.instances() == 1 {
            let result = run.finish(memory).await?;
            if let Err(disconnected) = self.give(result).await {
                return Ok(Err(disconnected));
            }
        }
        let mut state = None;
        if !barrier.last {
            if run.is_stuck(memory) {
                barrier.held = Some(name.clone());
            } else {
                state = run.save(memory).await?;
            }
        }
        let digests = std::mem::take(&mut self.digests).into_iter().collect();
        barrier.plugins.insert(name.clone(), digests);
        barrier.stages.push(StageMark { name, state, figures: self.figures.clone() });
        Ok(self.send(Flow::Barrier(Box::new(barrier))).await)
    }

    /// Counts a result and sends it on.
    async fn give(&mut self, result: BatchResult) -> Result<(), Disconnected> {
        self.figures.tally.add(result.tally);
        self.figures.failures += result.failures;
        self.figures.busy += result.busy;
        self.figures.batches += result.batches;
        self.figures.metrics.merge(result.metrics);
        self.digests.extend(result.digests);
        if let Some(live) = &self.live {
            live.stage(self.run.name(), &self.figures);
        }
        for side in result.side {
            self.send(Flow::Side(side)).await?;
        }
        for rows in result.output {
            // A plugin may give more at once than the next stage should get.
            for piece in rows.pieces(self.batch_rows) {
                self.send(Flow::Rows(piece)).await?;
            }
        }
        Ok(())
    }

    async fn send(&self, flow: Flow) -> Result<(), Disconnected> {
        self.output.send(flow).await.map_err(|_| Disconnected)
    }
}
