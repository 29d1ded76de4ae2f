mod affinity;
mod column;
mod declared;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use arrow_array::RecordBatch;
use arrow_schema::{FieldRef, SchemaRef};
use rusqlite::ffi::SQLITE_CONSTRAINT_FOREIGNKEY;
use rusqlite::{Connection, ErrorCode, OptionalExtension, params_from_iter};

use self::affinity::Affinity;
use self::column::{Cell, Column, declared};
use super::references::{Merge, Reference, broken, key};
use super::sink::{Database, TableSink};
use super::target::{
    COMMITS, beside, check_key, collected_is_gone, is_left, last_commit, new_columns, no_type, on_conflict,
};
use crate::pipeline::{SinkMode, SinkTable};
use crate::postgres::quoted;
use crate::sink::error::SinkError;
use crate::sink::refusal::Refusal;
use crate::sink::writer::{Commit, SinkStart, SinkWriter};

/// What SQLite says of a row that refers to one that is not there.
const BROKEN: &str = "FOREIGN KEY constraint failed";

/// A table in an SQLite file.
struct SqliteTable {
    connection: Connection,
    database: String,
    table: SinkTable,
    schema: SchemaRef,
    /// The table that rows are inserted into: the target, or a table beside it.
    into: String,
    insert: String,
    /// What the columns of `into` make of values.
    affinities: Vec<Affinity>,
    /// Whether a row that is merged counts as later than others.
    appends: bool,
    /// Whether references of the table are checked at the end of the transaction only.
    defers: bool,
    owner: (String, usize),
}

/// The last commit of this pipeline's sink in the database: run and number.
pub(in crate::sink) fn committed(
    path: &Path,
    start: &SinkStart<'_>,
) -> Result<Option<(String, u64)>, SinkError> {
    if !path.exists() {
        return Ok(None);
    }
    let failed = |error: rusqlite::Error| failed(&path.display().to_string(), &error);
    let connection = Connection::open(path).map_err(failed)?;
    connection.busy_timeout(Duration::from_secs(30)).map_err(failed)?;
    read_mark(&connection, start).map_err(failed)
}

fn read_mark(connection: &Connection, start: &SinkStart<'_>) -> rusqlite::Result<Option<(String, u64)>> {
    if !connection.table_exists(None, COMMITS)? {
        return Ok(None);
    }
    connection
        .query_row(
            // A project that has been moved has another name, and the same run.
            &format!(
                "SELECT run, number FROM {COMMITS} WHERE (pipeline = ?1 OR run = ?3) AND sink = ?2 \
                 ORDER BY run = ?3 DESC, number DESC LIMIT 1"
            ),
            (start.pipeline, start.index, start.run),
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()
}

fn failed(database: &str, error: &rusqlite::Error) -> SinkError {
    let mut message = error.to_string();
    if error.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy) {
        message.push_str(
            "; another program may be writing to it, and two sinks of a pipeline cannot write to one SQLite file",
        );
    }
    SinkError::Database { database: database.to_owned(), message }
}

