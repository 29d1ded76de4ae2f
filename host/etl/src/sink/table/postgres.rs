mod calendar;
mod column;
mod copy;
mod statements;
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
use self::statements::{alter, columns, create, new_in, others, references, selected};
use super::references::{Merge, Reference, broken, key};
use super::sink::{Database, TableSink};
use super::target::{COMMITS, beside, check_key, collected_is_gone, is_left, last_commit, on_conflict};
use crate::pipeline::{SinkMode, SinkTable};
use crate::postgres::{Connection, Kind, PostgresError, quoted, quoted_table};
use crate::sink::error::SinkError;
use crate::sink::refusal::Refusal;
use crate::sink::writer::{Commit, SinkStart, SinkWriter};

/// How long a killed run's connection may keep its lock.
const PATIENCE: Duration = Duration::from_secs(3);

/// Ends the wait for a lock that may never come: the server sees no circle between two connections of one run, one of which waits for this program.
/// A time in the url's `options` or in the server's configuration counts instead.
const LIMIT_WAITS: &str =
    "SELECT set_config('lock_timeout', '30s', false) WHERE current_setting('lock_timeout') = '0'";

/// A table on a PostgreSQL server.
struct PostgresTable {
    connection: Connection,
    table: SinkTable,
    mode: SinkMode,
    schema: SchemaRef,
    /// The table that rows are copied into: the target, or a table beside it.
    into: String,
    /// The statement that gives a target that is replaced its new columns.
    alter: Option<String>,
    /// The types of the columns of `into`, with their names.
    types: Vec<(Kind, String)>,
    owner: (String, usize),
}

/// The last commit of this pipeline's sink in the database: run and number. `settled` waits for the connection of a killed run, whose last statement may
/// still be under way.
pub(in crate::sink) fn committed(
    url: &str,
    table: &SinkTable,
    start: &SinkStart<'_>,
    settled: bool,
) -> Result<Option<(String, u64)>, SinkError> {
    let connection = Connection::open(url)?;
    if settled {
        lock(&connection, table)?;
    }
    Ok(read_mark(&connection, start)?)
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

pub(in crate::sink) fn open(
    url: &str,
    table: &SinkTable,
    mode: SinkMode,
    schema: &SchemaRef,
    start: &SinkStart<'_>,
) -> Result<Box<dyn SinkWriter>, SinkError> {
    check_key(table, schema)?;
    let connection = Connection::open(url)?;
    connection.wait(connection.client.batch_execute(LIMIT_WAITS))?;
    lock(&connection, table)?;
    let batch = |sql: String| connection.wait(connection.client.batch_execute(&sql));
    batch(format!(
        "CREATE TABLE IF NOT EXISTS {COMMITS} (pipeline text, sink int4, run text NOT NULL, number int8 NOT NULL, \
         PRIMARY KEY (pipeline, sink))"
    ))?;
    let already = last_commit(table, start, read_mark(&connection, start)?)?;
    let staged = beside(&table.table, start);
    if mode != SinkMode::Replace {
        batch(create(table, schema, &table.table)?)?;
    }
    let new = match exists(&connection, &table.table)? {
        true => new_in(&connection, table, schema)?,
        false => Vec::new(),
    };
    let select = selected(table, schema, &new)?;
    let into = match mode {
        SinkMode::Append => table.table.clone(),
        // Rows that replace all others are collected over all commits.
        SinkMode::Replace => {
            if already == 0 {
                drop_left(&connection, table, start)?;
            } else if already == start.commits && !exists(&connection, &staged)? {
                return Err(collected_is_gone(table, &staged));
            }
            let has = |column: &str| schema.field_with_name(column).is_ok();
            key(table, &references(&connection, &table.table)?, has)?;
            let like = if exists(&connection, &table.table)? {
                // The types and constraints of the target, so that it takes all of the rows in the end.
                let (staged, target) = (quoted_table(&staged), quoted_table(&table.table));
                let columns = alter(table, &staged, &new)?.map_or_else(String::new, |sql| format!("; {sql}"));
                format!("CREATE TABLE IF NOT EXISTS {staged} (LIKE {target} INCLUDING ALL){columns}")
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
                select,
                quoted_table(&table.table)
            ))?;
            into
        }
    };
    let select = if mode == SinkMode::Append { select } else { columns(schema) };
    let select = format!("SELECT {select} FROM {} LIMIT 0", quoted_table(&into));
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
    let written = into.clone();
    let alter = alter(table, &quoted_table(&table.table), &new)?;
    // A target that is replaced gets its new columns together with the rows.
    let (at_once, in_the_end) = if mode == SinkMode::Replace { (None, alter) } else { (alter, None) };
    let target = PostgresTable {
        connection,
        table: table.clone(),
        mode,
        schema: Arc::clone(schema),
        into,
        alter: in_the_end,
        types,
        owner: (start.pipeline.to_owned(), start.index),
    };
    let sink = TableSink::new(target, table, &written, mode, already, start.commits);
    Ok(Box::new(sink.altering(at_once.into_iter().collect())))
}

