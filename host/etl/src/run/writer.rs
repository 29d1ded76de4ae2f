//! The end of the stream: rows into the sinks, and at each barrier a commit.

use std::collections::HashSet;
use std::sync::Arc;

use arrow_array::UInt32Array;
use arrow_schema::ArrowError;
use tokio::sync::mpsc;

use super::arrivals::Arrivals;
use super::balance::balance;
use super::error::RunError;
use super::postponed::{Postponed, Waiting};
use super::stop::Stop;
use crate::bindings::witdock::etl::types::RowError;
use crate::checkpoint::{Checkpoint, Ledger};
use crate::figures::{StageFigures, Totals};
use crate::flow::{Barrier, DoneUnit, Flow, RejectedRows, SideRows};
use crate::live::LiveFigures;
use crate::pipeline::RejectedConfig;
use crate::preview::Preview;
use crate::rows::{Rows, SINK};
use crate::sink::{Commit, Prepared, Refusal, SideWriter, SinkError, SinkWriter};

/// Writes the stream into the sinks and commits it.
pub(super) struct Writer {
    pub(super) sinks: Vec<Box<dyn SinkWriter>>,
    /// The sinks' names, for messages.
    pub(super) names: Vec<String>,
    /// The number of stages.
    pub(super) stages: usize,
    pub(super) side: SideWriter,
    pub(super) ledger: Ledger,
    pub(super) preview: Preview,
    pub(super) rejected: RejectedConfig,
    pub(super) rows_out: u64,
    pub(super) columns: String,
    /// What is known of the rows of the commit that is under way.
    pub(super) arrivals: Arrivals,
    /// Rows that may be taken at the end of the commit.
    pub(super) postponed: Postponed,
    /// Whether the rows are rejected ones that run again.
    pub(super) retry: bool,
    /// Units before barriers at which nothing could be committed. The next commit covers them.
    pub(super) waiting: Vec<DoneUnit>,
    pub(super) live: Arc<LiveFigures>,
    /// Ends the writer although the stream has not ended, since its source gives nothing.
    pub(super) abandon: Stop,
}

/// The result of a stream that was written to its end.
pub(super) struct Written {
    pub(super) totals: Totals,
    pub(super) stages: Vec<StageFigures>,
    pub(super) commits: u64,
    pub(super) preview: Preview,
}

impl Writer {
    /// Writes the stream to its end. `None` when it ended before its last barrier, because another task failed.
    pub(super) fn run(mut self, mut input: mpsc::Receiver<Flow>) -> Result<Option<Written>, RunError> {
        let runtime = tokio::runtime::Handle::current();
        let abandon = self.abandon.clone();
        let mut next = || {
            runtime.block_on(async {
                tokio::select! {
                    biased;
                    () = abandon.requested() => None,
                    flow = input.recv() => flow,
                }
            })
        };
        while let Some(flow) = next() {
            match flow {
                Flow::Rows(rows) => self.rows(rows)?,
                // Rows that a sink did not take, again.
                Flow::Late(stage, rows) if stage == self.stages => self.rows(rows)?,
                Flow::Late(stage, _) => {
                    return Err(RunError::Balance(format!("rows for stage {stage} reached the sinks")));
                }
                Flow::Side(rows) => {
                    self.side.write(rows)?;
                    self.check_budget(None)?;
                }
                Flow::Barrier(barrier) if barrier.last => return self.last(*barrier).map(Some),
                Flow::Barrier(barrier) => self.barrier(*barrier)?,
            }
        }
        Ok(None)
    }

    fn rows(&mut self, rows: Rows) -> Result<(), RunError> {
        let known = self.arrivals.arrive(rows.len());
        let rows = self.reject(rows, known)?;
        let rows = self.accepted(rows, true)?;
        self.write(&rows)
    }

    fn write(&mut self, rows: &Rows) -> Result<(), RunError> {
        let batch = &rows.batch;
        for sink in &mut self.sinks {
            sink.write(batch)?;
        }
        self.rows_out += batch.num_rows() as u64;
        self.live.written(self.rows_out, self.side.figures().rejected);
        self.preview.take(batch);
        Ok(())
    }

