//! The contract of a transform: the columns that it reads and makes, and how its answers become rows.

mod bounds;
mod error;
mod fates;
mod limits;

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions, UInt32Array};
use arrow_schema::{ArrowError, Field, FieldRef, Schema, SchemaRef};
use arrow_select::take::take;

pub use self::error::{ContractError, OutputError};
use self::fates::Fates;
use crate::bindings::witdock::etl::types;
use crate::columns::{
    MAX_ROWS, column_from_guest, column_to_guest, field_from_guest, schema_difference, unseen,
};
use crate::figures::Tally;
use crate::rows::{Origin, Rows};

/// A contract that has been checked against an input schema.
#[derive(Debug, Clone)]
pub struct Contract {
    reads: Vec<usize>,
    output: Vec<OutputColumn>,
    input: SchemaRef,
    schema: SchemaRef,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum OutputColumn {
    Same(usize),
    New,
}

/// The rows that one answer makes.
#[derive(Debug)]
pub struct Applied {
    /// The rows that come out.
    pub rows: Rows,
    /// Indexes of rejected rows in the batch, each with its reason.
    pub rejected: Vec<types::RowError>,
    /// Where the batch's rows went.
    pub tally: Tally,
}

impl Contract {
    /// Checks the contract that `describe` gave for an input with these columns.
    ///
    /// # Errors
    ///
    /// When the contract refers to columns that do not exist, or its output columns are invalid.
    pub fn new(input: &SchemaRef, contract: &types::Contract) -> Result<Self, ContractError> {
        bounds::check(contract)?;
        let columns = input.fields().len();
        let reads = contract
            .reads
            .iter()
            .map(|index| {
                input_column(input, *index)
                    .map(|(column, _)| column)
                    .ok_or(ContractError::Reads { index: *index, columns })
            })
            .collect::<Result<_, _>>()?;
        let mut output = Vec::with_capacity(contract.output.len());
        let mut fields: Vec<FieldRef> = Vec::with_capacity(contract.output.len());
        let mut names = HashSet::new();
        for given in &contract.output {
            let (column, field) = match given {
                types::OutputField::Same(index) => {
                    let (column, field) =
                        input_column(input, *index).ok_or(ContractError::Same { index: *index, columns })?;
                    (OutputColumn::Same(column), Arc::clone(field))
                }
                types::OutputField::New(field) => {
                    let field = field_from_guest(field)
                        .map_err(|error| ContractError::Field { name: field.name.clone(), error })?;
                    (OutputColumn::New, Arc::new(field))
                }
            };
            if !names.insert(field.name().clone()) {
                return Err(ContractError::DuplicateName { name: field.name().clone() });
            }
            output.push(column);
            fields.push(field);
        }
        if fields.is_empty() {
            return Err(ContractError::NoOutput);
        }
        Ok(Self { reads, output, input: Arc::clone(input), schema: Arc::new(Schema::new(fields)) })
    }

    /// The schema of what comes out.
    pub fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    /// The first difference between this contract and another one in words: of the input columns, then of the output.
    pub fn difference(&self, agreed: &Self) -> Option<String> {
        schema_difference(&agreed.input, &self.input)
            .map(|difference| format!("of the input, {difference}"))
            .or_else(|| schema_difference(&agreed.schema, &self.schema))
    }

    /// The number of columns that the plugin reads.
    pub fn columns_read(&self) -> usize {
        self.reads.len()
    }

    /// The number of columns that the plugin makes.
    pub fn columns_made(&self) -> usize {
        self.output.iter().filter(|column| **column == OutputColumn::New).count()
    }

    /// The columns that the plugin reads, in the form that the plugin gets.
    ///
    /// # Errors
    ///
    /// When Arrow cannot write a column as IPC.
    pub fn read(&self, batch: &RecordBatch) -> Result<types::Batch, ArrowError> {
        let columns = self
            .reads
            .iter()
            .filter_map(|column| batch.columns().get(*column))
            .map(column_to_guest)
            .collect::<Result<_, _>>()?;
        let rows = u32::try_from(batch.num_rows())
            .map_err(|_| ArrowError::InvalidArgumentError("a batch of more than 2^32 rows".to_owned()))?;
        Ok(types::Batch { rows, columns })
    }

    /// The rows with a value that the plugin reads and cannot see, as a time with nanoseconds, each with the reason.
    ///
    /// # Errors
    ///
    /// When Arrow cannot cast a column.
    pub fn unseen(&self, batch: &RecordBatch) -> Result<Vec<types::RowError>, ArrowError> {
        let mut reasons = BTreeMap::new();
        for column in &self.reads {
            let field = self.input.fields().get(*column);
            let Some((field, array)) = field.zip(batch.columns().get(*column)) else { continue };
            for (row, reason) in unseen(field.name(), array)? {
                reasons.entry(row).or_insert(reason);
            }
        }
        let error = |(row, message)| {
            let row = u32::try_from(row).ok()?;
            Some(types::RowError { row, code: "schema".to_owned(), message })
        };
        Ok(reasons.into_iter().filter_map(error).collect())
    }

