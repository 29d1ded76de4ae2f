use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};

use arrow_array::builder::{BinaryBuilder, BooleanBuilder, Float64Builder, Int64Builder, StringBuilder};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use rusqlite::types::{Type, Value, ValueRef};
use rusqlite::{Connection, OpenFlags, OptionalExtension, Row, params_from_iter};

use super::database::{BATCH_ROWS, BATCHES_IN_FLIGHT, QueryBatch, QueryDatabase};
use crate::pipeline::QuerySource;
use crate::postgres::quoted;
use crate::source::error::SourceError;
use crate::values::type_name;

pub(super) struct SqliteQuery {
    path: PathBuf,
    query: String,
    key: Option<String>,
    schema: SchemaRef,
}

impl SqliteQuery {
    pub(super) fn open(path: &Path, source: &QuerySource) -> Result<Self, SourceError> {
        let failed = |error: rusqlite::Error| failed(path, error.to_string());
        let connection = connect(path).map_err(failed)?;
        let statement = connection.prepare(&source.query).map_err(failed)?;
        let mut fields: Vec<(String, Option<DataType>)> = statement
            .columns()
            .iter()
            .map(|column| (column.name().to_owned(), column.decl_type().and_then(declared)))
            .collect();
        drop(statement);
        // A column without a declared type, such as an expression, has the type of its first values.
        let open: Vec<_> = fields.iter().map(|(_, data_type)| data_type.is_none()).collect();
        if open.contains(&true) {
            let mut statement = connection.prepare(&source.query).map_err(failed)?;
            let mut rows = statement.query([]).map_err(failed)?;
            let mut looked_at = 0;
            while let Some(row) = rows.next().map_err(failed)? {
                for (column, (_, data_type)) in fields.iter_mut().enumerate() {
                    if open.get(column) == Some(&true) {
                        let found = of_value(row.get_ref(column).map_err(failed)?.data_type());
                        *data_type = common(data_type.take(), found);
                    }
                }
                looked_at += 1;
                if looked_at == 1000 {
                    break;
                }
            }
        }
        let fields: Vec<_> = fields
            .into_iter()
            .map(|(name, data_type)| Field::new(name, data_type.unwrap_or(DataType::Utf8), true))
            .collect();
        let schema = Arc::new(Schema::new(fields));
        Ok(Self { path: path.to_owned(), query: source.query.clone(), key: source.key.clone(), schema })
    }
}

impl SqliteQuery {
    /// A key as the database has it.
    fn parameter(&self, after: &str) -> Value {
        let key = self.key.as_ref().and_then(|key| self.schema.field_with_name(key).ok());
        let number = match key.map(Field::data_type) {
            Some(DataType::Int64) => after.parse().ok().map(Value::Integer),
            Some(DataType::Float64) => after.parse().ok().map(Value::Real),
            _ => None,
        };
        number.unwrap_or_else(|| Value::Text(after.to_owned()))
    }
}

impl QueryDatabase for SqliteQuery {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn has_null_keys(&mut self, key: &str) -> Result<bool, SourceError> {
        let failed = |error: rusqlite::Error| failed(&self.path, error.to_string());
        let connection = connect(&self.path).map_err(failed)?;
        let key = quoted(key);
        let sql = format!("SELECT 1 FROM (\n{}\n) WHERE {key} IS NULL", self.query);
        let mut statement = connection.prepare(&sql).map_err(failed)?;
        statement.exists([]).map_err(failed)
    }

