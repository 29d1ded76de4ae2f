//! Statements about the columns of a table.

use std::sync::Arc;

use arrow_schema::{FieldRef, SchemaRef};

use super::types;
use crate::pipeline::SinkTable;
use crate::postgres::{Connection, PostgresError, quoted, quoted_table};
use crate::sink::error::SinkError;
use crate::sink::table::references::Reference;
use crate::sink::table::target::{new_columns, no_type};

/// The names of the columns, as a list.
pub(super) fn columns(schema: &SchemaRef) -> String {
    schema.fields().iter().map(|field| quoted(field.name())).collect::<Vec<_>>().join(", ")
}

/// The columns of the rows that the target does not have.
pub(super) fn new_in(
    connection: &Connection,
    table: &SinkTable,
    schema: &SchemaRef,
) -> Result<Vec<FieldRef>, SinkError> {
    let known = names(connection, &table.table)?;
    let new = new_columns(table, schema, |name| known.iter().any(|known| known == name))?;
    Ok(new.into_iter().map(Arc::clone).collect())
}

/// The columns of a table that the rows do not have, without those of its primary key.
pub(super) fn others(
    connection: &Connection,
    table: &str,
    schema: &SchemaRef,
) -> Result<Vec<String>, PostgresError> {
    let key = connection.wait(connection.client.query(
        "SELECT attname::text FROM pg_attribute JOIN pg_constraint ON conrelid = attrelid AND attnum = ANY (conkey) \
         WHERE contype = 'p' AND attrelid = to_regclass($1)",
        &[&quoted_table(table)],
    ))?;
    let key: Vec<String> = key.iter().map(|row| row.get(0)).collect();
    let mut names = names(connection, table)?;
    names.retain(|name| schema.field_with_name(name).is_err() && !key.contains(name));
    Ok(names)
}

fn names(connection: &Connection, table: &str) -> Result<Vec<String>, PostgresError> {
    let rows = connection.wait(connection.client.query(
        "SELECT attname::text FROM pg_attribute WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped",
        &[&quoted_table(table)],
    ))?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// The foreign keys of other tables that lead to this one, first those to its primary key.
pub(super) fn references(connection: &Connection, table: &str) -> Result<Vec<Reference>, PostgresError> {
    let rows = connection.wait(connection.client.query(
        "SELECT conrelid::regclass::text, \
           ARRAY(SELECT attname::text FROM unnest(confkey) WITH ORDINALITY AS k (number, place) \
                 JOIN pg_attribute ON attrelid = confrelid AND attnum = k.number ORDER BY place) \
         FROM pg_constraint AS c WHERE contype = 'f' AND confrelid = to_regclass($1) AND conrelid <> confrelid \
         ORDER BY EXISTS (SELECT 1 FROM pg_constraint AS p WHERE p.contype = 'p' AND p.conrelid = c.confrelid AND p.conkey = c.confkey) DESC, \
           1, oid",
        &[&quoted_table(table)],
    ))?;
    Ok(rows.iter().map(|row| Reference { from: row.get(0), to: row.get(1) }).collect())
}

/// The columns of the rows as the target will have them: the new ones are null.
pub(super) fn selected(table: &SinkTable, schema: &SchemaRef, new: &[FieldRef]) -> Result<String, SinkError> {
    let column = |field: &FieldRef| {
        let name = quoted(field.name());
        if !new.contains(field) {
            return Ok(name);
        }
        let kind = types::new_column(field.data_type())
            .ok_or_else(|| no_type(table, field.name(), field.data_type()))?;
        Ok(format!("NULL::{kind} AS {name}"))
    };
    Ok(schema.fields().iter().map(column).collect::<Result<Vec<_>, SinkError>>()?.join(", "))
}

/// The statement that gives a table new columns. `name` is in quotes.
pub(super) fn alter(table: &SinkTable, name: &str, new: &[FieldRef]) -> Result<Option<String>, SinkError> {
    let column = |field: &FieldRef| {
        let kind = types::new_column(field.data_type())
            .ok_or_else(|| no_type(table, field.name(), field.data_type()))?;
        Ok(format!("ADD COLUMN IF NOT EXISTS {} {kind}", quoted(field.name())))
    };
    let columns = new.iter().map(column).collect::<Result<Vec<_>, SinkError>>()?;
    Ok((!columns.is_empty()).then(|| format!("ALTER TABLE {name} {}", columns.join(", "))))
}

/// The statement that creates a table for rows with these columns.
pub(super) fn create(table: &SinkTable, schema: &SchemaRef, name: &str) -> Result<String, SinkError> {
    let mut columns = Vec::new();
    for field in schema.fields() {
        let kind = types::new_column(field.data_type())
            .ok_or_else(|| no_type(table, field.name(), field.data_type()))?;
        columns.push(format!("{} {kind}", quoted(field.name())));
    }
    if !table.key.is_empty() {
        let key: Vec<_> = table.key.iter().map(|key| quoted(key)).collect();
        columns.push(format!("PRIMARY KEY ({})", key.join(", ")));
    }
    Ok(format!("CREATE TABLE IF NOT EXISTS {} ({})", quoted_table(name), columns.join(", ")))
}
