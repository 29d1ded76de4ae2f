//! The rows of a batch through the steps.

use std::collections::HashSet;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, BooleanArray, RecordBatch, UInt32Array};
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use arrow_schema::{ArrowError, SchemaRef};
use arrow_select::filter::filter;
use arrow_select::take::take_record_batch;
use witdock_etl_expression::{Checked, Failure};

use super::evaluate::{Evaluated, evaluate};
use super::plan::{Made, Planned, Steps};
use super::view::{Views, seen_as};
use crate::bindings::witdock::etl::types::RowError;
use crate::rows::Rows;
use crate::values::{exact, type_name};

/// What comes of some rows.
pub(crate) struct Passed {
    /// The rows that come out.
    pub(crate) rows: Rows,
    /// Indexes of rejected rows, each with its reason.
    pub(crate) rejected: Vec<RowError>,
}

/// The rows between two steps.
struct Current {
    batch: RecordBatch,
    /// For each row its index in the input.
    rows: UInt32Array,
    rejected: Vec<RowError>,
}

impl Steps {
    /// Takes rows through all steps.
    ///
    /// # Errors
    ///
    /// When an operation of Arrow fails, which is not about a single row.
    pub(crate) fn apply(&self, rows: &Rows) -> Result<Passed, ArrowError> {
        let count = u32::try_from(rows.len())
            .map_err(|_| ArrowError::InvalidArgumentError("a batch of more than 2^32 rows".to_owned()))?;
        let all = (0..count).collect::<Vec<_>>().into();
        let mut current = Current { batch: rows.batch.clone(), rows: all, rejected: Vec::new() };
        for step in &self.steps {
            match step {
                Planned::Filter { condition, text } => current.filter(condition, text)?,
                Planned::Project { columns, schema } => current.project(columns, schema)?,
                Planned::Make { value, name, index, schema } => current.make(value, name, *index, schema)?,
            }
        }
        let origin = if current.rows.len() == rows.len() {
            rows.origin.clone()
        } else {
            rows.origin.take(&current.rows)?
        };
        current.rejected.sort_by_key(|reason| reason.row);
        Ok(Passed { rows: Rows { batch: current.batch, origin }, rejected: current.rejected })
    }
}

impl Current {
    fn filter(&mut self, condition: &Checked, text: &str) -> Result<(), ArrowError> {
        self.drop_unseen(condition.columns())?;
        let Evaluated { values, failures } = self.evaluate(condition)?;
        let told = |failure: &Failure| format!("filter: {}{}", failure.message, place(text, failure));
        let failed = self.note(&failures, told);
        let Some(holds) = values.as_boolean_opt() else { return Ok(()) };
        let kept = |row: usize| holds.is_valid(row) && holds.value(row) && !failed.contains(&row);
        let kept: BooleanArray = (0..holds.len()).map(|row| Some(kept(row))).collect();
        self.keep(&kept)
    }

    fn project(&mut self, columns: &[usize], schema: &SchemaRef) -> Result<(), ArrowError> {
        let columns = columns.iter().filter_map(|index| self.batch.columns().get(*index).cloned()).collect();
        self.batch = self.batch_of(schema, columns)?;
        Ok(())
    }

    fn make(&mut self, value: &Made, name: &str, index: usize, schema: &SchemaRef) -> Result<(), ArrowError> {
        let made = match value {
            Made::Copy(column) => {
                let column = self.batch.columns().get(*column).cloned();
                column.ok_or_else(|| ArrowError::SchemaError(format!("no column for `{name}`")))?
            }
            Made::Expression { value, text } => {
                self.drop_unseen(value.columns())?;
                let Evaluated { values, failures } = self.evaluate(value)?;
                let told = |failure: &Failure| match text {
                    Some(text) => format!("column `{name}`: {}{}", failure.message, place(text, failure)),
                    None => format!("column `{name}`: {}", failure.message),
                };
                let failed = self.note(&failures, told);
                self.without(values, &failed)?
            }
            Made::Exact { column, to } => {
                let Some(given) = self.batch.columns().get(*column).cloned() else { return Ok(()) };
                let values = exact(&given, to)?;
                let failures = lost(&given, &values, |value| format!("`{value}` is not {}", type_name(to)))?;
                let failed = self.note_all("cast", name, failures);
                self.without(values, &failed)?
            }
        };
        let mut columns = self.batch.columns().to_vec();
        match columns.get_mut(index) {
            Some(place) => *place = made,
            None => columns.push(made),
        }
        self.batch = self.batch_of(schema, columns)?;
        Ok(())
    }

