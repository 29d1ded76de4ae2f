//! The stream through a stage: batches in and out, by one instance or several, and barriers.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::time::Instant;

use futures_util::StreamExt;
use futures_util::stream::{FuturesOrdered, FuturesUnordered};
use tokio::sync::mpsc;

use super::*;
use crate::bindings::witdock::etl::types::RowError;
use crate::checkpoint::StageMark;
use crate::flow::{Barrier, Flow};
use crate::live::Live;
use crate::side_stream::{RejectedRows, SideRows};

/// What came of one batch.
#[derive(Default)]
struct Done {
    output: Vec<Rows>,
    side: Vec<SideRows>,
    tally: Tally,
    batches: u64,
    failures: u64,
    metrics: Metrics,
    digests: BTreeSet<String>,
    busy: Duration,
}

/// Nobody takes what the stage gives, after a failure elsewhere, which is told there.
struct Gone;

/// One run of a stage.
pub struct Passage {
    stage: Arc<Stage>,
    agreed: Arc<Contract>,
    output: mpsc::Sender<Flow>,
    batch_rows: usize,
    figures: StageFigures,
    digests: BTreeSet<String>,
    live: Option<Arc<Live>>,
    /// The stage's number, from 0.
    number: usize,
}

type Task = Pin<Box<dyn Future<Output = Result<Result<Done, StageError>, tokio::task::JoinError>> + Send>>;

/// Batches that several instances work on.
enum Batches {
    Kept(FuturesOrdered<Task>),
    Any(FuturesUnordered<Task>),
}

impl Batches {
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

    async fn next(&mut self) -> Option<Result<Result<Done, StageError>, tokio::task::JoinError>> {
        match self {
            Self::Kept(tasks) => tasks.next().await,
            Self::Any(tasks) => tasks.next().await,
        }
    }
}

impl Passage {
    /// A run of the stage under the contract of [`Stage::begin`]. What it gives comes in batches of `batch_rows` rows at most.
    pub fn new(
        stage: Arc<Stage>,
        agreed: Arc<Contract>,
        output: mpsc::Sender<Flow>,
        batch_rows: usize,
        figures: StageFigures,
    ) -> Self {
        Self { stage, agreed, output, batch_rows, figures, digests: BTreeSet::new(), live: None, number: 0 }
    }

    /// As the stage of this number, from 0, which tells how it goes.
    pub fn told_to(self, live: Arc<Live>, number: usize) -> Self {
        Self { live: Some(live), number, ..self }
    }