    fn ask(&mut self, after: Option<&str>, most: Option<u64>) -> Result<Receiver<QueryBatch>, SourceError> {
        let connection = connect(&self.path).map_err(|error| failed(&self.path, error.to_string()))?;
        // Both questions are about the same rows.
        connection.execute_batch("BEGIN").map_err(|error| failed(&self.path, error.to_string()))?;
        let mut parameters: Vec<Value> = after.map(|after| self.parameter(after)).into_iter().collect();
        let sql = match (&self.key, most) {
            (Some(key), Some(most)) => {
                let key = quoted(key);
                // The query may end in a comment.
                let rows = format!("(\n{}\n)", self.query);
                let after = if after.is_some() { format!("{key} > ?1") } else { "TRUE".to_owned() };
                let last = most.saturating_sub(1);
                let sql =
                    format!("SELECT {key} FROM {rows} WHERE {after} ORDER BY {key} LIMIT 1 OFFSET {last}");
                let last: Option<Value> = connection
                    .query_row(&sql, params_from_iter(&parameters), |row| row.get(0))
                    .optional()
                    .map_err(|error| failed(&self.path, error.to_string()))?;
                let until = match last {
                    Some(last) => {
                        parameters.push(last);
                        format!("AND {key} <= ?{}", parameters.len())
                    }
                    None => String::new(),
                };
                format!("SELECT * FROM {rows} WHERE {after} {until} ORDER BY {key}")
            }
            _ => self.query.clone(),
        };
        let (sender, receiver) = sync_channel(BATCHES_IN_FLIGHT);
        let (path, schema) = (self.path.clone(), Arc::clone(&self.schema));
        std::thread::spawn(move || {
            let read = || -> Result<(), SourceError> {
                let failed = |error: rusqlite::Error| failed(&path, error.to_string());
                let mut statement = connection.prepare(&sql).map_err(failed)?;
                let mut rows = statement.query(params_from_iter(&parameters)).map_err(failed)?;
                let mut builder = RowsBuilder::new(&schema);
                while let Some(row) = rows.next().map_err(failed)? {
                    builder.row(&path, row)?;
                    // The receiver is dropped when another task fails.
                    if builder.rows == BATCH_ROWS && sender.send(builder.batch(&path)).is_err() {
                        return Ok(());
                    }
                }
                if builder.rows > 0 {
                    let _ = sender.send(builder.batch(&path));
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

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(std::time::Duration::from_secs(10))?;
    Ok(connection)
}

fn failed(path: &Path, message: String) -> SourceError {
    SourceError::Database { database: path.display().to_string(), message }
}

/// The type of a declaration, by the rules of <https://www.sqlite.org/datatype3.html#determination_of_column_affinity>, and
/// booleans, dates and times, which SQLite stores as numbers and text.
fn declared(declaration: &str) -> Option<DataType> {
    let declaration = declaration.to_ascii_uppercase();
    let has = |part: &str| declaration.contains(part);
    Some(if has("BOOL") {
        DataType::Boolean
    } else if has("INT") {
        DataType::Int64
    } else if has("CHAR") || has("CLOB") || has("TEXT") || has("DATE") || has("TIME") {
        DataType::Utf8
    } else if has("BLOB") {
        DataType::Binary
    } else if declaration.is_empty() {
        return None;
    } else {
        // `REAL` and the like, and `NUMERIC` or `DECIMAL(10,2)`, where SQLite stores 10.0 as an integer.
        DataType::Float64
    })
}

fn of_value(value: Type) -> Option<DataType> {
    match value {
        Type::Null => None,
        Type::Integer => Some(DataType::Int64),
        Type::Real => Some(DataType::Float64),
        Type::Text => Some(DataType::Utf8),
        Type::Blob => Some(DataType::Binary),
    }
}

/// The type of a column that has values of both types.
fn common(one: Option<DataType>, other: Option<DataType>) -> Option<DataType> {
    match (one, other) {
        (None, one) | (one, None) => one,
        (Some(one), Some(other)) if one == other => Some(one),
        (Some(DataType::Binary), _) | (_, Some(DataType::Binary)) => Some(DataType::Binary),
        (Some(DataType::Utf8), _) | (_, Some(DataType::Utf8)) => Some(DataType::Utf8),
        _ => Some(DataType::Float64),
    }
}

struct RowsBuilder {
    schema: SchemaRef,
    columns: Vec<ColumnBuilder>,
    rows: usize,
    before: u64,
}

enum ColumnBuilder {
    Boolean(BooleanBuilder),
    Int64(Int64Builder),
    Float64(Float64Builder),
    Utf8(StringBuilder),
    Binary(BinaryBuilder),
}

impl RowsBuilder {
    fn new(schema: &SchemaRef) -> Self {
        let columns = schema.fields().iter().map(|field| match field.data_type() {
            DataType::Boolean => ColumnBuilder::Boolean(BooleanBuilder::new()),
            DataType::Int64 => ColumnBuilder::Int64(Int64Builder::new()),
            DataType::Float64 => ColumnBuilder::Float64(Float64Builder::new()),
            DataType::Binary => ColumnBuilder::Binary(BinaryBuilder::new()),
            _ => ColumnBuilder::Utf8(StringBuilder::new()),
        });
        Self { schema: Arc::clone(schema), columns: columns.collect(), rows: 0, before: 0 }
    }

    fn row(&mut self, path: &Path, row: &Row<'_>) -> Result<(), SourceError> {
        for (index, column) in self.columns.iter_mut().enumerate() {
            let value = row.get_ref(index).map_err(|error| failed(path, error.to_string()))?;
            if !column.append(value) {
                let field = self.schema.fields().get(index);
                let name = field.map_or("", |field| field.name());
                let data_type = field.map_or(&DataType::Null, |field| field.data_type());
                return Err(failed(
                    path,
                    format!(
                        "row {} of the query: `{name}` has a value of the type {}, which is not exactly a {}: \
                         cast it in the query, for example CAST({name} AS TEXT)",
                        self.before + self.rows as u64 + 1,
                        value.data_type(),
                        type_name(data_type)
                    ),
                ));
            }
        }
        self.rows += 1;
        Ok(())
    }

    fn batch(&mut self, path: &Path) -> QueryBatch {
        self.before += self.rows as u64;
        self.rows = 0;
        let columns: Vec<ArrayRef> = self
            .columns
            .iter_mut()
            .map(|column| match column {
                ColumnBuilder::Boolean(builder) => Arc::new(builder.finish()) as ArrayRef,
                ColumnBuilder::Int64(builder) => Arc::new(builder.finish()),
                ColumnBuilder::Float64(builder) => Arc::new(builder.finish()),
                ColumnBuilder::Utf8(builder) => Arc::new(builder.finish()),
                ColumnBuilder::Binary(builder) => Arc::new(builder.finish()),
            })
            .collect();
        RecordBatch::try_new(Arc::clone(&self.schema), columns)
            .map_err(|error| SourceError::Arrow { path: path.display().to_string(), error })
    }
}

impl ColumnBuilder {
    fn append(&mut self, value: ValueRef<'_>) -> bool {
        match (self, value) {
            (Self::Boolean(builder), ValueRef::Null) => builder.append_null(),
            (Self::Int64(builder), ValueRef::Null) => builder.append_null(),
            (Self::Float64(builder), ValueRef::Null) => builder.append_null(),
            (Self::Utf8(builder), ValueRef::Null) => builder.append_null(),
            (Self::Binary(builder), ValueRef::Null) => builder.append_null(),
            (Self::Boolean(builder), ValueRef::Integer(value @ (0 | 1))) => builder.append_value(value == 1),
            (Self::Int64(builder), ValueRef::Integer(value)) => builder.append_value(value),
            (Self::Float64(builder), ValueRef::Real(value)) => builder.append_value(value),
            (Self::Float64(builder), ValueRef::Integer(value))
                if (value as f64) as i128 == i128::from(value) =>
            {
                builder.append_value(value as f64);
            }
            // A column of dates may have the seconds since 1970.
            (Self::Utf8(builder), ValueRef::Integer(value)) => builder.append_value(value.to_string()),
            (Self::Utf8(builder), ValueRef::Real(value)) => builder.append_value(format!("{value:?}")),
            (Self::Utf8(builder), ValueRef::Text(text)) => match str::from_utf8(text) {
                Ok(text) => builder.append_value(text),
                Err(_) => return false,
            },
            (Self::Binary(builder), ValueRef::Blob(bytes) | ValueRef::Text(bytes)) => {
                builder.append_value(bytes)
            }
            _ => return false,
        }
        true
    }
}
