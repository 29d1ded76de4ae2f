use std::collections::BTreeMap;

use arrow_array::{Array, RecordBatch};
use arrow_schema::{DataType, SchemaRef};

use crate::pipeline::SinkTable;
use crate::sink::error::SinkError;
use crate::sink::refusal::Refusal;

/// The table that holds the last commit of each pipeline and sink.
pub(super) const COMMITS: &str = "witdock_commits";

/// The name of a table beside the target, in the same schema.
pub(super) fn beside(table: &str, index: usize) -> String {
    match table.rsplit_once('.') {
        Some((schema, table)) => format!("{schema}.witdock_{index}_{table}"),
        None => format!("witdock_{index}_{table}"),
    }
}

/// Checks that the rows have the columns of the key.
pub(super) fn check_key(table: &SinkTable, schema: &SchemaRef) -> Result<(), SinkError> {
    match table.key.iter().find(|key| schema.field_with_name(key).is_err()) {
        None => Ok(()),
        Some(key) => {
            let known: Vec<_> = schema.fields().iter().map(|field| field.name().as_str()).collect();
            Err(SinkError::Database {
                database: table.database.name(),
                message: format!(
                    "the rows have no column `{key}`, which the `key` of {} names; they have {}",
                    table.table,
                    known.join(", ")
                ),
            })
        }
    }
}

pub(super) fn no_type(table: &SinkTable, column: &str, data_type: &DataType) -> SinkError {
    SinkError::Database {
        database: table.database.name(),
        message: format!(
            "the column `{column}` has the type {data_type}, which {} does not support: let a stage turn it into text",
            table.table
        ),
    }
}

/// The rows with a null in their key. No row is equal to one of them, so they would be added anew by each run.
pub(super) fn null_keys(table: &SinkTable, batch: &RecordBatch) -> BTreeMap<usize, Refusal> {
    let mut refusals = BTreeMap::new();
    for key in &table.key {
        let Some(nulls) = batch.column_by_name(key).and_then(|column| column.logical_nulls()) else {
            continue;
        };
        for row in (0..batch.num_rows()).filter(|row| nulls.is_null(*row)) {
            let message = format!("the column `{key}`: a key of {} cannot be null", table.table);
            refusals.entry(row).or_insert(Refusal { row, code: "refused", message });
        }
    }
    refusals
}
