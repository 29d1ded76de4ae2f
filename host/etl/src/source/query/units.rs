use std::sync::Arc;
use std::sync::mpsc::Receiver;

use arrow_array::{Array, RecordBatch};
use arrow_cast::display::array_value_to_string;
use arrow_schema::{DataType, Field, SchemaRef};

use super::database::{QueryBatch, QueryDatabase};
use super::postgres::PostgresQuery;
use super::sqlite::SqliteQuery;
use crate::pipeline::{Database, QuerySource};
use crate::rows::{Bookmark, Origin, Rows, Unit};
use crate::source::error::SourceError;
use crate::source::names::check_names;
use crate::source::past::Past;
use crate::source::units::{BatchReader, Next, OpenUnit, SourceBatch, Units};

/// The result of a query, unit by unit.
pub(in crate::source) struct QueryUnits {
    database: Box<dyn QueryDatabase>,
    query: QuerySource,
    /// The position in the query, which the reader of the current unit advances.
    position: Arc<std::sync::Mutex<Position>>,
    /// Whether an earlier run has read a query without a key.
    ended: bool,
    notices: Vec<String>,
}

#[derive(Debug, Default)]
struct Position {
    after: Option<Bookmark>,
    /// Rows in the last unit.
    rows: u64,
    begun: bool,
}

impl QueryUnits {
    /// Connects and asks for the result's columns.
    ///
    /// # Errors
    ///
    /// When the database cannot be reached or refuses the query, or a column has an unsupported type.
    pub(in crate::source) fn open(query: &QuerySource, past: Past) -> Result<Self, SourceError> {
        let mut database: Box<dyn QueryDatabase> = match &query.database {
            Database::Sqlite(path) => Box::new(SqliteQuery::open(path, query)?),
            Database::Postgres(url) => Box::new(PostgresQuery::open(url, query)?),
        };
        let schema = database.schema();
        check_names(
            &query.database.name(),
            &schema,
            "rename one of them in the query, for example with `AS`",
        )?;
        if let Some(key) = &query.key {
            check_key(key, &schema).map_err(|message| refused(query, message))?;
            if database.has_null_keys(key)? {
                let message =
                    format!("the key `{key}` is null in some rows: choose a key that is never null");
                return Err(refused(query, message));
            }
        }
        // A query without a key is read only once.
        let ended = query.key.is_none() && past.units.contains_key(ALL);
        let notice = ended.then(|| {
            let source = query.database.name();
            format!(
                "the query to {source} has no `key`, and an earlier run has read it: new rows are not read. Name a rising column as `key`, or read \
                 all rows again with `--fresh`"
            )
        });
        let position = Position { after: past.bookmark, ..Position::default() };
        Ok(Self {
            database,
            query: query.clone(),
            position: Arc::new(position.into()),
            ended,
            notices: notice.into_iter().collect(),
        })
    }

    fn position<R>(&self, look: impl FnOnce(&mut Position) -> R) -> R {
        look(&mut self.position.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
    }
}

/// Refuses a key that the query does not have, or whose values have no order that is the same for us and for the database.
fn check_key(key: &str, schema: &SchemaRef) -> Result<(), String> {
    match schema.field_with_name(key).map(Field::data_type) {
        Ok(DataType::Boolean | DataType::Binary) => {
            Err(format!("the key `{key}` is neither a number, text, a date nor a time: choose another one"))
        }
        Ok(_) => Ok(()),
        Err(_) => {
            let known: Vec<_> = schema.fields().iter().map(|field| field.name().as_str()).collect();
            let known = known.join(", ");
            Err(format!("the query has no column `{key}`, which `key` names; it has {known}"))
        }
    }
}

fn refused(query: &QuerySource, message: String) -> SourceError {
    SourceError::Database { database: query.database.name(), message }
}

/// The name of the only unit of a query without a key.
const ALL: &str = "query";

impl Units for QueryUnits {
    fn schema(&self) -> SchemaRef {
        self.database.schema()
    }

    fn bytes(&self) -> Option<u64> {
        None
    }

    fn next(&mut self) -> Result<Next, SourceError> {
        let most = self.query.key.is_some().then_some(self.query.unit_rows);
        // A unit that was not full was the last one.
        let (after, was_last) = self.position(|position| {
            let was_last = position.begun && most.is_none_or(|most| position.rows < most);
            position.begun = true;
            position.rows = 0;
            (position.after.clone(), was_last)
        });
        if self.ended || was_last {
            return Ok(Next::End);
        }
        let rows = self.database.ask(after.as_deref(), most)?;
        let id = match (&self.query.key, &after) {
            (None, _) => ALL.to_owned(),
            (Some(key), None) => format!("{ALL} from the first {key}"),
            (Some(key), Some(after)) => format!("{ALL} with {key} > {after}"),
        };
        let reader = QueryReader {
            schema: self.database.schema(),
            unit: id.clone().into(),
            key: self.query.key.clone(),
            rows,
            position: Arc::clone(&self.position),
            next_row: 1,
            rest: None,
        };
        let unit = Unit::named(id);
        Ok(Next::Unit(OpenUnit { unit, reader: Box::new(reader), quarantine: None, stage: 0 }))
    }

    fn notices(&mut self) -> Vec<String> {
        std::mem::take(&mut self.notices)
    }

    fn bookmark(&self) -> Option<Bookmark> {
        self.position(|position| position.after.clone())
    }
}

struct QueryReader {
    schema: SchemaRef,
    unit: Arc<str>,
    key: Option<String>,
    rows: Receiver<QueryBatch>,
    position: Arc<std::sync::Mutex<Position>>,
    next_row: u64,
    /// The rest of a batch that was larger than the read.
    rest: Option<RecordBatch>,
}

impl BatchReader for QueryReader {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn read(&mut self, most: usize) -> Result<Option<SourceBatch>, SourceError> {
        let whole = match self.rest.take() {
            Some(rest) => rest,
            None => match self.rows.recv() {
                Ok(read) => read?,
                Err(_) => return Ok(None),
            },
        };
        let batch = whole.slice(0, most.min(whole.num_rows()));
        if batch.num_rows() < whole.num_rows() {
            self.rest = Some(whole.slice(batch.num_rows(), whole.num_rows() - batch.num_rows()));
        }
        let mut position = self.position.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        position.rows += batch.num_rows() as u64;
        if let Some(key) = self.key.as_ref().and_then(|key| batch.column_by_name(key))
            && let Some(last) = key.len().checked_sub(1)
        {
            let arrow = |error| SourceError::Arrow { path: self.unit.to_string(), error };
            position.after = Some(array_value_to_string(key, last).map_err(arrow)?);
        }
        drop(position);
        let origin = Origin::numbered(&self.unit, self.next_row, batch.num_rows());
        self.next_row += batch.num_rows() as u64;
        Ok(Some(SourceBatch { rows: Rows { batch, origin }, bad: Vec::new(), bytes_read: 0 }))
    }
}
