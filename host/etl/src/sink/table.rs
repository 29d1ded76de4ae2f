//! A sink that is a table: rows and the mark of their commit are in one transaction.
//!
//! With `replace` rows gather in a table of the run's own, and take the place of the target's in the last transaction. The table
//! `witdock_commits` holds, for each pipeline and sink, the last commit that is in the database.

mod postgres;
mod sqlite;

use arrow_schema::{DataType, SchemaRef};

use super::SinkError;
use crate::pipeline::SinkTable;

pub(super) use postgres::{PostgresSink, committed as postgres_committed};
pub(super) use sqlite::{SqliteSink, committed as sqlite_committed};

const COMMITS: &str = "witdock_commits";

/// The name of a table beside the target, in the same schema.
fn beside(table: &str, index: usize) -> String {
    match table.rsplit_once('.') {
        Some((schema, table)) => format!("{schema}.witdock_{index}_{table}"),
        None => format!("witdock_{index}_{table}"),
    }
}

/// The key's columns are among the rows'.
fn check_key(table: &SinkTable, schema: &SchemaRef) -> Result<(), SinkError> {
    match table.key.iter().find(|key| schema.field_with_name(key).is_err()) {
        None => Ok(()),
        Some(key) => {
            let known: Vec<_> = schema.fields().iter().map(|field| field.name().as_str()).collect();
            Err(SinkError::Database {
                database: table.database.name(),
                message: format!(
                    "the rows have no column `{key}` for the key of {}; they have {}",
                    table.table,
                    known.join(", ")
                ),
            })
        }
    }
}

fn no_type(table: &SinkTable, column: &str, data_type: &DataType) -> SinkError {
    SinkError::Database {
        database: table.database.name(),
        message: format!(
            "the column `{column}` has the type {data_type}, which {} cannot take: let a stage turn it into text",
            table.table
        ),
    }
}