    /// Takes the stream until its last barrier, and gives what comes of it. It ends early, without an error, when nobody takes its
    /// output any more. `state` is what the plugin was started with, if the run goes on from one that was cut.
    ///
    /// # Errors
    ///
    /// When a call fails for good, or what comes of it is not what was promised.
    pub async fn run(
        mut self,
        mut input: mpsc::Receiver<Flow>,
        state: Option<Vec<u8>>,
    ) -> Result<(), StageError> {
        let mut memory = Memory::with(state);
        let mut batches = match self.stage.order {
            Order::Kept => Batches::Kept(FuturesOrdered::new()),
            Order::Any => Batches::Any(FuturesUnordered::new()),
        };
        let most = self.stage.instances as usize;
        loop {
            let flow = tokio::select! {
                biased;
                Some(done) = batches.next(), if batches.len() > 0 => {
                    if self.give(joined(&self.stage, done)?).await.is_err() {
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
                    let (stage, agreed) = (Arc::clone(&self.stage), Arc::clone(&self.agreed));
                    let failures = self.figures.failures;
                    let task = tokio::spawn(async move {
                        let done = stage.take(rows, &agreed, &mut Memory::default(), failures).await?;
                        if done.tally.absorbed > 0 {
                            let how = "it has several instances, and each would hold a part".to_owned();
                            return Err(stage.held_rows_lost(how));
                        }
                        Ok(done)
                    });
                    batches.push(Box::pin(task));
                    Ok(())
                }
                Some(Flow::Rows(rows)) => {
                    let done =
                        self.stage.take(rows, &self.agreed, &mut memory, self.figures.failures).await?;
                    self.give(done).await
                }
                Some(flow @ (Flow::Side(_) | Flow::Late(..))) => self.send(flow).await,
                Some(Flow::Barrier(barrier)) => {
                    while let Some(done) = batches.next().await {
                        if self.give(joined(&self.stage, done)?).await.is_err() {
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

    async fn barrier(
        &mut self,
        mut barrier: Barrier,
        memory: &mut Memory,
    ) -> Result<Result<(), Gone>, StageError> {
        if barrier.last && self.stage.instances == 1 {
            let done = self.stage.finish(&self.agreed, memory).await?;
            if self.give(done).await.is_err() {
                return Ok(Err(Gone));
            }
        }
        let mut state = None;
        if !barrier.last {
            if memory.is_stuck(&self.stage) {
                barrier.held = Some(self.stage.name.clone());
            } else {
                state = memory.save(&self.stage).await?.map(<[u8]>::to_vec);
            }
        }
        let digests = std::mem::take(&mut self.digests).into_iter().collect();
        barrier.plugins.insert(self.stage.name.clone(), digests);
        let (name, figures) = (self.stage.name.clone(), self.figures.clone());
        barrier.stages.push(StageMark { name, state, figures });
        Ok(self.send(Flow::Barrier(Box::new(barrier))).await)
    }

    /// Notes what came of a batch and sends it on.
    async fn give(&mut self, done: Done) -> Result<(), Gone> {
        self.figures.tally.add(done.tally);
        self.figures.failures += done.failures;
        self.figures.busy += done.busy;
        self.figures.batches += done.batches;
        self.figures.metrics.merge(done.metrics);
        self.digests.extend(done.digests);
        if let Some(live) = &self.live {
            live.stage(&self.stage.name, &self.figures);
        }
        for side in done.side {
            self.send(Flow::Side(side)).await?;
        }
        for rows in done.output {
            // What a plugin gives at once may be more than is good for the next one.
            for piece in rows.pieces(self.batch_rows) {
                self.send(Flow::Rows(piece)).await?;
            }
        }
        Ok(())
    }

    async fn send(&self, flow: Flow) -> Result<(), Gone> {
        self.output.send(flow).await.map_err(|_| Gone)
    }
}

fn joined(
    stage: &Stage,
    done: Result<Result<Done, StageError>, tokio::task::JoinError>,
) -> Result<Done, StageError> {
    done.unwrap_or_else(|error| {
        let error = ArrowError::ExternalError(Box::new(error));
        Err(stage.failed(error.into()))
    })
}

impl Stage {
    /// Has the plugin process a batch. One that brings it down is halved until the rows that do so are alone: those are rejected.
    async fn take(
        &self,
        rows: Rows,
        agreed: &Contract,
        memory: &mut Memory,
        failures: u64,
    ) -> Result<Done, StageError> {
        let begun = Instant::now();
        let mut done = Done { batches: 1, ..Done::default() };
        let rows = self.fitting(rows, &mut done)?;
        if rows.is_empty() {
            return Ok(done);
        }
        let mut parts = VecDeque::from([rows]);
        while let Some(part) = parts.pop_front() {
            let place = Ask::Process(&part).rows();
            match self.ask(Ask::Process(&part), agreed, memory).await {
                Ok(answer) => {
                    let absorbed = answer.applied.tally.absorbed > 0;
                    self.answered(answer, Some(&part), &mut done)
                        .map_err(|error| error.with_rows(place.clone()))?;
                    memory.took(self, &part, absorbed).await?;
                }
                Err(Failed::Run(error)) => return Err(error.with_rows(place)),
                Err(Failed::Call(error)) => {
                    if self.max_failures == 0 {
                        return Err(self.call_failed(error).with_rows(place));
                    }
                    if part.len() > 1 {
                        let half = part.len() / 2;
                        parts.push_front(part.slice(half, part.len() - half));
                        parts.push_front(part.slice(0, half));
                    } else {
                        done.failures += 1;
                        let all = failures + done.failures;
                        if all > self.max_failures {
                            let allowed = self.max_failures;
                            let kind =
                                StageErrorKind::TooManyFailures { failures: all, allowed, last: error };
                            return Err(self.failed(kind).with_rows(place));
                        }
                        self.reject(&part, &error, &mut done)?;
                    }
                    let lost = error_text(&part, self.name());
                    if !memory.recall(self, agreed).await? {
                        return Err(self.held_rows_lost(lost).with_rows(place));
                    }
                }
            }
        }
        done.busy = begun.elapsed();
        Ok(done)
    }

    /// The rows that fit the stage's input contract; the others are rejected.
    fn fitting(&self, rows: Rows, done: &mut Done) -> Result<Rows, StageError> {
        let Some(fit) = self.fit() else { return Ok(rows) };
        let (fitting, reasons) = fit.apply(&rows).map_err(|error| self.failed(error.into()))?;
        if !reasons.is_empty() {
            let count = reasons.len() as u64;
            let rejected =
                RejectedRows::unfit(&self.name, &rows, reasons).map_err(|error| self.failed(error.into()))?;
            done.side.push(SideRows::Rejected(Box::new(rejected)));
            done.tally.add(Tally { rows_in: count, rejected: count, ..Tally::default() });
        }
        Ok(fitting)
    }

    async fn finish(&self, agreed: &Contract, memory: &mut Memory) -> Result<Done, StageError> {
        let begun = Instant::now();
        let mut done = Done::default();
        match self.ask(Ask::Finish, agreed, memory).await {
            Ok(answer) => self.answered(answer, None, &mut done)?,
            Err(Failed::Run(error)) => return Err(error),
            Err(Failed::Call(error)) => return Err(self.call_failed(error)),
        }
        done.busy = begun.elapsed();
        Ok(done)
    }

    fn answered(&self, answer: Answer, input: Option<&Rows>, done: &mut Done) -> Result<(), StageError> {
        let Answer { applied, told, digest, .. } = answer;
        let digest = digest.to_string();
        done.tally.add(applied.tally);
        done.metrics.merge(told.metrics);
        for (output, batch) in told.emitted {
            done.side.push(SideRows::Emitted { stage: self.name.clone(), output, batch });
        }
        if let Some(input) = input.filter(|_| !applied.rejected.is_empty()) {
            let rejected = RejectedRows::new(&self.name, &digest, input, applied.rejected)
                .map_err(|error| self.failed(error.into()))?;
            done.side.push(SideRows::Rejected(Box::new(rejected)));
        }
        if !applied.rows.is_empty() {
            done.output.push(applied.rows);
        }
        done.digests.insert(digest);
        Ok(())
    }

    /// Rejects the one row that brings the plugin down.
    fn reject(&self, row: &Rows, error: &CallError, done: &mut Done) -> Result<(), StageError> {
        let code = if error.is_deadline() {
            "deadline"
        } else if error.is_memory() {
            "memory"
        } else {
            "trap"
        };
        let reason = RowError { row: 0, code: code.to_owned(), message: error.to_string() };
        let digest = self.plugin.digest().to_string();
        let rejected = RejectedRows::new(&self.name, &digest, row, vec![reason])
            .map_err(|error| self.failed(error.into()))?;
        done.side.push(SideRows::Rejected(Box::new(rejected)));
        done.tally.add(Tally { rows_in: 1, rejected: 1, ..Tally::default() });
        done.digests.insert(digest);
        Ok(())
    }
}

fn error_text(part: &Rows, stage: &str) -> String {
    format!("the plugin of {stage} failed on a batch of {} rows", part.len())
}
