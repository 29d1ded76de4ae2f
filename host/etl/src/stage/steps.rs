//! A stage without a plugin: steps of the program itself.

use std::sync::Arc;
use std::time::Instant;

use arrow_schema::{ArrowError, SchemaRef};

use super::batch::BatchResult;
use super::error::{StageError, StageErrorKind};
use super::input::InputFit;
use crate::figures::Tally;
use crate::flow::{RejectedRows, SideRows};
use crate::pipeline::{InputContract, StageConfig, Step};
use crate::rows::Rows;
use crate::steps::{Passed, Steps};

/// The steps of a stage, as the pipeline file has them.
#[derive(Debug)]
pub struct StepsStage {
    name: String,
    steps: Vec<Step>,
    input: Option<InputContract>,
}

impl StepsStage {
    pub(super) fn new(config: &StageConfig, steps: &[Step]) -> Self {
        Self { name: config.name.clone(), steps: steps.to_vec(), input: config.input.clone() }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The names of the steps.
    pub(super) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.steps.iter().map(Step::name)
    }

    pub(super) fn failed(&self, kind: StageErrorKind) -> StageError {
        StageError { stage: self.name.clone(), rows: None, kind: Box::new(kind) }
    }
}

/// A stage's steps over the columns of one run.
#[derive(Debug)]
pub struct StepsRun {
    pub(super) stage: Arc<StepsStage>,
    pub(super) steps: Steps,
    fit: Option<InputFit>,
}

impl StepsRun {
    /// Checks the steps against the columns of the input.
    pub(super) fn start(stage: Arc<StepsStage>, input: &SchemaRef) -> Result<Self, StageError> {
        let fit = stage.input.as_ref().map(|contract| InputFit::new(contract, input)).transpose();
        let fit = fit.map_err(|difference| stage.failed(StageErrorKind::Drifted(difference)))?;
        let columns = fit.as_ref().map_or_else(|| Arc::clone(input), InputFit::schema);
        let steps = Steps::plan(&stage.steps, &columns)
            .map_err(|invalid| stage.failed(StageErrorKind::Step(invalid)))?;
        Ok(Self { stage, steps, fit })
    }

    pub(super) fn process(&self, rows: &Rows) -> Result<BatchResult, StageError> {
        let begun = Instant::now();
        let mut result = BatchResult { batches: 1, ..BatchResult::default() };
        let arrow = |error: ArrowError| self.stage.failed(error.into());
        let fitting = result.fit(&self.stage.name, self.fit.as_ref(), rows.clone()).map_err(arrow)?;
        let Passed { rows: passed, rejected } = self.steps.apply(&fitting).map_err(arrow)?;
        let (rows_in, rows_out) = (fitting.len() as u64, passed.len() as u64);
        let count = rejected.len() as u64;
        result.tally.add(Tally {
            rows_in,
            rows_out,
            rejected: count,
            dropped: rows_in.saturating_sub(rows_out + count),
            ..Tally::default()
        });
        if !rejected.is_empty() {
            let rejected = RejectedRows::unfit(&self.stage.name, &fitting, rejected).map_err(arrow)?;
            result.side.push(SideRows::Rejected(Box::new(rejected)));
        }
        if !passed.is_empty() {
            result.output.push(passed);
        }
        result.busy = begun.elapsed();
        Ok(result)
    }
}
