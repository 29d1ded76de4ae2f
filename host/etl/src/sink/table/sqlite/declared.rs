//! What the file says of a table: its columns, and the foreign keys of other tables that lead to it.

use rusqlite::Connection;

use crate::postgres::quoted;
use crate::sink::table::references::Reference;

/// A column that values can be written to.
pub(super) struct Declared {
    pub(super) name: String,
    kind: String,
    not_null: bool,
    /// An expression in SQL.
    pub(super) default: Option<String>,
    /// Its place in the primary key, from 1; 0 outside of it.
    pub(super) in_key: usize,
}

/// The columns of a table without those that are computed. A table that is not there has none.
pub(super) fn columns(connection: &Connection, table: &str) -> rusqlite::Result<Vec<Declared>> {
    let sql = "SELECT name, type, \"notnull\", dflt_value, pk FROM pragma_table_info(?1)";
    let mut statement = connection.prepare(sql)?;
    let columns = statement.query_map([table], |row| {
        let (name, kind) = (row.get(0)?, row.get(1)?);
        Ok(Declared { name, kind, not_null: row.get(2)?, default: row.get(3)?, in_key: row.get(4)? })
    })?;
    columns.collect()
}

/// The names of a table's primary key, in its order.
fn primary_key(connection: &Connection, table: &str) -> rusqlite::Result<Vec<String>> {
    let mut columns = columns(connection, table)?;
    columns.retain(|column| column.in_key > 0);
    columns.sort_by_key(|column| column.in_key);
    Ok(columns.into_iter().map(|column| column.name).collect())
}

/// The foreign keys of other tables that lead to this one, first those to its primary key.
pub(super) fn references(connection: &Connection, table: &str) -> rusqlite::Result<Vec<Reference>> {
    let mut statement = connection.prepare(
        "SELECT t.name, f.id, f.\"to\" FROM sqlite_schema AS t JOIN pragma_foreign_key_list(t.name) AS f \
         WHERE t.type = 'table' AND t.name <> ?1 COLLATE NOCASE AND f.\"table\" = ?1 COLLATE NOCASE \
         ORDER BY t.name, f.id, f.seq",
    )?;
    let parts = statement.query_map([table], |row| {
        Ok(((row.get::<_, String>(0)?, row.get::<_, i64>(1)?), row.get::<_, Option<String>>(2)?))
    })?;
    let parts = parts.collect::<rusqlite::Result<Vec<_>>>()?;
    let primary = primary_key(connection, table)?;
    let mut references = Vec::new();
    for parts in parts.chunk_by(|one, next| one.0 == next.0) {
        let Some(((from, _), _)) = parts.first() else { continue };
        // A foreign key that names no columns leads to the primary key.
        let to: Option<Vec<String>> = parts.iter().map(|(_, to)| to.clone()).collect();
        references.push(Reference { from: from.clone(), to: to.unwrap_or_else(|| primary.clone()) });
    }
    references.sort_by_key(|reference| reference.to != primary);
    Ok(references)
}

/// The statement that creates a table with the columns of another one, their types and the primary key, and without what else a row must fulfil.
pub(super) fn plain(connection: &Connection, table: &str, name: &str) -> rusqlite::Result<String> {
    let mut parts = Vec::new();
    for column in columns(connection, table)? {
        let Declared { name, kind, not_null, default, .. } = &column;
        let (_, collation, ..) = connection.column_metadata(None, table, name.as_str())?;
        let collation = collation
            .map_or_else(String::new, |name| format!(" COLLATE {}", quoted(&name.to_string_lossy())));
        let not_null = if *not_null { " NOT NULL" } else { "" };
        let default = default.as_ref().map_or_else(String::new, |value| format!(" DEFAULT ({value})"));
        parts.push(format!("{} {kind}{collation}{not_null}{default}", quoted(name)));
    }
    let key: Vec<_> = primary_key(connection, table)?.iter().map(|name| quoted(name)).collect();
    if !key.is_empty() {
        parts.push(format!("PRIMARY KEY ({})", key.join(", ")));
    }
    Ok(format!("CREATE TABLE IF NOT EXISTS {} ({})", quoted(name), parts.join(", ")))
}
