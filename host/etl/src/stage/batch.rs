use std::collections::{BTreeSet, HashSet, VecDeque};
use std::time::{Duration, Instant};

use arrow_schema::ArrowError;
use witdock::{CallError, counted};

use super::ask::Unanswered;
use super::call::{Answer, Ask};
use super::error::{StageError, StageErrorKind};
use super::input::InputFit;
use super::memory::Memory;
use super::plugin_run::PluginRun;
use crate::bindings::witdock::etl::types::RowError;
use crate::figures::Tally;
use crate::flow::{RejectedRows, SideRows};
use crate::metrics::Metrics;
use crate::rows::Rows;

/// The result of one batch, or of `finish`.
#[derive(Default)]
pub(super) struct BatchResult {
    pub(super) output: Vec<Rows>,
    pub(super) side: Vec<SideRows>,
    pub(super) tally: Tally,
    pub(super) batches: u64,
    pub(super) failures: u64,
    pub(super) metrics: Metrics,
    /// The components that answered.
    pub(super) digests: BTreeSet<String>,
    pub(super) busy: Duration,
}

impl BatchResult {
    /// The rows that fit what a stage expects, if it says so. The others are rejected.
    pub(super) fn fit(
        &mut self,
        stage: &str,
        fit: Option<&InputFit>,
        rows: Rows,
    ) -> Result<Rows, ArrowError> {
        let Some(fit) = fit else { return Ok(rows) };
        let (fitting, reasons) = fit.apply(&rows)?;
        self.reject(stage, &rows, reasons)?;
        Ok(fitting)
    }

    fn reject(&mut self, stage: &str, rows: &Rows, reasons: Vec<RowError>) -> Result<(), ArrowError> {
        if reasons.is_empty() {
            return Ok(());
        }
        let count = reasons.len() as u64;
        let rejected = RejectedRows::unfit(stage, rows, reasons)?;
        self.side.push(SideRows::Rejected(Box::new(rejected)));
        self.tally.add(Tally { rows_in: count, rejected: count, ..Tally::default() });
        Ok(())
    }
}

impl PluginRun {
    /// Has the plugin process a batch. If the plugin fails, the batch is halved until the rows that make it fail are alone, and
    /// those are rejected. `failures` is how many rows of the run have made it fail before.
    pub(super) async fn process(
        &self,
        rows: Rows,
        memory: &mut Memory,
        failures: u64,
    ) -> Result<BatchResult, StageError> {
        let begun = Instant::now();
        let mut result = BatchResult { batches: 1, ..BatchResult::default() };
        let rows = self.fitting(rows, &mut result)?;
        if rows.is_empty() {
            return Ok(result);
        }
        let mut parts = VecDeque::from([rows]);
        while let Some(part) = parts.pop_front() {
            let place = Ask::Process(&part).rows();
            match self.ask(Ask::Process(&part), memory).await {
                Ok(answer) => {
                    let absorbed = answer.applied.tally.absorbed > 0;
                    self.add(answer, Some(&part), &mut result)
                        .map_err(|error| error.with_rows(place.clone()))?;
                    memory.took(self, &part, absorbed).await?;
                }
                Err(Unanswered::Fatal(error)) => return Err(error.with_rows(place)),
                Err(Unanswered::Failed(error)) => {
                    let allowed = self.stage.max_failures;
                    if allowed == 0 {
                        return Err(self.stage.call_failed(error).with_rows(place));
                    }
                    if part.len() > 1 {
                        let half = part.len() / 2;
                        parts.push_front(part.slice(half, part.len() - half));
                        parts.push_front(part.slice(0, half));
                    } else {
                        result.failures += 1;
                        let failures = failures + result.failures;
                        if failures > allowed {
                            let kind = StageErrorKind::TooManyFailures { failures, allowed, last: error };
                            return Err(self.stage.failed(kind).with_rows(place));
                        }
                        self.reject(&part, &error, &mut result)?;
                    }
                    if !memory.recall(self).await? {
                        let (stage, rows) = (self.stage.name(), counted(part.len() as u64, "row"));
                        let how = format!("the plugin of {stage} failed on a batch of {rows}");
                        return Err(self.stage.held_rows_lost(how).with_rows(place));
                    }
                }
            }
        }
        result.busy = begun.elapsed();
        Ok(result)
    }

    /// Asks the plugin for the rows that it still holds.
    pub(super) async fn finish(&self, memory: &mut Memory) -> Result<BatchResult, StageError> {
        let begun = Instant::now();
        let mut result = BatchResult::default();
        match self.ask(Ask::Finish, memory).await {
            Ok(answer) => self.add(answer, None, &mut result)?,
            Err(Unanswered::Fatal(error)) => return Err(error),
            Err(Unanswered::Failed(error)) => return Err(self.stage.call_failed(error)),
        }
        result.busy = begun.elapsed();
        Ok(result)
    }

    /// The rows that fit the stage's `input`, and whose values the plugin can see. The others are rejected.
    fn fitting(&self, rows: Rows, result: &mut BatchResult) -> Result<Rows, StageError> {
        let arrow = |error: ArrowError| self.stage.failed(error.into());
        let rows = result.fit(self.stage.name(), self.fit.as_ref(), rows).map_err(arrow)?;
        let reasons = self.contract.unseen(&rows.batch).map_err(arrow)?;
        if reasons.is_empty() {
            return Ok(rows);
        }
        let unseen: HashSet<u32> = reasons.iter().map(|reason| reason.row).collect();
        let seen = (0..).take(rows.len()).filter(|row| !unseen.contains(row));
        let seen = rows.take(&seen.collect::<Vec<u32>>().into()).map_err(arrow)?;
        result.reject(self.stage.name(), &rows, reasons).map_err(arrow)?;
        Ok(seen)
    }

    /// Adds an answer to the result.
    fn add(&self, answer: Answer, input: Option<&Rows>, result: &mut BatchResult) -> Result<(), StageError> {
        let Answer { applied, report, digest, .. } = answer;
        let digest = digest.to_string();
        result.tally.add(applied.tally);
        result.metrics.merge(report.metrics);
        for (output, batch) in report.emitted {
            result.side.push(SideRows::Emitted { stage: self.stage.name().to_owned(), output, batch });
        }
        if let Some(input) = input.filter(|_| !applied.rejected.is_empty()) {
            let rejected = RejectedRows::new(self.stage.name(), &digest, input, applied.rejected)
                .map_err(|error| self.stage.failed(error.into()))?;
            result.side.push(SideRows::Rejected(Box::new(rejected)));
        }
        if !applied.rows.is_empty() {
            result.output.push(applied.rows);
        }
        result.digests.insert(digest);
        Ok(())
    }

    /// Rejects the one row that makes the plugin fail.
    fn reject(&self, row: &Rows, error: &CallError, result: &mut BatchResult) -> Result<(), StageError> {
        let code = if error.is_deadline() {
            "deadline"
        } else if error.is_memory() {
            "memory"
        } else {
            "trap"
        };
        let reason = RowError { row: 0, code: code.to_owned(), message: error.to_string() };
        let digest = self.stage.plugin().digest().to_string();
        let rejected = RejectedRows::new(self.stage.name(), &digest, row, vec![reason])
            .map_err(|error| self.stage.failed(error.into()))?;
        result.side.push(SideRows::Rejected(Box::new(rejected)));
        result.tally.add(Tally { rows_in: 1, rejected: 1, ..Tally::default() });
        result.digests.insert(digest);
        Ok(())
    }
}
