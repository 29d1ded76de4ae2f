//! What a transform has said that it reads and writes, and how its answers become rows.

use std::collections::HashSet;
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions, UInt32Array};
use arrow_schema::{ArrowError, Field, FieldRef, Schema, SchemaRef};
use arrow_select::take::take;
use thiserror::Error;

use crate::bindings::witdock::etl::types;
use crate::columns::{ColumnError, MAX_ROWS, column_from_guest, column_to_guest, field_from_guest};
use crate::rows::{Origin, Rows};

/// What is wrong with a contract that a plugin gave.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ContractError {
    /// A column is read that is not there.
    #[error("its contract reads the input column {index}, and the input has {columns} (counted from 0)")]
    Reads {
        /// The index given.
        index: u32,
        /// Columns in the input.
        columns: usize,
    },
    /// A column is passed on that is not there.
    #[error("its contract passes on the input column {index}, and the input has {columns} (counted from 0)")]
    Same {
        /// The index given.
        index: u32,
        /// Columns in the input.
        columns: usize,
    },
    /// Two output columns have one name.
    #[error("its contract gives two output columns the name `{name}`")]
    DuplicateName {
        /// The name.
        name: String,
    },
    /// The output has no columns.
    #[error("its contract has no output column: a stage has to give at least one")]
    NoOutput,
    /// A field of the output is not described rightly.
    #[error("its contract describes the output column `{name}` wrongly: {error}")]
    Field {
        /// The column.
        name: String,
        /// What is wrong.
        error: ColumnError,
    },
}

/// What is wrong with what a plugin gave for a batch.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum OutputError {
    /// There are more or fewer columns than the contract says.
    #[error("it gave {found} columns for {what}, and its contract promises {expected}")]
    ColumnCount {
        /// Which columns were expected.
        what: &'static str,
        /// How many were promised.
        expected: usize,
        /// How many came.
        found: usize,
    },
    /// A column is not as promised.
    #[error("its column `{column}` is not usable: {error}")]
    Column {
        /// The output column's name.
        column: String,
        /// What is wrong.
        error: ColumnError,
    },
    /// A row number is out of range.
    #[error("it {what} row {row}, and the batch has {rows} (counted from 0)")]
    RowOutOfRange {
        /// What it did to the row.
        what: &'static str,
        /// The number.
        row: u32,
        /// Rows in the batch.
        rows: usize,
    },
    /// A row is rejected twice.
    #[error("it rejected row {row} twice")]
    RejectedTwice {
        /// The row, from 0.
        row: u32,
    },
    /// A row is rejected and comes out all the same.
    #[error("it rejected row {row} and gave it out as well")]
    RejectedAndGiven {
        /// The row, from 0.
        row: u32,
    },
    /// Rows are rejected though all come out.
    #[error("it rejected {rejected} rows and said that all come out: name the others with `selected`")]
    RejectedWithAll {
        /// Rows rejected.
        rejected: usize,
    },
    /// `finish` speaks of input rows, and there are none.
    #[error("`finish` may only give `fresh` rows: there is no batch whose rows it could {what}")]
    FinishWithoutInput {
        /// What it tried.
        what: &'static str,
    },
    /// There are more rows than the host takes at once.
    #[error("it gave {rows} rows at once, and {MAX_ROWS} is the most: give them in several batches")]
    TooManyRows {
        /// Rows given.
        rows: usize,
    },
    /// Arrow would not put the batch together.
    #[error("its output does not make a batch: {0}")]
    Arrow(#[from] ArrowError),
}

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

/// What became of the rows of one batch.
#[derive(Debug)]
pub struct Applied {
    /// The rows that come out.
    pub rows: Rows,
    /// Indexes of rejected rows in the batch, each with its reason.
    pub rejected: Vec<types::RowError>,
    /// Where the batch's rows went.
    pub tally: Tally,
}

/// Where rows went: `rows_in + repeated + made = rows_out + rejected + dropped + absorbed`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Tally {
    /// Rows that went in.
    pub rows_in: u64,
    /// Rows that came out.
    pub rows_out: u64,
    /// Rows in that were rejected.
    pub rejected: u64,
    /// Rows in that were left out of a selection: filtered.
    pub dropped: u64,
    /// Rows in that a plugin kept or summed up, answering with rows of its own.
    pub absorbed: u64,
    /// Rows out that repeat a row.
    pub repeated: u64,
    /// Rows out that the plugin made.
    pub made: u64,
}

impl Tally {
    /// Adds another tally to this one.
    pub fn add(&mut self, other: Self) {
        self.rows_in += other.rows_in;
        self.rows_out += other.rows_out;
        self.rejected += other.rejected;
        self.dropped += other.dropped;
        self.absorbed += other.absorbed;
        self.repeated += other.repeated;
        self.made += other.made;
    }

