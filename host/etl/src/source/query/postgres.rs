mod column;
mod numeric;

use std::error::Error;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};

use arrow_array::RecordBatch;
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use postgres_types::{FromSql, Type};
use tokio_postgres::Row;

use self::column::{ColumnBuilder, data_type};
use super::database::{BATCH_ROWS, BATCHES_IN_FLIGHT, QueryBatch, QueryDatabase};
use crate::pipeline::QuerySource;
use crate::postgres::{Connection, Kind, PostgresError, quoted, shown};
use crate::source::error::SourceError;

pub(super) struct PostgresQuery {
    url: String,
    query: String,
    key: Option<String>,
    schema: SchemaRef,
    kinds: Arc<[Kind]>,
    /// What is asked for of the query's columns: some are turned into text.
    columns: Option<String>,
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
        let mut fields = Vec::new();
        let (mut kinds, mut columns, mut is_plain) = (Vec::new(), Vec::new(), true);
        for column in statement.columns() {
            let kind = Kind::of(column.type_(), column.type_modifier());
            let name = quoted(column.name());
            let (kind, data_type) = match (data_type(&kind), &kind) {
                (Some(data_type), _) => {
                    columns.push(name);
                    (kind, data_type)
                }
                (None, Kind::Array(_)) => {
                    is_plain = false;
                    columns.push(format!("{name}::text[] AS {name}"));
                    let item = Field::new("item", DataType::Utf8, true);
                    (Kind::Array(Box::new(Kind::Text(None))), DataType::List(Arc::new(item)))
                }
                (None, _) => {
                    is_plain = false;
                    columns.push(format!("{name}::text AS {name}"));
                    (Kind::Text(None), DataType::Utf8)
                }
            };
            fields.push(Field::new(column.name(), data_type, true));
            kinds.push(kind);
        }
        Ok(Self {
            url: url.to_owned(),
            query: source.query.clone(),
            key: source.key.clone(),
            schema: Arc::new(Schema::new(fields)),
            kinds: kinds.into(),
            columns: (!is_plain).then(|| columns.join(", ")),
        })
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
        // Intervals are text, which does not depend on the settings of a user.
        connection.wait(connection.client.batch_execute("SET intervalstyle = 'postgres'"))?;
        let columns = self.columns.as_deref().unwrap_or("*");
        let sql = match (&self.key, most) {
            (Some(key), Some(most)) => {
                let key = quoted(key);
                // PostgreSQL gives the literal the type of the key.
                let condition = after.map_or_else(String::new, |after| {
                    format!("WHERE {key} > '{}'", after.replace('\'', "''"))
                });
                // The query may end in a comment, and the key may be among the columns as text, which has another order.
                format!(
                    "SELECT {columns} FROM (\n{}\n) AS witdock_query {condition} ORDER BY witdock_query.{key} FETCH FIRST {most} ROWS WITH TIES",
                    self.query
                )
            }
            _ if self.columns.is_some() => {
                format!("SELECT {columns} FROM (\n{}\n) AS witdock_query", self.query)
            }
            _ => self.query.clone(),
        };
        let (sender, receiver) = sync_channel(BATCHES_IN_FLIGHT);
        let (schema, kinds, name) = (Arc::clone(&self.schema), Arc::clone(&self.kinds), shown(&self.url));
        let handle = tokio::runtime::Handle::current();
        std::thread::spawn(move || {
            let _inside = handle.enter();
            let read = || -> Result<(), SourceError> {
                use futures_util::TryStreamExt;
                let statement = connection.wait(connection.client.prepare(&sql))?;
                let parameters: [&str; 0] = [];
                let rows = connection.wait(connection.client.query_raw(&statement, parameters))?;
                let mut rows = std::pin::pin!(rows);
                let mut builder = RowsBuilder::new(&schema, &kinds);
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

struct RowsBuilder {
    schema: SchemaRef,
    columns: Vec<ColumnBuilder>,
    rows: usize,
    before: u64,
}

impl RowsBuilder {
    fn new(schema: &SchemaRef, kinds: &[Kind]) -> Self {
        let columns = schema.fields().iter().zip(kinds);
        let columns = columns.map(|(field, kind)| ColumnBuilder::new(kind, field.data_type()));
        Self { schema: Arc::clone(schema), columns: columns.collect(), rows: 0, before: 0 }
    }

    fn row(&mut self, row: &Row) -> Result<(), String> {
        for (index, column) in self.columns.iter_mut().enumerate() {
            let value: Option<Raw<'_>> = row.try_get(index).map_err(|error| error.to_string())?;
            column.append(value.map(|Raw(bytes)| bytes)).map_err(|problem| {
                let name = self.schema.fields().get(index).map_or("", |field| field.name());
                format!(
                    "row {} of the query: `{name}` {problem}: leave the row out, or turn the column into text, for example with \
                     {name}::text",
                    self.before + self.rows as u64 + 1
                )
            })?;
        }
        self.rows += 1;
        Ok(())
    }

    fn batch(&mut self, name: &str) -> QueryBatch {
        self.before += self.rows as u64;
        self.rows = 0;
        let columns = self.columns.iter_mut().map(ColumnBuilder::finish).collect::<Result<Vec<_>, _>>();
        columns
            .and_then(|columns| RecordBatch::try_new(Arc::clone(&self.schema), columns))
            .map_err(|error| SourceError::Arrow { path: name.to_owned(), error })
    }
}