    /// The rows that all sinks take. The others are rejected, or wait for the end of the commit if they may be taken then.
    fn accepted(&mut self, mut rows: Rows, may_wait: bool) -> Result<Rows, RunError> {
        loop {
            let mut refused = None;
            for (index, sink) in self.sinks.iter_mut().enumerate() {
                let refusals = sink.offer(&rows.batch)?;
                if !refusals.is_empty() {
                    refused = Some((index, refusals));
                    break;
                }
            }
            let Some((index, refusals)) = refused else { return Ok(rows) };
            for sink in self.sinks.iter_mut().take(index) {
                sink.withdraw()?;
            }
            let later = refusals.iter().filter(|refusal| refusal.later && may_wait);
            let later: HashSet<u32> = later.filter_map(|refusal| u32::try_from(refusal.row).ok()).collect();
            if !later.is_empty() && self.postponed.has_room(later.len()) {
                rows = self.postpone(&rows, &later)?;
                continue;
            }
            let name = self.names.get(index).cloned().unwrap_or_default();
            let reason = |Refusal { row, code, message, .. }| {
                let row = u32::try_from(row).ok()?;
                Some(RowError { row, code: code.into_owned(), message: format!("{name}: {message}") })
            };
            rows = self.reject(rows, refusals.into_iter().filter_map(reason).collect())?;
        }
    }

    /// Lets rows wait for the end of the commit, and returns the others.
    fn postpone(&mut self, rows: &Rows, later: &HashSet<u32>) -> Result<Rows, RunError> {
        let waiting = Waiting {
            rows: choose(rows, |row| later.contains(&row))?,
            numbers: self.arrivals.put_aside(later),
        };
        self.postponed.add(waiting);
        choose(rows, |row| !later.contains(&row))
    }

    /// Offers the rows that wait again, as long as one is taken, and rejects the others.
    fn offer_postponed(&mut self) -> Result<(), RunError> {
        let mut may_wait = true;
        while self.postponed.rows() > 0 {
            let before = self.postponed.rows();
            for Waiting { rows, numbers } in self.postponed.take() {
                self.arrivals.again(numbers);
                let rows = self.accepted(rows, may_wait)?;
                self.write(&rows)?;
            }
            may_wait = self.postponed.rows() < before;
        }
        Ok(())
    }

    /// Rejects rows, and returns the others.
    fn reject(&mut self, rows: Rows, reasons: Vec<RowError>) -> Result<Rows, RunError> {
        if reasons.is_empty() {
            return Ok(rows);
        }
        self.arrivals.refuse(&reasons);
        let refused: HashSet<u32> = reasons.iter().map(|reason| reason.row).collect();
        let others = choose(&rows, |row| !refused.contains(&row))?;
        let rejected = RejectedRows::unfit(SINK, &rows, reasons).map_err(unencodable)?;
        self.side.write(SideRows::Rejected(Box::new(rejected)))?;
        self.check_budget(None)?;
        Ok(others)
    }

    fn barrier(&mut self, barrier: Barrier) -> Result<(), RunError> {
        if let Some(stage) = &barrier.held {
            tracing::debug!(
                stage,
                "the plugin holds rows that it cannot hand over: no commit at this barrier"
            );
            self.waiting.extend(done(&barrier));
            return Ok(());
        }
        // A trial run has one commit, at its end.
        if !self.ledger.kept {
            return Ok(());
        }
        self.commit(barrier)?;
        Ok(())
    }

    fn last(mut self, barrier: Barrier) -> Result<Written, RunError> {
        let stages = barrier.stages.iter().map(|mark| mark.figures.clone()).collect();
        let totals = self.commit(barrier)?;
        let commits = if self.ledger.kept { self.ledger.done.commit } else { 1 };
        Ok(Written { totals, stages, commits, preview: self.preview })
    }

