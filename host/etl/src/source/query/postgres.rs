use std::error::Error;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};

use arrow_array::builder::{
    BinaryBuilder, BooleanBuilder, Date32Builder, Float64Builder, Int32Builder, Int64Builder, StringBuilder,
    TimestampMicrosecondBuilder,
};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use postgres_types::{FromSql, Type};
use tokio_postgres::Row;

use super::database::{BATCH_ROWS, BATCHES_IN_FLIGHT, QueryBatch, QueryDatabase};
use crate::columns::timestamp_us;
use crate::pipeline::QuerySource;
use crate::postgres::{Connection, EPOCH_DAYS, EPOCH_MICROSECONDS, PostgresError, quoted, shown};
use crate::source::error::SourceError;

pub(super) struct PostgresQuery {
    url: String,
    query: String,
    key: Option<String>,
    schema: SchemaRef,
}

impl From<PostgresError> for SourceError {
    fn from(error: PostgresError) -> Self {
        Self::Database { database: error.database, message: error.message }
    }
}

impl PostgresQuery {
    pub(super) fn open(url: &str, source: &QuerySource) -> Result<Self, SourceError> {
        let connection = Connection::open(url)?;
        let statement = connection.wait(connection.client.prepare(&source.query))?;
        let fields = statement
            .columns()
            .iter()
            .map(|column| {
                let data_type = data_type(column.type_()).ok_or_else(|| {
                    let name = column.name();
                    connection.failed(format!(
                        "the column `{name}` has the type {}, which is unsupported: cast it in the query, for example \
                         {name}::text or {name}::float8",
                        column.type_()
                    ))
                })?;
                Ok(Field::new(column.name(), data_type, true))
            })
            .collect::<Result<Vec<_>, SourceError>>()?;
        let schema = Arc::new(Schema::new(fields));
        Ok(Self { url: url.to_owned(), query: source.query.clone(), key: source.key.clone(), schema })
    }
}

impl QueryDatabase for PostgresQuery {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn has_null_keys(&mut self, key: &str) -> Result<bool, SourceError> {
        let connection = Connection::open(&self.url)?;
        let key = quoted(key);
        let sql = format!("SELECT 1 FROM (\n{}\n) AS witdock_query WHERE {key} IS NULL LIMIT 1", self.query);
        let row = connection.wait(connection.client.query_opt(&sql, &[]))?;
        Ok(row.is_some())
    }

    fn ask(&mut self, after: Option<&str>, most: Option<u64>) -> Result<Receiver<QueryBatch>, SourceError> {
        let connection = Connection::open(&self.url)?;
        let sql = match (&self.key, most) {
            (Some(key), Some(most)) => {
                let key = quoted(key);
                // PostgreSQL gives the literal the type of the key.
                let condition = after.map_or_else(String::new, |after| {
                    format!("WHERE {key} > '{}'", after.replace('\'', "''"))
                });
                // The query may end in a comment.
                format!(
                    "SELECT * FROM (\n{}\n) AS witdock_query {condition} ORDER BY {key} FETCH FIRST {most} ROWS WITH TIES",
                    self.query
                )
            }
            _ => self.query.clone(),
        };
        let (sender, receiver) = sync_channel(BATCHES_IN_FLIGHT);
        let (schema, name) = (Arc::clone(&self.schema), shown(&self.url));
        let handle = tokio::runtime::Handle::current();
        std::thread::spawn(move || {
            let _inside = handle.enter();
            let read = || -> Result<(), SourceError> {
                use futures_util::TryStreamExt;
                let statement = connection.wait(connection.client.prepare(&sql))?;
                let parameters: [&str; 0] = [];
                let rows = connection.wait(connection.client.query_raw(&statement, parameters))?;
                let mut rows = std::pin::pin!(rows);
                let mut builder = RowsBuilder::new(&schema);
                while let Some(row) = connection.wait(rows.try_next())? {
                    builder.row(&row).map_err(|error| connection.failed(error))?;
                    // The receiver is dropped when another task fails.
                    if builder.rows == BATCH_ROWS && sender.send(builder.batch(&name)).is_err() {
                        return Ok(());
                    }
                }
                if builder.rows > 0 {
                    let _ = sender.send(builder.batch(&name));
                }
                Ok(())
            };
            if let Err(error) = read() {
                let _ = sender.send(Err(error));
            }
        });
        Ok(receiver)
    }
}

fn data_type(kind: &Type) -> Option<DataType> {
    Some(match *kind {
        Type::BOOL => DataType::Boolean,
        Type::INT2 | Type::INT4 => DataType::Int32,
        Type::INT8 => DataType::Int64,
        Type::FLOAT4 | Type::FLOAT8 => DataType::Float64,
        Type::DATE => DataType::Date32,
        Type::TIMESTAMP | Type::TIMESTAMPTZ => timestamp_us(),
        Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME | Type::JSON | Type::UNKNOWN => DataType::Utf8,
        Type::BYTEA => DataType::Binary,
        _ => return None,
    })
}

/// The bytes of a value in the binary format of the protocol.
struct Raw<'a>(&'a [u8]);

impl<'a> FromSql<'a> for Raw<'a> {
    fn from_sql(_: &Type, bytes: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self(bytes))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

