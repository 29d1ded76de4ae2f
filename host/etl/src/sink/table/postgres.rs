mod calendar;
mod column;
mod copy;
mod types;

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::SchemaRef;
use bytes::Bytes;
use futures_util::SinkExt;

use self::column::Column;
use super::target::{COMMITS, beside, check_age, check_key, collected_is_gone, is_left, no_type, null_keys};
use crate::pipeline::{SinkMode, SinkTable};
use crate::postgres::{Connection, Kind, PostgresError, quoted, quoted_table};
use crate::sink::error::SinkError;
use crate::sink::refusal::Refusal;
use crate::sink::writer::{Commit, Prepared, SinkMark, SinkStart, SinkWriter};

/// How long a killed run's connection may keep its lock.
const PATIENCE: Duration = Duration::from_secs(3);

pub(in crate::sink) struct PostgresSink {
    connection: Connection,
    table: SinkTable,
    mode: SinkMode,
    schema: SchemaRef,
    /// The table that rows are copied into: the target, or a table beside it.
    into: String,
    /// The types of the columns of `into`, with their names.
    types: Vec<(Kind, String)>,
    owner: (String, usize),
    /// The last commit of this run that is in the database.
    already: u64,
    /// Whether there is a transaction.
    open: bool,
    /// Whether the transaction has a savepoint, before the last batch.
    savepoint: bool,
    /// Whether the last batch was offered, and is in the transaction.
    offered: bool,
    /// Whether the rows of this commit are in the database already.
    skip: bool,
}

/// The last commit of this pipeline's sink in the database: run and number.
pub(in crate::sink) fn committed(
    url: &str,
    start: &SinkStart<'_>,
) -> Result<Option<(String, u64)>, SinkError> {
    Ok(read_mark(&Connection::open(url)?, start)?)
}

fn read_mark(connection: &Connection, start: &SinkStart<'_>) -> Result<Option<(String, u64)>, PostgresError> {
    let exists =
        connection.wait(connection.client.query_one("SELECT to_regclass($1) IS NOT NULL", &[&COMMITS]))?;
    if !exists.get::<_, bool>(0) {
        return Ok(None);
    }
    let sink = i32::try_from(start.index).unwrap_or(i32::MAX);
    let row = connection.wait(connection.client.query_opt(
        // A project that has been moved has another name, and the same run.
        &format!(
            "SELECT run, number FROM {COMMITS} WHERE (pipeline = $1 OR run = $3) AND sink = $2 \
             ORDER BY run = $3 DESC, number DESC LIMIT 1"
        ),
        &[&start.pipeline, &sink, &start.run],
    ))?;
    Ok(row.map(|row| (row.get(0), u64::try_from(row.get::<_, i64>(1)).unwrap_or_default())))
}

/// Drops the tables that killed runs of this pipeline have left.
fn drop_left(connection: &Connection, table: &SinkTable, start: &SinkStart<'_>) -> Result<(), PostgresError> {
    let schema = table.table.rsplit_once('.').map(|(schema, _)| schema);
    let rows = connection.wait(connection.client.query(
        "SELECT tablename::text FROM pg_tables WHERE schemaname = coalesce($1, current_schema()::text) AND tablename LIKE 'witdock!_%' ESCAPE '!'",
        &[&schema],
    ))?;
    for name in rows.iter().map(|row| row.get::<_, String>(0)).filter(|name| is_left(name, start)) {
        let name =
            schema.map_or_else(|| quoted(&name), |schema| format!("{}.{}", quoted(schema), quoted(&name)));
        connection.wait(connection.client.batch_execute(&format!("DROP TABLE {name}")))?;
    }
    Ok(())
}

