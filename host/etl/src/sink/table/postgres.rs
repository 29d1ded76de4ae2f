use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Float64Type, Int32Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_cast::display::array_value_to_string;
use arrow_schema::{DataType, SchemaRef};
use bytes::{BufMut, Bytes, BytesMut};
use futures_util::SinkExt;
use postgres_types::Type;

use super::target::{COMMITS, beside, check_key, no_type};
use crate::pipeline::{SinkMode, SinkTable};
use crate::postgres::{Connection, EPOCH_DAYS, EPOCH_MICROSECONDS, PostgresError, quoted, quoted_table};
use crate::sink::error::SinkError;
use crate::sink::writer::{Commit, Prepared, SinkMark, SinkStart, SinkWriter};

pub(in crate::sink) struct PostgresSink {
    connection: Connection,
    table: SinkTable,
    mode: SinkMode,
    schema: SchemaRef,
    /// The table that rows are copied into: the target, or a table beside it.
    into: String,
    /// The types of the columns of `into`.
    types: Vec<Type>,
    owner: (String, usize),
    /// The last commit of this run that is in the database.
    already: u64,
    open: bool,
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
        &format!("SELECT run, number FROM {COMMITS} WHERE pipeline = $1 AND sink = $2"),
        &[&start.pipeline, &sink],
    ))?;
    Ok(row.map(|row| (row.get(0), u64::try_from(row.get::<_, i64>(1)).unwrap_or_default())))
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
        let batch = |sql: String| connection.wait(connection.client.batch_execute(&sql));
        batch(format!(
            "CREATE TABLE IF NOT EXISTS {COMMITS} (pipeline text, sink int4, run text NOT NULL, number int8 NOT NULL, \
             PRIMARY KEY (pipeline, sink))"
        ))?;
        let already = read_mark(&connection, start)?;
        let already = already.filter(|(run, _)| run == start.run).map_or(0, |(_, number)| number);
        let into =
            if mode == SinkMode::Append { table.table.clone() } else { beside(&table.table, start.index) };
        if mode != SinkMode::Replace {
            batch(create(table, schema, &table.table)?)?;
        }
        match mode {
            // Rows that replace all others are collected over all commits; rows to merge, over one.
            SinkMode::Replace => {
                if already == 0 {
                    batch(format!("DROP TABLE IF EXISTS {}", quoted_table(&into)))?;
                }
                batch(create(table, schema, &into)?)?;
            }
            SinkMode::Upsert => {
                let into = into.rsplit('.').next().unwrap_or_default();
                batch(format!(
                    "CREATE TEMPORARY TABLE {} AS SELECT {} FROM {} LIMIT 0; ALTER TABLE {0} ADD COLUMN {ORDER} bigserial",
                    quoted(into),
                    columns(schema),
                    quoted_table(&table.table)
                ))?;
            }
            SinkMode::Append => {}
        }
        let into = if mode == SinkMode::Upsert {
            into.rsplit('.').next().unwrap_or_default().to_owned()
        } else {
            into
        };
        let select = format!("SELECT {} FROM {} LIMIT 0", columns(schema), quoted_table(&into));
        let statement = connection.wait(connection.client.prepare(&select))?;
        let types: Vec<_> = statement.columns().iter().map(|column| column.type_().clone()).collect();
        for (field, kind) in schema.fields().iter().zip(&types) {
            if !takes(field.data_type(), kind) {
                return Err(SinkError::from(connection.failed(format!(
                    "the column `{}` of {} has the type {kind}, and the rows have {}: change one of them",
                    field.name(),
                    table.table,
                    field.data_type()
                ))));
            }
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

    fn copy(&self, bytes: Bytes) -> Result<(), SinkError> {
        let sql = format!("COPY {} ({}) FROM STDIN BINARY", quoted_table(&self.into), columns(&self.schema));
        self.connection.wait(async {
            let sink = self.connection.client.copy_in::<_, Bytes>(&sql).await?;
            let mut sink = std::pin::pin!(sink);
            sink.send(bytes).await?;
            sink.finish().await
        })?;
        Ok(())
    }

    /// Merges the rows of this commit by key. Of several rows with the same key the last one counts.
    fn merge(&self) -> Result<(), SinkError> {
        let key: Vec<_> = self.table.key.iter().map(|key| quoted(key)).collect();
        let key = key.join(", ");
        let others = self.schema.fields().iter().filter(|field| !self.table.key.contains(field.name()));
        let set: Vec<_> = others.map(|field| format!("{0} = excluded.{0}", quoted(field.name()))).collect();
        let action =
            if set.is_empty() { "NOTHING".to_owned() } else { format!("UPDATE SET {}", set.join(", ")) };
        let (into, columns) = (quoted(&self.into), columns(&self.schema));
        self.execute(&format!(
            "INSERT INTO {} ({columns}) SELECT DISTINCT ON ({key}) {columns} FROM {into} ORDER BY {key}, {ORDER} DESC \
             ON CONFLICT ({key}) DO {action}; TRUNCATE {into}",
            quoted_table(&self.table.table)
        ))
    }

    fn replace(&self) -> Result<(), SinkError> {
        let (target, staged) = (quoted_table(&self.table.table), quoted_table(&self.into));
        let exists = self
            .connection
            .wait(self.connection.client.query_one("SELECT to_regclass($1) IS NOT NULL", &[&target]))?;
        if exists.get::<_, bool>(0) {
            let columns = columns(&self.schema);
            self.execute(&format!(
                "DELETE FROM {target}; INSERT INTO {target} ({columns}) SELECT {columns} FROM {staged}; DROP TABLE {staged}"
            ))
        } else {
            let name = self.table.table.rsplit('.').next().unwrap_or_default();
            self.execute(&format!("ALTER TABLE {staged} RENAME TO {}", quoted(name)))
        }
    }
}