    /// The rows that an output of `process` makes of `input`.
    ///
    /// # Errors
    ///
    /// When the output does not match the contract, or contradicts itself.
    pub fn apply(&self, input: &Rows, output: types::Output) -> Result<Applied, OutputError> {
        let rows_in = input.len();
        let mut fates = Fates::new(rows_in);
        for rejected in &output.rejected {
            fates.reject(rejected.row)?;
        }
        let mut tally =
            Tally { rows_in: rows_in as u64, rejected: output.rejected.len() as u64, ..Tally::default() };
        let rows = match output.rows {
            types::OutputRows::All => {
                if !output.rejected.is_empty() {
                    return Err(OutputError::RejectedWithAll { rejected: output.rejected.len() });
                }
                let columns = self.made(output.columns, rows_in)?;
                let batch = self.assemble(columns, rows_in, |column| passed_on(&input.batch, column))?;
                Rows { batch, origin: input.origin.clone() }
            }
            types::OutputRows::Selected(selected) => {
                bounded(selected.len())?;
                for row in &selected {
                    fates.give(*row)?;
                }
                tally.repeated = fates.repeated;
                tally.dropped = rows_in as u64 - tally.rejected - (selected.len() as u64 - fates.repeated);
                let columns = self.made(output.columns, selected.len())?;
                let count = selected.len();
                let selected = UInt32Array::from(selected);
                let batch = self.assemble(columns, count, |column| {
                    Ok(take(&passed_on(&input.batch, column)?, &selected, None)?)
                })?;
                Rows { batch, origin: input.origin.take(&selected)? }
            }
            types::OutputRows::Fresh(count) => {
                tally.made = u64::from(count);
                tally.absorbed = rows_in as u64 - tally.rejected;
                self.fresh(count, output.columns)?
            }
        };
        tally.rows_out = rows.len() as u64;
        Ok(Applied { rows, rejected: output.rejected, tally })
    }

    /// The rows that an output of `finish` makes.
    ///
    /// # Errors
    ///
    /// When the output does not match the contract, or refers to input rows.
    pub fn apply_finish(&self, output: types::Output) -> Result<Applied, OutputError> {
        let types::OutputRows::Fresh(count) = output.rows else {
            // A transform that holds nothing can answer in any of the three ways.
            return match output.rows {
                types::OutputRows::Selected(rows) if !rows.is_empty() => {
                    Err(OutputError::FinishWithoutInput { what: "select" })
                }
                _ => self.nothing(&output.rejected),
            };
        };
        if !output.rejected.is_empty() {
            return Err(OutputError::FinishWithoutInput { what: "reject" });
        }
        let rows = self.fresh(count, output.columns)?;
        let made = u64::from(count);
        Ok(Applied { rows, rejected: Vec::new(), tally: Tally { made, rows_out: made, ..Tally::default() } })
    }

    fn nothing(&self, rejected: &[types::RowError]) -> Result<Applied, OutputError> {
        if !rejected.is_empty() {
            return Err(OutputError::FinishWithoutInput { what: "reject" });
        }
        let batch = RecordBatch::new_empty(self.schema());
        Ok(Applied {
            rows: Rows { batch, origin: Origin::Made },
            rejected: Vec::new(),
            tally: Tally::default(),
        })
    }

    /// Rows without an input row: the plugin gives every column.
    fn fresh(&self, count: u32, columns: Vec<types::Column>) -> Result<Rows, OutputError> {
        let rows = bounded(count as usize)?;
        let columns =
            take_columns(columns, self.schema.fields().iter(), rows, "fresh rows, which have every column")?;
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        let batch = RecordBatch::try_new_with_options(self.schema(), columns, &options)?;
        Ok(Rows { batch, origin: Origin::Made })
    }

    /// The columns that the plugin made, after a check.
    fn made(&self, columns: Vec<types::Column>, rows: usize) -> Result<Vec<ArrayRef>, OutputError> {
        let fields = self.output.iter().zip(self.schema.fields());
        let new = fields.filter(|(column, _)| **column == OutputColumn::New).map(|(_, field)| field);
        take_columns(columns, new, rows, "its `new` columns")
    }

    fn assemble(
        &self,
        made: Vec<ArrayRef>,
        rows: usize,
        same: impl Fn(usize) -> Result<ArrayRef, OutputError>,
    ) -> Result<RecordBatch, OutputError> {
        let mut made = made.into_iter();
        let columns = self
            .output
            .iter()
            .filter_map(|column| match column {
                OutputColumn::Same(index) => Some(same(*index)),
                OutputColumn::New => made.next().map(Ok),
            })
            .collect::<Result<Vec<_>, _>>()?;
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        Ok(RecordBatch::try_new_with_options(self.schema(), columns, &options)?)
    }
}

fn input_column(input: &SchemaRef, index: u32) -> Option<(usize, &FieldRef)> {
    let column = usize::try_from(index).ok()?;
    Some((column, input.fields().get(column)?))
}

fn passed_on(batch: &RecordBatch, column: usize) -> Result<ArrayRef, OutputError> {
    let found = batch.columns().get(column).map(Arc::clone);
    Ok(found.ok_or_else(|| ArrowError::SchemaError(format!("the batch has no column {column}")))?)
}

fn bounded(rows: usize) -> Result<usize, OutputError> {
    if rows > MAX_ROWS { Err(OutputError::TooManyRows { rows }) } else { Ok(rows) }
}

fn take_columns<'a>(
    columns: Vec<types::Column>,
    fields: impl Iterator<Item = &'a Arc<Field>>,
    rows: usize,
    what: &'static str,
) -> Result<Vec<ArrayRef>, OutputError> {
    let fields: Vec<_> = fields.collect();
    if fields.len() != columns.len() {
        return Err(OutputError::ColumnCount { what, expected: fields.len(), found: columns.len() });
    }
    fields
        .into_iter()
        .zip(columns)
        .map(|(field, column)| {
            column_from_guest(column, field, rows)
                .map_err(|error| OutputError::Column { column: field.name().clone(), error })
        })
        .collect()
}

#[cfg(test)]
mod tests;