pub(in crate::sink) fn open(
    path: &Path,
    table: &SinkTable,
    mode: SinkMode,
    schema: &SchemaRef,
    start: &SinkStart<'_>,
) -> Result<Box<dyn SinkWriter>, SinkError> {
    check_key(table, schema)?;
    let database = path.display().to_string();
    let failed = |error: rusqlite::Error| failed(&database, &error);
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder).map_err(|error| SinkError::Io { path: path.to_owned(), error })?;
    }
    let connection = Connection::open(path).map_err(failed)?;
    connection.busy_timeout(Duration::from_secs(30)).map_err(failed)?;
    connection
        .execute_batch(&format!(
            "CREATE TABLE IF NOT EXISTS {COMMITS} (pipeline TEXT, sink INTEGER, run TEXT, number INTEGER, \
             PRIMARY KEY (pipeline, sink))"
        ))
        .map_err(failed)?;
    let already = last_commit(table, start, read_mark(&connection, start).map_err(failed)?)?;
    let columns: Vec<_> = schema.fields().iter().map(|field| quoted(field.name())).collect();
    let into = if mode == SinkMode::Replace { beside(&table.table, start) } else { table.table.clone() };
    let marks: Vec<_> = (1..=columns.len()).map(|index| format!("?{index}")).collect();
    let mut insert =
        format!("INSERT INTO {} ({}) VALUES ({})", quoted(&into), columns.join(", "), marks.join(", "));
    if mode == SinkMode::Upsert {
        let key: Vec<_> = table.key.iter().map(|key| quoted(key)).collect();
        insert.push_str(&format!(" {}", on_conflict(&columns, &key, &[])));
    }
    let mut sink = SqliteTable {
        connection,
        table: table.clone(),
        schema: Arc::clone(schema),
        into,
        insert,
        affinities: Vec::new(),
        appends: mode == SinkMode::Append,
        defers: false,
        owner: (start.pipeline.to_owned(), start.index),
        database: database.clone(),
    };
    if mode == SinkMode::Replace && already == 0 {
        sink.drop_left(start).map_err(failed)?;
    } else if mode == SinkMode::Replace
        && already == start.commits
        && !sink.connection.table_exists(None, sink.into.as_str()).map_err(failed)?
    {
        return Err(collected_is_gone(table, &sink.into));
    }
    let like = if mode == SinkMode::Replace { sink.like().map_err(failed)? } else { None };
    sink.execute(&like.map_or_else(|| sink.create(&sink.into), Ok)?)?;
    let mut alter = sink.alter(&sink.into)?;
    let references = if mode == SinkMode::Replace { sink.references()? } else { Vec::new() };
    if let Some(key) = key(table, &references, |column| schema.field_with_name(column).is_ok())? {
        sink.execute(&sink.unique(key))?;
    }
    // The rows' own table gets new columns at once, and the target with the first commit: until then this only tries.
    let tries = mode != SinkMode::Replace && !alter.is_empty();
    if tries {
        sink.execute(SqliteTable::BEGIN)?;
    }
    alter.iter().try_for_each(|sql| sink.execute(sql))?;
    // Prepares the statement now, so that columns that do not fit an existing table are an error before the first row.
    sink.connection.prepare(&sink.insert).map_err(failed)?;
    sink.affinities = sink.affinities().map_err(failed)?;
    if tries {
        sink.execute("ROLLBACK")?;
    } else {
        alter.clear();
    }
    let statement = sink.statement().map_err(failed)?;
    sink.defers = mode != SinkMode::Replace && statement.is_some_and(|sql| has_word(&sql, "DEFERRED"));
    let into = sink.into.clone();
    Ok(Box::new(TableSink::new(sink, table, &into, mode, already, start.commits).altering(alter)))
}

impl SqliteTable {
    /// Drops the tables that killed runs of this pipeline have left.
    fn drop_left(&self, start: &SinkStart<'_>) -> rusqlite::Result<()> {
        let mut names = self.connection.prepare(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'witdock!_%' ESCAPE '!'",
        )?;
        let names = names.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
        for name in names.iter().filter(|name| is_left(name, start)) {
            self.connection.execute_batch(&format!("DROP TABLE {}", quoted(name)))?;
        }
        Ok(())
    }

    fn create(&self, name: &str) -> Result<String, SinkError> {
        let mut columns = Vec::new();
        for field in self.schema.fields() {
            let kind = declared(field.data_type())
                .ok_or_else(|| no_type(&self.table, field.name(), field.data_type()))?;
            columns.push(format!("{} {kind}", quoted(field.name())));
        }
        if !self.table.key.is_empty() {
            let key: Vec<_> = self.table.key.iter().map(|key| quoted(key)).collect();
            columns.push(format!("PRIMARY KEY ({})", key.join(", ")));
        }
        Ok(format!("CREATE TABLE IF NOT EXISTS {} ({})", quoted(name), columns.join(", ")))
    }

    /// The statements that give a table the columns of the rows that it does not have.
    fn alter(&self, name: &str) -> Result<Vec<String>, SinkError> {
        let names = || -> rusqlite::Result<Vec<String>> {
            let mut columns = self.connection.prepare("SELECT name FROM pragma_table_xinfo(?1)")?;
            columns.query_map([name], |row| row.get(0))?.collect()
        };
        let known = names().map_err(|error| failed(&self.database, &error))?;
        let has = |name: &str| known.iter().any(|known| known.eq_ignore_ascii_case(name));
        let column = |field: &FieldRef| {
            let kind = declared(field.data_type())
                .ok_or_else(|| no_type(&self.table, field.name(), field.data_type()))?;
            Ok(format!("ALTER TABLE {} ADD COLUMN {} {kind}", quoted(name), quoted(field.name())))
        };
        new_columns(&self.table, &self.schema, has)?.into_iter().map(column).collect()
    }

    /// The statement that creates a table with the types and constraints of the target, if there is one. References to other tables
    /// are checked in the end, since those to the target itself are to its new rows.
    fn like(&self) -> rusqlite::Result<Option<String>> {
        let Some(sql) = self.statement()? else { return Ok(None) };
        let rest = sql.strip_prefix("CREATE TABLE ").and_then(after_name);
        match rest.filter(|rest| !has_word(rest, "REFERENCES")) {
            Some(rest) => Ok(Some(format!("CREATE TABLE IF NOT EXISTS {} {rest}", quoted(&self.into)))),
            None => declared::plain(&self.connection, &self.table.table, &self.into).map(Some),
        }
    }