/// The column of a temporary table that records the order of rows.
const ORDER: &str = "witdock_order";

fn columns(schema: &SchemaRef) -> String {
    schema.fields().iter().map(|field| quoted(field.name())).collect::<Vec<_>>().join(", ")
}

fn create(table: &SinkTable, schema: &SchemaRef, name: &str) -> Result<String, SinkError> {
    let mut columns = Vec::new();
    for field in schema.fields() {
        let kind = match field.data_type() {
            DataType::Boolean => "bool",
            DataType::Int32 => "int4",
            DataType::Int64 => "int8",
            DataType::Float64 => "float8",
            DataType::Date32 => "date",
            DataType::Timestamp(arrow_schema::TimeUnit::Microsecond, Some(_)) => "timestamptz",
            DataType::Timestamp(arrow_schema::TimeUnit::Microsecond, None) => "timestamp",
            DataType::Binary => "bytea",
            other if other.is_nested() => return Err(no_type(table, field.name(), other)),
            _ => "text",
        };
        columns.push(format!("{} {kind}", quoted(field.name())));
    }
    if !table.key.is_empty() {
        let key: Vec<_> = table.key.iter().map(|key| quoted(key)).collect();
        columns.push(format!("PRIMARY KEY ({})", key.join(", ")));
    }
    Ok(format!("CREATE TABLE IF NOT EXISTS {} ({})", quoted_table(name), columns.join(", ")))
}

/// Whether a column of the database takes values of the type.
fn takes(data_type: &DataType, kind: &Type) -> bool {
    match *kind {
        Type::BOOL => *data_type == DataType::Boolean,
        Type::INT2 | Type::INT4 | Type::INT8 => matches!(data_type, DataType::Int32 | DataType::Int64),
        Type::FLOAT8 => matches!(data_type, DataType::Float64 | DataType::Int32 | DataType::Int64),
        Type::DATE => *data_type == DataType::Date32,
        Type::TIMESTAMP | Type::TIMESTAMPTZ => {
            matches!(data_type, DataType::Timestamp(arrow_schema::TimeUnit::Microsecond, _))
        }
        Type::BYTEA => *data_type == DataType::Binary,
        Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::JSON => !data_type.is_nested(),
        _ => false,
    }
}

impl SinkWriter for PostgresSink {
    fn write(&mut self, batch: &RecordBatch) -> Result<(), SinkError> {
        if self.skip || batch.num_rows() == 0 {
            return Ok(());
        }
        self.begin()?;
        let bytes = encode(batch, &self.types).map_err(|message| self.connection.failed(message))?;
        self.copy(bytes)
    }