    /// Whether every row is accounted for.
    pub fn balances(&self) -> bool {
        self.rows_in + self.repeated + self.made
            == self.rows_out + self.rejected + self.dropped + self.absorbed
    }
}

impl Contract {
    /// Checks what `describe` gave for an input of this schema.
    ///
    /// # Errors
    ///
    /// When the contract speaks of columns that are not there, or its output is no schema.
    pub fn new(input: &SchemaRef, contract: &types::Contract) -> Result<Self, ContractError> {
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

    /// The first difference between what this contract and another one take and give, in words.
    pub fn difference(&self, agreed: &Self) -> Option<String> {
        schema_difference(&agreed.input, &self.input)
            .map(|difference| format!("of the input, {difference}"))
            .or_else(|| schema_difference(&agreed.schema, &self.schema))
    }

    /// How many columns cross the boundary to the plugin.
    pub fn columns_read(&self) -> usize {
        self.reads.len()
    }

    /// How many columns come back over the boundary.
    pub fn columns_made(&self) -> usize {
        self.output.iter().filter(|column| **column == OutputColumn::New).count()
    }

    /// The columns that the plugin reads, ready to cross the boundary.
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

    /// Makes rows of what `process` gave for `input`.
    ///
    /// # Errors
    ///
    /// When the output is not what the contract says, or contradicts itself.
    pub fn apply(&self, input: &Rows, output: types::Output) -> Result<Applied, OutputError> {
        let rows_in = input.len();
        let mut fate = Fates::new(rows_in);
        for rejected in &output.rejected {
            fate.reject(rejected.row)?;
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
                    fate.give(*row)?;
                }
                tally.repeated = fate.repeated;
                tally.dropped = rows_in as u64 - tally.rejected - (selected.len() as u64 - fate.repeated);
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

    /// Makes rows of what `finish` gave.
    ///
    /// # Errors
    ///
    /// When the output is not what the contract says, or speaks of input rows.
    pub fn apply_finish(&self, output: types::Output) -> Result<Applied, OutputError> {
        let types::OutputRows::Fresh(count) = output.rows else {
            // A transform that holds nothing may say so in any of the three ways.
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

    /// Rows that no input row stands behind: the plugin gives every column.
    fn fresh(&self, count: u32, columns: Vec<types::Column>) -> Result<Rows, OutputError> {
        let rows = bounded(count as usize)?;
        let columns =
            take_columns(columns, self.schema.fields().iter(), rows, "fresh rows, which have every column")?;
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        let batch = RecordBatch::try_new_with_options(self.schema(), columns, &options)?;
        Ok(Rows { batch, origin: Origin::Made })
    }

    /// The columns that the plugin made, checked.
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

/// The first difference between two schemas, in words.
pub(crate) fn schema_difference(before: &SchemaRef, now: &SchemaRef) -> Option<String> {
    let show = |field: &Field| {
        let null = if field.is_nullable() { ", nullable" } else { "" };
        format!("`{}` ({}{null})", field.name(), field.data_type())
    };
    if Arc::ptr_eq(before, now) || before.fields() == now.fields() {
        return None;
    }
    let mut pairs = before.fields().iter().zip(now.fields()).enumerate();
    Some(match pairs.find(|(_, (before, now))| before != now) {
        Some((index, (before, now))) => {
            format!("column {} was {} and would be {}", index + 1, show(before), show(now))
        }
        None => format!("there were {} columns and would be {}", before.fields().len(), now.fields().len()),
    })
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

/// What has become of each input row so far.
struct Fates {
    rows: Vec<Fate>,
    repeated: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Open,
    Rejected,
    Given,
}

impl Fates {
    fn new(rows: usize) -> Self {
        Self { rows: vec![Fate::Open; rows], repeated: 0 }
    }

    fn of(&mut self, row: u32, what: &'static str) -> Result<&mut Fate, OutputError> {
        let rows = self.rows.len();
        let index = usize::try_from(row).unwrap_or(usize::MAX);
        self.rows.get_mut(index).ok_or(OutputError::RowOutOfRange { what, row, rows })
    }

    fn reject(&mut self, row: u32) -> Result<(), OutputError> {
        let fate = self.of(row, "rejected")?;
        if *fate == Fate::Rejected {
            return Err(OutputError::RejectedTwice { row });
        }
        *fate = Fate::Rejected;
        Ok(())
    }

    fn give(&mut self, row: u32) -> Result<(), OutputError> {
        let fate = self.of(row, "selected")?;
        match *fate {
            Fate::Rejected => Err(OutputError::RejectedAndGiven { row }),
            Fate::Open => {
                *fate = Fate::Given;
                Ok(())
            }
            Fate::Given => {
                self.repeated += 1;
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests;