    /// The foreign keys of other tables that lead to the target. Their columns are written as those of the rows.
    fn references(&self) -> Result<Vec<Reference>, SinkError> {
        let mut references = declared::references(&self.connection, &self.table.table)
            .map_err(|error| failed(&self.database, &error))?;
        for column in references.iter_mut().flat_map(|reference| &mut reference.to) {
            let field = self.schema.fields().iter().find(|field| field.name().eq_ignore_ascii_case(column));
            if let Some(field) = field {
                column.clone_from(field.name());
            }
        }
        Ok(references)
    }

    /// The statement after which the rows beside the target differ in these columns, as those of the target do.
    fn unique(&self, key: &[String]) -> String {
        let columns: Vec<_> = key.iter().map(|column| quoted(column)).collect();
        let index = quoted(&format!("{}_key", self.into));
        format!(
            "CREATE UNIQUE INDEX IF NOT EXISTS {index} ON {} ({})",
            quoted(&self.into),
            columns.join(", ")
        )
    }

    /// Replaces the rows of a target that other tables refer to.
    fn merge(&self, references: &[Reference], key: &[String]) -> Result<(), SinkError> {
        self.execute(&self.unique(key))?;
        let columns = declared::columns(&self.connection, &self.table.table)
            .map_err(|error| failed(&self.database, &error))?;
        let is_of_rows =
            |name: &str| self.schema.fields().iter().any(|field| field.name().eq_ignore_ascii_case(name));
        let others = columns.into_iter().filter(|column| column.in_key == 0 && !is_of_rows(&column.name));
        let defaults = others.map(|column| {
            let value = column.default.map_or_else(|| "NULL".to_owned(), |default| format!("({default})"));
            (quoted(&column.name), value)
        });
        let merge = Merge {
            target: &quoted(&self.table.table),
            staged: &quoted(&self.into),
            columns: self.schema.fields().iter().map(|field| quoted(field.name())).collect(),
            key: key.iter().map(|column| quoted(column)).collect(),
            defaults: defaults.collect(),
            overriding: "",
        };
        self.connection.execute_batch(&merge.statements()).map_err(|error| {
            let text = error.to_string();
            // The codes differ: `ON DELETE RESTRICT` is a trigger.
            match text.starts_with(BROKEN) {
                true => self.failed(broken(&self.table, references, &text)),
                false => failed(&self.database, &error),
            }
        })
    }

    /// The statement that has created the target, if it is there.
    fn statement(&self) -> rusqlite::Result<Option<String>> {
        let sql = "SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?1 COLLATE NOCASE";
        self.connection.query_row(sql, [&self.table.table], |row| row.get(0)).optional()
    }

    /// The rows among those that were inserted whose reference leads nowhere so far. Only the end of the transaction checks it.
    fn without_reference(&self, inserted: &BTreeMap<i64, usize>) -> rusqlite::Result<Vec<Refusal>> {
        let mut check =
            self.connection.prepare_cached("SELECT DISTINCT rowid FROM pragma_foreign_key_check(?1)")?;
        let rows = check.query_map([&self.table.table], |row| row.get::<_, Option<i64>>(0))?;
        let rows = rows.collect::<Result<Vec<_>, _>>()?;
        let rows = rows.into_iter().filter_map(|row| inserted.get(&row?).copied());
        let refused = |row| Refusal { later: self.appends, ..Refusal::refused(row, BROKEN.to_owned()) };
        Ok(rows.map(refused).collect())
    }

    fn affinities(&self) -> rusqlite::Result<Vec<Affinity>> {
        let affinity = |name: &String| {
            let declared: Option<String> = self
                .connection
                .query_row(
                    "SELECT type FROM pragma_table_xinfo(?1) WHERE name = ?2 COLLATE NOCASE",
                    [&self.into, name],
                    |row| row.get(0),
                )
                .optional()?;
            Ok(Affinity::of(&declared.unwrap_or_default()))
        };
        self.schema.fields().iter().map(|field| affinity(field.name())).collect()
    }
}

/// Whether a statement has a word in it, perhaps in a name or a text: then a check is made in vain.
fn has_word(statement: &str, word: &str) -> bool {
    statement.to_ascii_uppercase().contains(word)
}