impl PostgresSink {
    pub(in crate::sink) fn open(
        url: &str,
        table: &SinkTable,
        mode: SinkMode,
        schema: &SchemaRef,
        start: &SinkStart<'_>,
    ) -> Result<Self, SinkError> {
        check_key(table, schema)?;
        let connection = Connection::open(url)?;
        lock(&connection, table)?;
        let batch = |sql: String| connection.wait(connection.client.batch_execute(&sql));
        batch(format!(
            "CREATE TABLE IF NOT EXISTS {COMMITS} (pipeline text, sink int4, run text NOT NULL, number int8 NOT NULL, \
             PRIMARY KEY (pipeline, sink))"
        ))?;
        let already = read_mark(&connection, start)?;
        let already = already.filter(|(run, _)| run == start.run).map(|(_, number)| number);
        check_age(table, start, already)?;
        let already = already.unwrap_or_default();
        let staged = beside(&table.table, start);
        if mode != SinkMode::Replace {
            batch(create(table, schema, &table.table)?)?;
        }
        let into = match mode {
            SinkMode::Append => table.table.clone(),
            // Rows that replace all others are collected over all commits.
            SinkMode::Replace => {
                if already == 0 {
                    drop_left(&connection, table, start)?;
                } else if already == start.commits && !exists(&connection, &staged)? {
                    return Err(collected_is_gone(table, &staged));
                }
                let like = if exists(&connection, &table.table)? {
                    // The types and constraints of the target, so that it takes all of the rows in the end.
                    let (staged, target) = (quoted_table(&staged), quoted_table(&table.table));
                    format!("CREATE TABLE IF NOT EXISTS {staged} (LIKE {target} INCLUDING ALL)")
                } else {
                    create(table, schema, &staged)?
                };
                batch(like)?;
                staged
            }
            // Rows to merge are collected over one batch, in a table that only this connection has.
            SinkMode::Upsert => {
                let into = staged.rsplit('.').next().unwrap_or_default().to_owned();
                batch(format!(
                    "CREATE TEMPORARY TABLE {} AS SELECT {} FROM {} LIMIT 0; ALTER TABLE {0} ADD COLUMN {ORDER} bigserial",
                    quoted(&into),
                    columns(schema),
                    quoted_table(&table.table)
                ))?;
                into
            }
        };
        let select = format!("SELECT {} FROM {} LIMIT 0", columns(schema), quoted_table(&into));
        let statement = connection.wait(connection.client.prepare(&select))?;
        let mut types = Vec::new();
        for (field, column) in schema.fields().iter().zip(statement.columns()) {
            let kind = Kind::of(column.type_(), column.type_modifier());
            if !types::takes(field.data_type(), &kind) {
                return Err(SinkError::from(connection.failed(format!(
                    "the column `{}` of {} has the type {}, and the rows have {}: change one of them",
                    field.name(),
                    table.table,
                    kind.name(column.type_()),
                    field.data_type()
                ))));
            }
            let name = kind.name(column.type_());
            types.push((kind, name));
        }
        Ok(Self {
            connection,
            table: table.clone(),
            mode,
            schema: Arc::clone(schema),
            into,
            types,
            owner: (start.pipeline.to_owned(), start.index),
            already,
            open: false,
            savepoint: false,
            offered: false,
            skip: already > start.commits,
        })
    }

    fn execute(&self, sql: &str) -> Result<(), SinkError> {
        Ok(self.connection.wait(self.connection.client.batch_execute(sql))?)
    }

    fn begin(&mut self) -> Result<(), SinkError> {
        if !self.open {
            self.execute("BEGIN")?;
            self.open = true;
        }
        Ok(())
    }

    /// The columns as their types have them, or the rows with a value that its type cannot hold.
    fn columns(&self, batch: &RecordBatch) -> Result<Result<Vec<ArrayRef>, Vec<Refusal>>, SinkError> {
        let mut refusals = null_keys(&self.table, batch);
        let mut columns = Vec::new();
        for ((column, field), (kind, name)) in
            batch.columns().iter().zip(self.schema.fields()).zip(&self.types)
        {
            let Column { values, problems } = Column::new(column, kind, name).map_err(|error| {
                self.connection.failed(format!("the column `{}` cannot be converted: {error}", field.name()))
            })?;
            columns.push(values);
            for (row, problem) in problems {
                let message = format!("the column `{}`: {problem}", field.name());
                refusals.entry(row).or_insert(Refusal { row, code: "value", message });
            }
        }
        Ok(if refusals.is_empty() { Ok(columns) } else { Err(refusals.into_values().collect()) })
    }