impl Raw<'_> {
    fn fixed<const N: usize>(&self) -> Option<[u8; N]> {
        self.0.try_into().ok()
    }
}

struct RowsBuilder {
    schema: SchemaRef,
    columns: Vec<ColumnBuilder>,
    rows: usize,
}

enum ColumnBuilder {
    Boolean(BooleanBuilder),
    Int32(Int32Builder),
    Int64(Int64Builder),
    Float64(Float64Builder),
    Date32(Date32Builder),
    Timestamp(TimestampMicrosecondBuilder),
    Utf8(StringBuilder),
    Binary(BinaryBuilder),
}

impl RowsBuilder {
    fn new(schema: &SchemaRef) -> Self {
        let columns = schema.fields().iter().map(|field| match field.data_type() {
            DataType::Boolean => ColumnBuilder::Boolean(BooleanBuilder::new()),
            DataType::Int32 => ColumnBuilder::Int32(Int32Builder::new()),
            DataType::Int64 => ColumnBuilder::Int64(Int64Builder::new()),
            DataType::Float64 => ColumnBuilder::Float64(Float64Builder::new()),
            DataType::Date32 => ColumnBuilder::Date32(Date32Builder::new()),
            DataType::Timestamp(..) => {
                ColumnBuilder::Timestamp(TimestampMicrosecondBuilder::new().with_data_type(timestamp_us()))
            }
            DataType::Binary => ColumnBuilder::Binary(BinaryBuilder::new()),
            _ => ColumnBuilder::Utf8(StringBuilder::new()),
        });
        Self { schema: Arc::clone(schema), columns: columns.collect(), rows: 0 }
    }

    fn row(&mut self, row: &Row) -> Result<(), String> {
        for (index, column) in self.columns.iter_mut().enumerate() {
            let value: Option<Raw<'_>> = row.try_get(index).map_err(|error| error.to_string())?;
            if column.append(value).is_none() {
                let name = self.schema.fields().get(index).map_or("", |field| field.name());
                return Err(format!(
                    "a value of `{name}` cannot be read: cast it in the query, for example {name}::text"
                ));
            }
        }
        self.rows += 1;
        Ok(())
    }

    fn batch(&mut self, name: &str) -> QueryBatch {
        self.rows = 0;
        let columns: Vec<ArrayRef> = self
            .columns
            .iter_mut()
            .map(|column| match column {
                ColumnBuilder::Boolean(builder) => Arc::new(builder.finish()) as ArrayRef,
                ColumnBuilder::Int32(builder) => Arc::new(builder.finish()),
                ColumnBuilder::Int64(builder) => Arc::new(builder.finish()),
                ColumnBuilder::Float64(builder) => Arc::new(builder.finish()),
                ColumnBuilder::Date32(builder) => Arc::new(builder.finish()),
                ColumnBuilder::Timestamp(builder) => Arc::new(builder.finish()),
                ColumnBuilder::Utf8(builder) => Arc::new(builder.finish()),
                ColumnBuilder::Binary(builder) => Arc::new(builder.finish()),
            })
            .collect();
        RecordBatch::try_new(Arc::clone(&self.schema), columns)
            .map_err(|error| SourceError::Arrow { path: name.to_owned(), error })
    }
}

impl ColumnBuilder {
    /// Appends a value. `None` when the bytes are not a value of the column's type.
    fn append(&mut self, value: Option<Raw<'_>>) -> Option<()> {
        let value = value.as_ref();
        match self {
            Self::Boolean(builder) => {
                let bytes = value.map(|raw| raw.fixed::<1>());
                builder.append_option(bytes.map_or(Some(None), |byte| Some(Some(byte? != [0])))?);
            }
            Self::Int32(builder) => match value {
                None => builder.append_null(),
                Some(raw) => builder.append_value(match raw.0.len() {
                    2 => i16::from_be_bytes(raw.fixed()?).into(),
                    _ => i32::from_be_bytes(raw.fixed()?),
                }),
            },
            Self::Int64(builder) => match value {
                None => builder.append_null(),
                Some(raw) => builder.append_value(i64::from_be_bytes(raw.fixed()?)),
            },
            Self::Float64(builder) => match value {
                None => builder.append_null(),
                Some(raw) => builder.append_value(match raw.0.len() {
                    4 => f32::from_be_bytes(raw.fixed()?).into(),
                    _ => f64::from_be_bytes(raw.fixed()?),
                }),
            },
            Self::Date32(builder) => match value {
                None => builder.append_null(),
                // `infinity` is not a day.
                Some(raw) => builder.append_value(i32::from_be_bytes(raw.fixed()?).checked_add(EPOCH_DAYS)?),
            },
            Self::Timestamp(builder) => match value {
                None => builder.append_null(),
                Some(raw) => {
                    builder.append_value(i64::from_be_bytes(raw.fixed()?).checked_add(EPOCH_MICROSECONDS)?);
                }
            },
            Self::Utf8(builder) => match value {
                None => builder.append_null(),
                Some(raw) => builder.append_value(str::from_utf8(raw.0).ok()?),
            },
            Self::Binary(builder) => match value {
                None => builder.append_null(),
                Some(raw) => builder.append_value(raw.0),
            },
        }
        Some(())
    }
}