impl PostgresTable {
    /// Writes these rows, and merges them.
    fn copy(&self, columns: &[ArrayRef], rows: Range<usize>) -> Result<(), PostgresError> {
        let bytes = copy::rows(columns, rows).map_err(|_| {
            self.connection.failed("the rows cannot be written in the format of COPY".to_owned())
        })?;
        let sql =
            format!("COPY {} ({}) FROM STDIN", quoted_table(&self.into), statements::columns(&self.schema));
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
        match self.copy(columns, rows.clone()) {
            Ok(()) => return self.execute("RELEASE SAVEPOINT witdock_half"),
            Err(error) if !error.of_row => return Err(error.into()),
            Err(error) => {
                self.execute("ROLLBACK TO SAVEPOINT witdock_half; RELEASE SAVEPOINT witdock_half")?;
                if rows.len() <= 1 {
                    let message = error.message;
                    refusals
                        .push(Refusal { later: error.of_reference, ..Refusal::refused(rows.start, message) });
                    return Ok(());
                }
            }
        }
        let middle = rows.start + rows.len() / 2;
        self.halve(columns, rows.start..middle, refusals)?;
        self.halve(columns, middle..rows.end, refusals)
    }

    /// Replaces the rows of a target that other tables refer to.
    fn replace_by_key(&self, references: &[Reference], key: &[String]) -> Result<(), SinkError> {
        let defaults = others(&self.connection, &self.table.table, &self.schema)?;
        let merge = Merge {
            target: &quoted_table(&self.table.table),
            staged: &quoted_table(&self.into),
            columns: self.schema.fields().iter().map(|field| quoted(field.name())).collect(),
            key: key.iter().map(|column| quoted(column)).collect(),
            defaults: defaults.iter().map(|column| (quoted(column), "DEFAULT".to_owned())).collect(),
            overriding: "OVERRIDING SYSTEM VALUE",
        };
        // Those that are checked at the end of the transaction by default are checked there.
        let sql = format!("SET CONSTRAINTS ALL DEFERRED; {}", merge.statements());
        self.connection.wait(self.connection.client.batch_execute(&sql)).map_err(|error| {
            let message = match error.of_reference {
                true => broken(&self.table, references, &error.message),
                false => return error.into(),
            };
            self.failed(message)
        })
    }