    fn commit(&mut self, barrier: Barrier) -> Result<Totals, RunError> {
        self.offer_postponed()?;
        self.check_budget(Some(barrier.rows_read))?;
        balance(&barrier, self.rows_out, self.side.figures()).map_err(RunError::Balance)?;
        let totals = Totals {
            rows_read: barrier.rows_read,
            bytes_read: barrier.bytes_read,
            rows_out: self.rows_out,
            side: self.side.figures().clone(),
        };
        let commit = Commit {
            run: self.ledger.done.run.clone(),
            number: self.ledger.done.commit + 1,
            last: barrier.last,
        };
        let prepared =
            self.sinks.iter_mut().map(|sink| sink.prepare(&commit)).collect::<Result<Vec<_>, _>>()?;
        let side = self.side.prepare(&commit)?;
        let publish = |prepared: &[Prepared]| {
            prepared.iter().flat_map(|prepared| prepared.publish.iter().cloned()).collect::<Vec<_>>()
        };
        let publish = [publish(&prepared), publish(&side)].concat();
        let (ledger, sinks) = (&mut self.ledger, &mut self.sinks);
        if !ledger.kept {
            sinks.iter_mut().try_for_each(|sink| sink.commit())?;
            publish.iter().try_for_each(|publish| publish.carry_out())?;
            sinks.iter_mut().try_for_each(|sink| sink.publish())?;
            self.side.commit()?;
            return Ok(totals);
        }
        let mut next = Checkpoint {
            commit: commit.number,
            complete: barrier.last,
            bookmark: barrier.bookmark.clone(),
            sinks: prepared.into_iter().map(|prepared| prepared.mark).collect(),
            side: side.into_iter().map(|prepared| prepared.mark).collect(),
            columns: self.columns.clone(),
            figures: totals.clone(),
            publish,
            refused: self.arrivals.end_commit(),
            retry: self.retry,
            ..ledger.done.clone()
        };
        next.units.append(&mut self.waiting);
        next.units.extend(done(&barrier));
        next.stages = barrier.stages;
        ledger.prepare(&next)?;
        sinks.iter_mut().try_for_each(|sink| sink.commit())?;
        self.side.commit()?;
        ledger.commit(next, || sinks.iter_mut().try_for_each(|sink| sink.publish()))?;
        self.live.committed(commit.number);
        tracing::debug!(number = commit.number, rows_out = self.rows_out, "committed");
        Ok(totals)
    }

    /// Ends the run if more rows were rejected than the pipeline allows. The share is checked only at a commit, where it is exact.
    fn check_budget(&self, rows_read: Option<u64>) -> Result<(), RunError> {
        let figures = self.side.figures();
        let worst = || {
            let worst = figures.codes.iter().max_by_key(|(_, rows)| **rows);
            worst.map_or_else(String::new, |((stage, code), rows)| format!("`{code}` by {stage} ({rows})"))
        };
        if let Some(allowed) = self.rejected.max_rows.filter(|allowed| figures.rejected > *allowed) {
            return Err(RunError::TooManyRejected { rejected: figures.rejected, allowed, worst: worst() });
        }
        if let (Some(allowed), Some(read)) = (self.rejected.max_percent, rows_read)
            && figures.rejected as f64 * 100.0 > allowed * read as f64
        {
            let percent = figures.rejected as f64 * 100.0 / read.max(1) as f64;
            return Err(RunError::TooLargeShareRejected { percent, allowed, worst: worst() });
        }
        Ok(())
    }
}

/// Those rows that are wanted, by their number in the batch.
fn choose(rows: &Rows, wanted: impl Fn(u32) -> bool) -> Result<Rows, RunError> {
    let wanted: UInt32Array = (0..).take(rows.len()).filter(|row| wanted(*row)).collect::<Vec<_>>().into();
    Ok(rows.take(&wanted).map_err(unencodable)?)
}

fn unencodable(error: ArrowError) -> SinkError {
    SinkError::Encode { path: "the file of rejected rows".into(), error: error.to_string() }
}

/// The units of a barrier, with the plugins that processed their rows.
fn done(barrier: &Barrier) -> impl Iterator<Item = DoneUnit> {
    barrier.units.iter().map(|unit| DoneUnit { plugins: barrier.plugins.clone(), ..unit.clone() })
}
