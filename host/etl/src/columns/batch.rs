use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{ArrowError, SchemaRef};

use super::from_arrow::column_to_guest;
use super::to_arrow::{MAX_ROWS, column_from_guest};
use witdock::counted;

use crate::bindings::witdock::etl::types::Batch;

/// Copies a batch into the form that crosses the boundary.
///
/// # Errors
///
/// When Arrow cannot write a column as IPC.
pub(crate) fn batch_to_guest(batch: &RecordBatch) -> Result<Batch, ArrowError> {
    let columns = batch.columns().iter().map(column_to_guest).collect::<Result<_, _>>()?;
    let rows = u32::try_from(batch.num_rows())
        .map_err(|_| ArrowError::InvalidArgumentError("a batch has more than 2^32 rows".to_owned()))?;
    Ok(Batch { rows, columns })
}

/// Checks a guest's rows against a schema of at least one field, and makes a batch of them.
///
/// # Errors
///
/// Where the rows do not match the schema, in words.
pub(crate) fn batch_from_guest(schema: &SchemaRef, rows: Batch) -> Result<RecordBatch, String> {
    if schema.fields().is_empty() {
        return Err("rows need at least one field".to_owned());
    }
    if rows.rows as usize > MAX_ROWS {
        return Err(format!("{} rows at once, and the limit is {MAX_ROWS}", rows.rows));
    }
    if rows.columns.len() != schema.fields().len() {
        return Err(format!(
            "{}, expected {}",
            counted(rows.columns.len() as u64, "column"),
            schema.fields().len()
        ));
    }
    let columns: Vec<ArrayRef> = schema
        .fields()
        .iter()
        .zip(rows.columns)
        .map(|(field, column)| {
            column_from_guest(column, field, rows.rows as usize)
                .map_err(|error| format!("the column `{}`: {error}", field.name()))
        })
        .collect::<Result<_, _>>()?;
    RecordBatch::try_new(Arc::clone(schema), columns).map_err(|error| error.to_string())
}
