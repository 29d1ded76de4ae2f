use std::collections::BTreeMap;

use arrow_array::{Array, RecordBatch};
use arrow_schema::{DataType, FieldRef, SchemaRef};
use witdock::counted;

use crate::pipeline::{OnNewColumns, SinkTable};
use crate::sink::error::SinkError;
use crate::sink::refusal::Refusal;
use crate::sink::writer::SinkStart;

/// The table that holds the last commit of each pipeline and sink.
pub(super) const COMMITS: &str = "witdock_commits";

/// The name of a table beside the target, in the same schema. It has the run, so that the rows of another one are never taken for its own.
pub(super) fn beside(table: &str, start: &SinkStart<'_>) -> String {
    let prefix = format!("witdock_{}_{}", start.run.replace('-', "_"), start.index);
    match table.rsplit_once('.') {
        Some((schema, table)) => format!("{schema}.{prefix}_{table}"),
        None => format!("{prefix}_{table}"),
    }
}

/// Whether a table is one that killed runs of the same pipeline and sink have left.
pub(super) fn is_left(name: &str, start: &SinkStart<'_>) -> bool {
    let Some((_, pipeline)) = start.run.rsplit_once('-') else { return false };
    let run = name.strip_prefix("witdock_").and_then(|rest| rest.split_once('_'));
    run.is_some_and(|(_, rest)| rest.starts_with(&format!("{pipeline}_{}_", start.index)))
}

/// Checks that the database has the commits that the checkpoint has. `found` is the last one of this run in the database.
fn check_age(table: &SinkTable, start: &SinkStart<'_>, found: Option<u64>) -> Result<(), SinkError> {
    let is_behind = match found {
        Some(number) => number < start.commits,
        // A sink that has come to the pipeline since its last run has none.
        None => start.mark.is_some() && start.commits > 0,
    };
    if !is_behind {
        return Ok(());
    }
    let (has, commits) = (counted(found.unwrap_or_default(), "commit"), start.commits);
    Err(SinkError::Database {
        database: table.database.name(),
        message: format!(
            "it has {has} of this pipeline, and the checkpoint has {commits}, so it is another database or an older copy: \
             put the right one back, or begin again with `--restart` if the sink replaces, and else with an empty table and without the checkpoint"
        ),
    })
}

/// The last commit of this run that is in the database, which has this one of the pipeline; 0 if there is none.
pub(super) fn last_commit(
    table: &SinkTable,
    start: &SinkStart<'_>,
    mark: Option<(String, u64)>,
) -> Result<u64, SinkError> {
    let found = mark.filter(|(run, _)| run == start.run).map(|(_, number)| number);
    check_age(table, start, found)?;
    Ok(found.unwrap_or_default())
}

/// The end of an `INSERT` of these columns: a row with the key of one that is there takes its place. `more` are further columns with what they become. All
/// names are in quotes.
pub(super) fn on_conflict(columns: &[String], key: &[String], more: &[(String, String)]) -> String {
    let others = columns.iter().filter(|column| !key.contains(column));
    let set = others.map(|column| format!("{column} = excluded.{column}"));
    let set: Vec<_> = set.chain(more.iter().map(|(column, value)| format!("{column} = {value}"))).collect();
    let action = if set.is_empty() { "NOTHING".to_owned() } else { format!("UPDATE SET {}", set.join(", ")) };
    format!("ON CONFLICT ({}) DO {action}", key.join(", "))
}

/// The rows of an interrupted run are no more where it has collected them.
pub(super) fn collected_is_gone(table: &SinkTable, name: &str) -> SinkError {
    SinkError::Database {
        database: table.database.name(),
        message: format!(
            "the table {name}, which has the rows of the interrupted run, is missing: start that run over with `--restart`"
        ),
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

/// The columns of the rows that the table does not have, if it may get them. `has` tells of a column whether it does.
pub(super) fn new_columns<'s>(
    table: &SinkTable,
    schema: &'s SchemaRef,
    has: impl Fn(&str) -> bool,
) -> Result<Vec<&'s FieldRef>, SinkError> {
    let new: Vec<_> = schema.fields().iter().filter(|field| !has(field.name())).collect();
    let refused = |message| SinkError::Database { database: table.database.name(), message };
    if let Some(key) = new.iter().find(|field| table.key.contains(field.name())) {
        return Err(refused(format!(
            "the table {} has no column `{}`, which is in the `key` of its [[sink]]: add it with a unique index",
            table.table,
            key.name()
        )));
    }
    if new.is_empty() || table.on_new_columns == OnNewColumns::Add {
        return Ok(new);
    }
    let names = |quote: &str| {
        new.iter().map(|field| format!("{quote}{}{quote}", field.name())).collect::<Vec<_>>().join(", ")
    };
    let named = if new.len() == 1 { "column" } else { "columns" };
    Err(refused(format!(
        "the table {} has no {named} {}, which the rows have: set on_new_columns = \"add\" in its [[sink]], \
         or leave the {named} out with a stage: drop = [{}]",
        table.table,
        names("`"),
        names("\"")
    )))
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
            refusals.entry(row).or_insert_with(|| Refusal::refused(row, message));
        }
    }
    refusals
}