    fn prepare(&mut self, commit: &Commit) -> Result<Prepared, SinkError> {
        let prepared = Prepared { mark: SinkMark::None, publish: Vec::new() };
        self.skip = commit.number < self.already;
        if commit.number <= self.already {
            return Ok(prepared);
        }
        self.begin()?;
        match self.mode {
            SinkMode::Upsert => self.merge()?,
            SinkMode::Replace if commit.last => self.replace()?,
            SinkMode::Replace | SinkMode::Append => {}
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

/// A batch in the [binary format of COPY](https://www.postgresql.org/docs/current/sql-copy.html#id-1.9.3.55.9.4).
fn encode(batch: &RecordBatch, types: &[Type]) -> Result<Bytes, String> {
    let mut bytes = BytesMut::with_capacity(batch.get_array_memory_size());
    bytes.put_slice(b"PGCOPY\n\xff\r\n\0");
    bytes.put_i32(0);
    bytes.put_i32(0);
    let count = i16::try_from(types.len()).map_err(|_| "there are too many columns".to_owned())?;
    let schema = batch.schema();
    for row in 0..batch.num_rows() {
        bytes.put_i16(count);
        for ((column, kind), field) in batch.columns().iter().zip(types).zip(schema.fields()) {
            field_bytes(&mut bytes, column, row, kind)
                .map_err(|problem| format!("a value of `{}`: {problem}", field.name()))?;
        }
    }
    bytes.put_i16(-1);
    Ok(bytes.freeze())
}

fn field_bytes(bytes: &mut BytesMut, column: &ArrayRef, row: usize, kind: &Type) -> Result<(), String> {
    if column.is_null(row) {
        bytes.put_i32(-1);
        return Ok(());
    }
    let integer = || match column.data_type() {
        DataType::Int32 => i64::from(column.as_primitive::<Int32Type>().value(row)),
        _ => column.as_primitive::<Int64Type>().value(row),
    };
    let too_big = |_| format!("{} does not fit into {kind}", integer());
    match (kind, column.data_type()) {
        (&Type::BOOL, _) => {
            bytes.put_i32(1);
            bytes.put_u8(column.as_boolean().value(row).into());
        }
        (&Type::INT2, _) => {
            bytes.put_i32(2);
            bytes.put_i16(i16::try_from(integer()).map_err(too_big)?);
        }
        (&Type::INT4, _) => {
            bytes.put_i32(4);
            bytes.put_i32(i32::try_from(integer()).map_err(too_big)?);
        }
        (&Type::INT8, _) => {
            bytes.put_i32(8);
            bytes.put_i64(integer());
        }
        (&Type::FLOAT8, data_type) => {
            bytes.put_i32(8);
            bytes.put_f64(match data_type {
                DataType::Float64 => column.as_primitive::<Float64Type>().value(row),
                _ => integer() as f64,
            });
        }
        (&Type::DATE, _) => {
            bytes.put_i32(4);
            let day = column.as_primitive::<Date32Type>().value(row).checked_sub(EPOCH_DAYS);
            bytes.put_i32(day.ok_or("the date is out of range")?);
        }
        (&(Type::TIMESTAMP | Type::TIMESTAMPTZ), _) => {
            bytes.put_i32(8);
            let time = column.as_primitive::<TimestampMicrosecondType>().value(row);
            bytes.put_i64(time.checked_sub(EPOCH_MICROSECONDS).ok_or("the time is out of range")?);
        }
        (_, DataType::Utf8) => {
            let text = column.as_string::<i32>().value(row);
            if text.contains('\0') {
                return Err("the text has a NUL character, which PostgreSQL does not support".to_owned());
            }
            sized(bytes, text.as_bytes())?;
        }
        (_, DataType::Binary) => sized(bytes, column.as_binary::<i32>().value(row))?,
        _ => sized(bytes, array_value_to_string(column, row).map_err(|error| error.to_string())?.as_bytes())?,
    }
    Ok(())
}

fn sized(bytes: &mut BytesMut, value: &[u8]) -> Result<(), String> {
    bytes.put_i32(i32::try_from(value.len()).map_err(|_| "it is longer than 2 GiB".to_owned())?);
    bytes.put_slice(value);
    Ok(())
}