    /// Writes these rows, and merges them.
    fn insert(&self, columns: &[ArrayRef], rows: Range<usize>) -> Result<(), PostgresError> {
        let bytes = copy::rows(columns, rows).map_err(|_| {
            self.connection.failed("the rows cannot be written in the format of COPY".to_owned())
        })?;
        let sql = format!("COPY {} ({}) FROM STDIN", quoted_table(&self.into), self::columns(&self.schema));
        self.connection.wait(async {
            let sink = self.connection.client.copy_in::<_, Bytes>(&sql).await?;
            let mut sink = std::pin::pin!(sink);
            sink.send(bytes).await?;
            sink.finish().await
        })?;
        if self.mode == SinkMode::Upsert { self.merge() } else { Ok(()) }
    }

    /// Finds the rows that the database does not accept, by halves. The others stay until the caller takes the batch back: two rows
    /// with one key must not both be accepted.
    fn halve(
        &self,
        columns: &[ArrayRef],
        rows: Range<usize>,
        refusals: &mut Vec<Refusal>,
    ) -> Result<(), SinkError> {
        self.execute("SAVEPOINT witdock_half")?;
        match self.insert(columns, rows.clone()) {
            Ok(()) => return self.execute("RELEASE SAVEPOINT witdock_half"),
            Err(error) if !error.of_row => return Err(error.into()),
            Err(error) => {
                self.execute("ROLLBACK TO SAVEPOINT witdock_half; RELEASE SAVEPOINT witdock_half")?;
                if rows.len() <= 1 {
                    let message = error.message;
                    refusals.push(Refusal { row: rows.start, code: "refused", message });
                    return Ok(());
                }
            }
        }
        let middle = rows.start + rows.len() / 2;
        self.halve(columns, rows.start..middle, refusals)?;
        self.halve(columns, middle..rows.end, refusals)
    }

    /// Merges the rows by key. Of several rows with the same key the last one counts.
    fn merge(&self) -> Result<(), PostgresError> {
        let key: Vec<_> = self.table.key.iter().map(|key| quoted(key)).collect();
        let key = key.join(", ");
        let others = self.schema.fields().iter().filter(|field| !self.table.key.contains(field.name()));
        let set: Vec<_> = others.map(|field| format!("{0} = excluded.{0}", quoted(field.name()))).collect();
        let action =
            if set.is_empty() { "NOTHING".to_owned() } else { format!("UPDATE SET {}", set.join(", ")) };
        let (into, columns) = (quoted(&self.into), columns(&self.schema));
        let sql = format!(
            "INSERT INTO {} ({columns}) SELECT DISTINCT ON ({key}) {columns} FROM {into} ORDER BY {key}, {ORDER} DESC \
             ON CONFLICT ({key}) DO {action}; TRUNCATE {into}",
            quoted_table(&self.table.table)
        );
        self.connection.wait(self.connection.client.batch_execute(&sql))
    }

    fn replace(&self) -> Result<(), SinkError> {
        let (target, staged) = (quoted_table(&self.table.table), quoted_table(&self.into));
        if exists(&self.connection, &self.table.table)? {
            let columns = columns(&self.schema);
            self.execute(&format!(
                "DELETE FROM {target}; INSERT INTO {target} ({columns}) OVERRIDING SYSTEM VALUE SELECT {columns} FROM {staged}; \
                 DROP TABLE {staged}"
            ))
        } else {
            let name = self.table.table.rsplit('.').next().unwrap_or_default();
            self.execute(&format!("ALTER TABLE {staged} RENAME TO {}", quoted(name)))
        }
    }
}