    fn evaluate(&self, expression: &Checked) -> Result<Evaluated, ArrowError> {
        let views = Views::of(&self.batch, expression.columns())?;
        evaluate(expression, &views, self.batch.num_rows())
    }

    /// Rejects the rows with a value that expressions do not see, as a time with nanoseconds.
    fn drop_unseen(&mut self, read: &[usize]) -> Result<(), ArrowError> {
        for column in read {
            let Some(given) = self.batch.columns().get(*column).cloned() else { continue };
            let seen_type = seen_as(given.data_type());
            if *given.data_type() == seen_type {
                continue;
            }
            let seen = exact(&given, &seen_type)?;
            let told = |value: &str| {
                format!("`{value}` is not {}, as which expressions see it", type_name(&seen_type))
            };
            let unseen = lost(&given, &seen, told)?;
            let name = self.batch.schema().field(*column).name().clone();
            let failed = self.note_all("schema", &name, unseen);
            self.without(given, &failed)?;
        }
        Ok(())
    }

    fn note_all(&mut self, code: &str, name: &str, failures: Vec<(usize, String)>) -> HashSet<usize> {
        let rows: HashSet<_> = failures.iter().map(|(row, _)| *row).collect();
        for (row, message) in failures {
            self.reject(row, code, format!("column `{name}`: {message}"));
        }
        rows
    }

    /// Notes the rows that fail, and returns them.
    fn note(&mut self, failures: &[(usize, Failure)], told: impl Fn(&Failure) -> String) -> HashSet<usize> {
        for (row, failure) in failures {
            self.reject(*row, failure.code, told(failure));
        }
        failures.iter().map(|(row, _)| *row).collect()
    }

    fn reject(&mut self, row: usize, code: &str, message: String) {
        if row < self.rows.len() {
            let row = self.rows.value(row);
            self.rejected.push(RowError { row, code: code.to_owned(), message });
        }
    }

    /// Leaves the failed rows out, and returns the column without them.
    fn without(&mut self, column: ArrayRef, failed: &HashSet<usize>) -> Result<ArrayRef, ArrowError> {
        if failed.is_empty() {
            return Ok(column);
        }
        let kept: BooleanArray = (0..column.len()).map(|row| Some(!failed.contains(&row))).collect();
        self.keep(&kept)?;
        filter(column.as_ref(), &kept)
    }

    fn keep(&mut self, kept: &BooleanArray) -> Result<(), ArrowError> {
        if kept.true_count() == kept.len() {
            return Ok(());
        }
        let indexes: UInt32Array = (0..)
            .zip(kept.iter())
            .filter(|(_, kept)| *kept == Some(true))
            .map(|(row, _)| row)
            .collect::<Vec<u32>>()
            .into();
        self.rows =
            indexes.values().iter().map(|row| self.rows.value(*row as usize)).collect::<Vec<_>>().into();
        self.batch = take_record_batch(&self.batch, &indexes)?;
        Ok(())
    }

    fn batch_of(&self, schema: &SchemaRef, columns: Vec<ArrayRef>) -> Result<RecordBatch, ArrowError> {
        RecordBatch::try_new(Arc::clone(schema), columns)
    }
}

/// The rows whose value is null after a conversion and was not before, each with the reason.
fn lost(
    given: &ArrayRef,
    converted: &ArrayRef,
    told: impl Fn(&str) -> String,
) -> Result<Vec<(usize, String)>, ArrowError> {
    let (before, after) = (given.logical_nulls(), converted.logical_nulls());
    let count =
        |nulls: &Option<arrow_buffer::NullBuffer>| nulls.as_ref().map_or(0, |nulls| nulls.null_count());
    if count(&before) == count(&after) {
        return Ok(Vec::new());
    }
    let options = FormatOptions::default();
    let text = ArrayFormatter::try_new(given.as_ref(), &options)?;
    let is_null = |nulls: &Option<arrow_buffer::NullBuffer>, row| {
        nulls.as_ref().is_some_and(|nulls| nulls.is_null(row))
    };
    let lost = (0..given.len()).filter(|row| is_null(&after, *row) && !is_null(&before, *row));
    Ok(lost.map(|row| (row, told(&text.value(row).to_string()))).collect())
}

/// Where in the expression a row fails, unless it is the whole of it.
fn place(text: &str, failure: &Failure) -> String {
    match text.get(failure.span.clone()) {
        Some(part) if part != text.trim() => format!(", in `{part}`"),
        _ => String::new(),
    }
}
