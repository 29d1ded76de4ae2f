use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Float64Type, Int32Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_cast::display::array_value_to_string;
use arrow_schema::{DataType, SchemaRef};
use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{Connection, OptionalExtension, params_from_iter};

use super::target::{COMMITS, beside, check_key, no_type};
use crate::pipeline::{SinkMode, SinkTable};
use crate::postgres::quoted;
use crate::sink::error::SinkError;
use crate::sink::writer::{Commit, Prepared, SinkMark, SinkStart, SinkWriter};

pub(in crate::sink) struct SqliteSink {
    connection: Connection,
    database: String,
    table: SinkTable,
    mode: SinkMode,
    schema: SchemaRef,
    /// The table that rows are inserted into: the target, or a table beside it.
    into: String,
    insert: String,
    owner: (String, usize),
    /// The last commit of this run that is in the database.
    already: u64,
    open: bool,
    skip: bool,
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
            &format!("SELECT run, number FROM {COMMITS} WHERE pipeline = ?1 AND sink = ?2"),
            (start.pipeline, start.index),
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

impl SqliteSink {
    pub(in crate::sink) fn open(
        path: &Path,
        table: &SinkTable,
        mode: SinkMode,
        schema: &SchemaRef,
        start: &SinkStart<'_>,
    ) -> Result<Self, SinkError> {
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
        let already = read_mark(&connection, start).map_err(failed)?;
        let already = already.filter(|(run, _)| run == start.run).map_or(0, |(_, number)| number);
        let columns: Vec<_> = schema.fields().iter().map(|field| quoted(field.name())).collect();
        let into =
            if mode == SinkMode::Replace { beside(&table.table, start.index) } else { table.table.clone() };
        let marks: Vec<_> = (1..=columns.len()).map(|index| format!("?{index}")).collect();
        let mut insert =
            format!("INSERT INTO {} ({}) VALUES ({})", quoted(&into), columns.join(", "), marks.join(", "));
        if mode == SinkMode::Upsert {
            let key: Vec<_> = table.key.iter().map(|key| quoted(key)).collect();
            let others = columns.iter().filter(|column| !key.contains(column));
            let set: Vec<_> = others.map(|column| format!("{column} = excluded.{column}")).collect();
            let action =
                if set.is_empty() { "NOTHING".to_owned() } else { format!("UPDATE SET {}", set.join(", ")) };
            insert.push_str(&format!(" ON CONFLICT ({}) DO {action}", key.join(", ")));
        }
        let sink = Self {
            connection,
            table: table.clone(),
            mode,
            schema: Arc::clone(schema),
            into,
            insert,
            owner: (start.pipeline.to_owned(), start.index),
            already,
            open: false,
            skip: already > start.commits,
            database: database.clone(),
        };
        if mode == SinkMode::Replace && already == 0 {
            sink.execute(&format!("DROP TABLE IF EXISTS {}", quoted(&sink.into)))?;
        }
        sink.execute(&sink.create(&sink.into)?)?;
        // Prepares the statement now, so that columns that do not fit an existing table are an error before the first row.
        sink.connection.prepare(&sink.insert).map_err(failed)?;
        Ok(sink)
    }

    fn execute(&self, sql: &str) -> Result<(), SinkError> {
        self.connection.execute_batch(sql).map_err(|error| failed(&self.database, &error))
    }

    fn create(&self, name: &str) -> Result<String, SinkError> {
        let mut columns = Vec::new();
        for field in self.schema.fields() {
            let kind = match field.data_type() {
                DataType::Boolean => "BOOLEAN",
                DataType::Int32 | DataType::Int64 => "INTEGER",
                DataType::Float64 => "REAL",
                DataType::Date32 | DataType::Timestamp(..) | DataType::Utf8 => "TEXT",
                DataType::Binary => "BLOB",
                other if other.is_nested() => return Err(no_type(&self.table, field.name(), other)),
                _ => "TEXT",
            };
            columns.push(format!("{} {kind}", quoted(field.name())));
        }
        if !self.table.key.is_empty() {
            let key: Vec<_> = self.table.key.iter().map(|key| quoted(key)).collect();
            columns.push(format!("PRIMARY KEY ({})", key.join(", ")));
        }
        Ok(format!("CREATE TABLE IF NOT EXISTS {} ({})", quoted(name), columns.join(", ")))
    }

