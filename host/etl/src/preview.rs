//! The first rows of the result, as a table.

use arrow_array::RecordBatch;
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use arrow_schema::{ArrowError, SchemaRef};
use arrow_select::concat::concat_batches;

use crate::table::{Align, Table};

/// Collects the first rows of the result.
#[derive(Debug)]
pub struct Preview {
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
    wanted: usize,
}

impl Preview {
    /// Collects up to `rows` rows.
    pub fn new(schema: SchemaRef, rows: usize) -> Self {
        Self { schema, batches: Vec::new(), wanted: rows }
    }

    /// Adds the rows of a batch, up to the limit.
    pub fn take(&mut self, batch: &RecordBatch) {
        let rows = self.wanted.min(batch.num_rows());
        if rows > 0 {
            self.wanted -= rows;
            self.batches.push(batch.slice(0, rows));
        }
    }

    /// The rows as one batch. It is a copy, so the batches that the rows came from can be freed.
    ///
    /// # Errors
    ///
    /// When the batches differ in their schema.
    pub fn into_batch(self) -> Result<RecordBatch, ArrowError> {
        concat_batches(&self.schema, &self.batches)
    }
}

/// The batch as a table. Numbers are aligned to the right; a null is `·`.
///
/// # Errors
///
/// When a column's type has no text form.
pub fn table(batch: &RecordBatch) -> Result<Table, ArrowError> {
    let options = FormatOptions::new().with_null("·").with_display_error(true);
    let schema = batch.schema();
    let mut table = Table::new(schema.fields().iter().map(|field| {
        (field.name().as_str(), if field.data_type().is_numeric() { Align::Right } else { Align::Left })
    }));
    let columns = batch
        .columns()
        .iter()
        .map(|column| ArrayFormatter::try_new(column.as_ref(), &options))
        .collect::<Result<Vec<_>, _>>()?;
    for row in 0..batch.num_rows() {
        table.row(columns.iter().map(|column| column.value(row).to_string()));
    }
    Ok(table)
}