/// Takes the table for this connection, as long as it is open.
fn lock(connection: &Connection, table: &SinkTable) -> Result<(), SinkError> {
    let begun = Instant::now();
    let name = if table.table.contains('.') { "$1" } else { "current_schema() || '.' || $1" };
    // A row's text is hashed to the number that a lock has.
    let sql = format!("SELECT pg_try_advisory_lock(hashtextextended('witdock ' || {name}, 0))");
    loop {
        let row = connection.wait(connection.client.query_one(&sql, &[&table.table]))?;
        if row.get::<_, bool>(0) {
            return Ok(());
        }
        if begun.elapsed() > PATIENCE {
            let path = PathBuf::from(format!("{} in {}", table.table, table.database.name()));
            return Err(SinkError::Busy { path, holder: String::new() });
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}

fn exists(connection: &Connection, table: &str) -> Result<bool, PostgresError> {
    let table = quoted_table(table);
    let row =
        connection.wait(connection.client.query_one("SELECT to_regclass($1) IS NOT NULL", &[&table]))?;
    Ok(row.get(0))
}

/// The column of a temporary table that records the order of rows.
const ORDER: &str = "witdock_order";

fn columns(schema: &SchemaRef) -> String {
    schema.fields().iter().map(|field| quoted(field.name())).collect::<Vec<_>>().join(", ")
}

fn create(table: &SinkTable, schema: &SchemaRef, name: &str) -> Result<String, SinkError> {
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

impl SinkWriter for PostgresSink {
    fn offer(&mut self, batch: &RecordBatch) -> Result<Vec<Refusal>, SinkError> {
        let columns = match self.columns(batch)? {
            Ok(columns) => columns,
            Err(refusals) => return Ok(refusals),
        };
        if self.skip || batch.num_rows() == 0 {
            return Ok(Vec::new());
        }
        self.begin()?;
        let before = if self.savepoint { "RELEASE SAVEPOINT witdock; " } else { "" };
        self.execute(&format!("{before}SAVEPOINT witdock"))?;
        self.savepoint = true;
        self.offered = true;
        match self.insert(&columns, 0..batch.num_rows()) {
            Ok(()) => return Ok(Vec::new()),
            Err(error) if error.of_row => self.withdraw()?,
            Err(error) => return Err(error.into()),
        }
        self.offered = true;
        let mut refusals = Vec::new();
        self.halve(&columns, 0..batch.num_rows(), &mut refusals)?;
        if !refusals.is_empty() {
            self.withdraw()?;
        }
        Ok(refusals)
    }

    fn withdraw(&mut self) -> Result<(), SinkError> {
        if self.offered {
            self.execute("ROLLBACK TO SAVEPOINT witdock")?;
            self.offered = false;
        }
        Ok(())
    }

    fn write(&mut self, batch: &RecordBatch) -> Result<(), SinkError> {
        if !self.offered
            && let Some(refusal) = self.offer(batch)?.first()
        {
            let message = format!("row {} of a batch: {}", refusal.row + 1, refusal.message);
            return Err(self.connection.failed(message).into());
        }
        self.offered = false;
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
            self.replace()?;
        }
        let sink = i32::try_from(self.owner.1).unwrap_or(i32::MAX);
        let number = i64::try_from(commit.number).unwrap_or(i64::MAX);
        self.connection.wait(self.connection.client.execute(
            &format!(
                "INSERT INTO {COMMITS} (pipeline, sink, run, number) VALUES ($1, $2, $3, $4) \
                 ON CONFLICT (pipeline, sink) DO UPDATE SET run = excluded.run, number = excluded.number"
            ),
            &[&self.owner.0, &sink, &commit.run, &number],
        ))?;
        // What is checked at the end of the transaction is checked before the checkpoint.
        self.execute("SET CONSTRAINTS ALL IMMEDIATE")?;
        Ok(prepared)
    }

    fn commit(&mut self) -> Result<(), SinkError> {
        if self.open {
            self.execute("COMMIT")?;
            self.open = false;
            self.savepoint = false;
        }
        Ok(())
    }
}