    fn begin(&mut self) -> Result<(), SinkError> {
        if !self.open {
            self.execute("BEGIN IMMEDIATE")?;
            self.open = true;
        }
        Ok(())
    }
}

impl SinkWriter for SqliteSink {
    fn write(&mut self, batch: &RecordBatch) -> Result<(), SinkError> {
        if self.skip {
            return Ok(());
        }
        self.begin()?;
        let failed = |error: rusqlite::Error| failed(&self.database, &error);
        let mut insert = self.connection.prepare_cached(&self.insert).map_err(failed)?;
        for row in 0..batch.num_rows() {
            let values = batch.columns().iter().map(|column| value(column, row));
            insert.execute(params_from_iter(values)).map_err(failed)?;
        }
        Ok(())
    }

    fn prepare(&mut self, commit: &Commit) -> Result<Prepared, SinkError> {
        let prepared = Prepared { mark: SinkMark::None, publish: Vec::new() };
        self.skip = commit.number < self.already;
        if commit.number <= self.already {
            return Ok(prepared);
        }
        self.begin()?;
        if commit.last && self.mode == SinkMode::Replace {
            let (target, staged) = (quoted(&self.table.table), quoted(&self.into));
            let exists = self.connection.table_exists(None, self.table.table.as_str());
            if exists.map_err(|error| failed(&self.database, &error))? {
                let columns: Vec<_> = self.schema.fields().iter().map(|field| quoted(field.name())).collect();
                let columns = columns.join(", ");
                self.execute(&format!(
                    "DELETE FROM {target}; INSERT INTO {target} ({columns}) SELECT {columns} FROM {staged}; DROP TABLE {staged}"
                ))?;
            } else {
                self.execute(&format!("ALTER TABLE {staged} RENAME TO {target}"))?;
            }
        }
        self.connection
            .execute(
                &format!(
                    "INSERT OR REPLACE INTO {COMMITS} (pipeline, sink, run, number) VALUES (?1, ?2, ?3, ?4)"
                ),
                (&self.owner.0, self.owner.1, &commit.run, commit.number),
            )
            .map_err(|error| failed(&self.database, &error))?;
        Ok(prepared)
    }

    fn commit(&mut self) -> Result<(), SinkError> {
        if self.open {
            self.execute("COMMIT")?;
            self.open = false;
        }
        Ok(())
    }
}

enum Cell<'a> {
    Borrowed(ValueRef<'a>),
    Owned(Value),
}

impl rusqlite::ToSql for Cell<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Borrowed(value) => ToSqlOutput::Borrowed(*value),
            Self::Owned(value) => ToSqlOutput::Borrowed(value.into()),
        })
    }
}

/// A value for SQLite. Dates and times are text, as SQLite's functions expect them.
fn value(column: &ArrayRef, row: usize) -> Cell<'_> {
    if column.is_null(row) {
        return Cell::Borrowed(ValueRef::Null);
    }
    match column.data_type() {
        DataType::Boolean => Cell::Borrowed(ValueRef::Integer(column.as_boolean().value(row).into())),
        DataType::Int32 => {
            Cell::Borrowed(ValueRef::Integer(column.as_primitive::<Int32Type>().value(row).into()))
        }
        DataType::Int64 => Cell::Borrowed(ValueRef::Integer(column.as_primitive::<Int64Type>().value(row))),
        DataType::Float64 => Cell::Borrowed(ValueRef::Real(column.as_primitive::<Float64Type>().value(row))),
        DataType::Utf8 => Cell::Borrowed(ValueRef::Text(column.as_string::<i32>().value(row).as_bytes())),
        DataType::Binary => Cell::Borrowed(ValueRef::Blob(column.as_binary::<i32>().value(row))),
        DataType::Date32 => {
            let text = column.as_primitive::<Date32Type>().value_as_date(row).map(|date| date.to_string());
            Cell::Owned(text.map_or(Value::Null, Value::Text))
        }
        DataType::Timestamp(arrow_schema::TimeUnit::Microsecond, _) => {
            let time = column.as_primitive::<TimestampMicrosecondType>().value_as_datetime(row);
            let text = time.map(|time| time.format("%Y-%m-%d %H:%M:%S%.f").to_string());
            Cell::Owned(text.map_or(Value::Null, Value::Text))
        }
        _ => Cell::Owned(array_value_to_string(column, row).map_or(Value::Null, Value::Text)),
    }
}