    /// Merges the rows by key. Of several rows with the same key the last one counts.
    fn merge(&self) -> Result<(), PostgresError> {
        let key: Vec<_> = self.table.key.iter().map(|key| quoted(key)).collect();
        let names: Vec<_> = self.schema.fields().iter().map(|field| quoted(field.name())).collect();
        let merge = on_conflict(&names, &key, &[]);
        let key = key.join(", ");
        let (into, columns) = (quoted(&self.into), columns(&self.schema));
        let sql = format!(
            "INSERT INTO {} ({columns}) SELECT DISTINCT ON ({key}) {columns} FROM {into} ORDER BY {key}, {ORDER} DESC \
             {merge}; TRUNCATE {into}",
            quoted_table(&self.table.table)
        );
        self.connection.wait(self.connection.client.batch_execute(&sql))
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

impl Database for PostgresTable {
    /// What is checked at the end of the transaction by default is checked at once, so that the row is known.
    const BEGIN: &str = "BEGIN; SET CONSTRAINTS ALL IMMEDIATE";

    type Columns = Vec<ArrayRef>;

    fn execute(&self, sql: &str) -> Result<(), SinkError> {
        Ok(self.connection.wait(self.connection.client.batch_execute(sql))?)
    }

    fn failed(&self, message: String) -> SinkError {
        self.connection.failed(message).into()
    }

    fn columns(&self, batch: &RecordBatch) -> Result<(Vec<ArrayRef>, Vec<Refusal>), SinkError> {
        let (mut columns, mut misfits) = (Vec::new(), Vec::new());
        for ((column, field), (kind, name)) in
            batch.columns().iter().zip(self.schema.fields()).zip(&self.types)
        {
            let Column { values, problems } = Column::new(column, kind, name).map_err(|error| {
                self.failed(format!("the column `{}` cannot be converted: {error}", field.name()))
            })?;
            columns.push(values);
            let problems = problems.into_iter();
            misfits.extend(problems.map(|(row, problem)| Refusal::value(row, field.name(), &problem)));
        }
        Ok((columns, misfits))
    }

    fn insert(&self, columns: &Vec<ArrayRef>, rows: usize) -> Result<Vec<Refusal>, SinkError> {
        match self.copy(columns, 0..rows) {
            Ok(()) => return Ok(Vec::new()),
            Err(error) if !error.of_row => return Err(error.into()),
            Err(_) => self.execute("ROLLBACK TO SAVEPOINT witdock")?,
        }
        let mut refusals = Vec::new();
        self.halve(columns, 0..rows, &mut refusals)?;
        // A row may refer to one in the other half.
        loop {
            let before = refusals.len();
            for refusal in std::mem::take(&mut refusals) {
                if refusal.later {
                    self.halve(columns, refusal.row..refusal.row + 1, &mut refusals)?;
                } else {
                    refusals.push(refusal);
                }
            }
            if refusals.len() == before || refusals.is_empty() {
                break;
            }
        }
        // A row that is merged later would replace others that came after it.
        let later = self.mode == SinkMode::Append;
        Ok(refusals.into_iter().map(|refusal| Refusal { later: refusal.later && later, ..refusal }).collect())
    }

    fn replace(&self) -> Result<(), SinkError> {
        let (target, staged) = (quoted_table(&self.table.table), quoted_table(&self.into));
        if exists(&self.connection, &self.table.table)? {
            self.alter.iter().try_for_each(|sql| self.execute(sql))?;
            // A foreign key may have come since the run began.
            let references = references(&self.connection, &self.table.table)?;
            let has = |column: &str| self.schema.field_with_name(column).is_ok();
            if let Some(key) = key(&self.table, &references, has)? {
                return self.replace_by_key(&references, key);
            }
            let columns = columns(&self.schema);
            self.execute(&format!(
                "SET CONSTRAINTS ALL DEFERRED; DELETE FROM {target}; INSERT INTO {target} ({columns}) OVERRIDING SYSTEM VALUE SELECT {columns} FROM {staged}; \
                 DROP TABLE {staged}"
            ))
        } else {
            let name = self.table.table.rsplit('.').next().unwrap_or_default();
            self.execute(&format!("ALTER TABLE {staged} RENAME TO {}", quoted(name)))
        }
    }

    fn note(&self, commit: &Commit) -> Result<(), SinkError> {
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
        self.execute("SET CONSTRAINTS ALL IMMEDIATE")
    }
}