/// What follows the name of the table in its statement.
fn after_name(statement: &str) -> Option<&str> {
    let quote = statement.chars().next()?;
    let end = match quote {
        '[' => statement.find(']')? + 1,
        '"' | '\'' | '`' => {
            // A quote inside of the name is doubled.
            let mut at = 1;
            loop {
                at += statement.get(at..)?.find(quote)? + 1;
                if !statement.get(at..)?.starts_with(quote) {
                    break at;
                }
                at += 1;
            }
        }
        _ => statement.find(|character: char| character == '(' || character.is_whitespace())?,
    };
    statement.get(end..)
}

fn is_of_row(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::ConstraintViolation | ErrorCode::TypeMismatch | ErrorCode::TooBig)
    )
}

impl Database for SqliteTable {
    const BEGIN: &str = "BEGIN IMMEDIATE";

    type Columns = Vec<Column>;

    fn execute(&self, sql: &str) -> Result<(), SinkError> {
        self.connection.execute_batch(sql).map_err(|error| failed(&self.database, &error))
    }

    fn failed(&self, message: String) -> SinkError {
        SinkError::Database { database: self.database.clone(), message }
    }

    fn columns(&self, batch: &RecordBatch) -> Result<(Vec<Column>, Vec<Refusal>), SinkError> {
        let columns = batch.columns().iter().zip(&self.affinities);
        let columns = columns.map(|(column, affinity)| Column::new(column, *affinity));
        let columns: Vec<_> = columns
            .collect::<Result<_, _>>()
            .map_err(|error| self.failed(format!("the rows cannot be converted: {error}")))?;
        let mut misfits = Vec::new();
        for (column, field) in columns.iter().zip(self.schema.fields()) {
            let problems = (0..batch.num_rows()).filter_map(|row| Some((row, column.cell(row).err()?)));
            misfits.extend(problems.map(|(row, problem)| Refusal::value(row, field.name(), &problem)));
        }
        Ok((columns, misfits))
    }

    fn insert(&self, columns: &Vec<Column>, rows: usize) -> Result<Vec<Refusal>, SinkError> {
        let failed = |error: rusqlite::Error| failed(&self.database, &error);
        let mut insert = self.connection.prepare_cached(&self.insert).map_err(failed)?;
        let (mut refusals, mut inserted) = (Vec::new(), BTreeMap::new());
        for row in 0..rows {
            let cells: Vec<Cell<'_>> = columns.iter().filter_map(|column| column.cell(row).ok()).collect();
            match insert.execute(params_from_iter(cells)) {
                Ok(_) => {
                    inserted.insert(self.connection.last_insert_rowid(), row);
                }
                // A constraint may also end the transaction.
                Err(error) if is_of_row(&error) && !self.connection.is_autocommit() => {
                    let code = error.sqlite_error().map(|error| error.extended_code);
                    let later = self.appends && code == Some(SQLITE_CONSTRAINT_FOREIGNKEY);
                    refusals.push(Refusal { later, ..Refusal::refused(row, error.to_string()) });
                }
                Err(error) => return Err(failed(error)),
            }
        }
        if self.defers {
            refusals.extend(self.without_reference(&inserted).map_err(failed)?);
        }
        Ok(refusals)
    }

    fn replace(&self) -> Result<(), SinkError> {
        let (target, staged) = (quoted(&self.table.table), quoted(&self.into));
        let exists = self.connection.table_exists(None, self.table.table.as_str());
        if !exists.map_err(|error| failed(&self.database, &error))? {
            return self.execute(&format!("ALTER TABLE {staged} RENAME TO {target}"));
        }
        self.alter(&self.table.table)?.iter().try_for_each(|sql| self.execute(sql))?;
        // A foreign key may have come since the run began.
        let references = self.references()?;
        let has = |column: &str| self.schema.field_with_name(column).is_ok();
        if let Some(key) = key(&self.table, &references, has)? {
            return self.merge(&references, key);
        }
        let columns: Vec<_> = self.schema.fields().iter().map(|field| quoted(field.name())).collect();
        let columns = columns.join(", ");
        self.execute(&format!(
            "DELETE FROM {target}; INSERT INTO {target} ({columns}) SELECT {columns} FROM {staged}; DROP TABLE {staged}"
        ))
    }

    fn note(&self, commit: &Commit) -> Result<(), SinkError> {
        let sql =
            format!("INSERT OR REPLACE INTO {COMMITS} (pipeline, sink, run, number) VALUES (?1, ?2, ?3, ?4)");
        let noted = self.connection.execute(&sql, (&self.owner.0, self.owner.1, &commit.run, commit.number));
        noted.map(drop).map_err(|error| failed(&self.database, &error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_is_read_after_the_name() {
        for name in ["rows", "\"a \"\" (b\"", "[a (b]", "`a``(`", "'it''s'"] {
            assert_eq!(after_name(&format!("{name}(a, b)")), Some("(a, b)"), "{name}");
        }
    }
}
