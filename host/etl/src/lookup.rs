//! Keyed tables that the host lends to stages: read once, shared by all of them, answered a list of keys at a time.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Int32Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{Array, ArrayRef, BooleanArray, PrimitiveArray, RecordBatch, StringArray, UInt32Array};
use arrow_cast::display::array_value_to_string;
use arrow_cast::{CastOptions, cast_with_options};
use arrow_schema::{ArrowError, DataType, Field, Schema};
use arrow_select::concat::concat_batches;
use arrow_select::take::take;
use thiserror::Error;

use crate::bindings::witdock::etl::lookup::{LookupError, Matches};
use crate::bindings::witdock::etl::types;
use crate::columns::{column_from_guest, column_to_guest, field_to_guest, timestamp_us};
use crate::diagnostics::nearest;
use crate::pipeline::{FileFormat, FileSource, Lookup, SourceKind};
use crate::rows::{Origin, Rows};
use crate::source::{self, Next, Past, SourceError};

/// A lookup table cannot be loaded.
#[derive(Debug, Error)]
#[error("the lookup table `{table}`: {problem}")]
pub struct LoadError {
    /// The table.
    pub table: String,
    /// Why.
    pub problem: Box<Problem>,
}

/// What is wrong with a lookup table.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Problem {
    /// Its source cannot be read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The pipeline names a column that the file does not have.
    #[error("{path} has no column `{column}`{hint}; it has {known}")]
    NoSuchColumn {
        /// The file.
        path: PathBuf,
        /// The column.
        column: String,
        /// The name that was probably meant.
        hint: String,
        /// The columns that are there.
        known: String,
    },
    /// A key column holds numbers that should not be compared for equality.
    #[error(
        "its key column `{column}` holds {found}, which is no key: keys are whole numbers, text, dates, timestamps or \
         booleans; give it a type with `types = {{ {column} = \"utf8\" }}`"
    )]
    KeyType {
        /// The column.
        column: String,
        /// Its type.
        found: String,
    },
    /// Two rows have one key.
    #[error("{path}:{second}: the key ({key}) is already on line {first}: keep one of them")]
    DuplicateKey {
        /// The file.
        path: PathBuf,
        /// The key's values.
        key: String,
        /// The line of the first.
        first: u64,
        /// The line of the second.
        second: u64,
    },
    /// A value is not of the type that the pipeline gives its column.
    #[error("{path}:{line}: \"{value}\" in the column `{column}` is no {expected}")]
    Value {
        /// The file.
        path: PathBuf,
        /// The line.
        line: u64,
        /// The column.
        column: String,
        /// The value.
        value: String,
        /// The type.
        expected: String,
    },
    /// Arrow could not take the table.
    #[error(transparent)]
    Arrow(#[from] ArrowError),
}

/// The pipeline's tables by name.
pub type Lookups = BTreeMap<String, Arc<LookupTable>>;

/// A table with an index over its key.
#[derive(Debug)]
pub struct LookupTable {
    batch: RecordBatch,
    key: Vec<Field>,
    index: HashMap<Box<[u8]>, u32>,
}

/// A handle that a guest holds to a table.
#[derive(Debug, Clone)]
pub struct OpenTable(pub(crate) Arc<LookupTable>);

/// Rows that are read at once.
const BATCH_ROWS: usize = 1 << 16;

impl LookupTable {
    /// Reads the table. Columns have the type that all of their values fit, or the one that the pipeline gives them.
    ///
    /// # Errors
    ///
    /// When the file is not there, not CSV, lacks a key column, or holds a key twice.
    pub fn load(lookup: &Lookup) -> Result<Self, LoadError> {
        read(lookup).map_err(|problem| LoadError { table: lookup.name.clone(), problem: Box::new(problem) })
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.batch.num_rows()
    }

    /// The columns that make up the key.
    pub fn key(&self) -> &[Field] {
        &self.key
    }

    pub(crate) fn key_for_guest(&self) -> Result<Vec<types::Field>, ArrowError> {
        self.key.iter().map(field_to_guest).collect()
    }

    pub(crate) fn fields_for_guest(&self) -> Result<Vec<types::Field>, ArrowError> {
        let schema = self.batch.schema();
        let others =
            schema.fields().iter().filter(|field| !self.key.iter().any(|key| key.name() == field.name()));
        others.map(|field| field_to_guest(field)).collect()
    }

    /// Looks up `rows` keys at once.
    ///
    /// # Errors
    ///
    /// When the keys are not of the key's types, or a column is asked for that is not there.
    pub(crate) fn get(
        &self,
        rows: u32,
        keys: Vec<types::Column>,
        columns: &[String],
    ) -> Result<Matches, LookupError> {
        let rows = rows as usize;
        if keys.len() != self.key.len() {
            let names: Vec<_> = self.key.iter().map(|field| field.name().as_str()).collect();
            return Err(LookupError::Keys(format!(
                "{} key columns were given, and the key has {} ({})",
                keys.len(),
                self.key.len(),
                names.join(", ")
            )));
        }
        let wanted = columns
            .iter()
            .map(|name| {
                self.batch.column_by_name(name).ok_or_else(|| LookupError::NoSuchColumn(name.clone()))
            })
            .collect::<Result<Vec<_>, _>>()?;
        let keys = self
            .key
            .iter()
            .zip(keys)
            .map(|(field, column)| {
                // A null key is no error: it matches nothing.
                let field = field.clone().with_nullable(true);
                column_from_guest(column, &field, rows)
                    .map_err(|error| LookupError::Keys(format!("the key column `{}`: {error}", field.name())))
            })
            .collect::<Result<Vec<_>, _>>()?;
        let keys = Keys::new(&keys).ok_or_else(|| {
            LookupError::Unavailable("the key has a type that cannot be looked up".to_owned())
        })?;
        let mut encoded = Vec::new();
        let found: UInt32Array = (0..rows)
            .map(|row| {
                if keys.encode(row, &mut encoded) {
                    self.index.get(encoded.as_slice()).copied()
                } else {
                    None
                }
            })
            .collect();
        let unavailable = |error: ArrowError| LookupError::Unavailable(error.to_string());
        let columns = wanted
            .into_iter()
            .map(|column| column_to_guest(&take(column, &found, None)?))
            .collect::<Result<_, _>>()
            .map_err(unavailable)?;
        let mut bits = vec![0_u8; rows.div_ceil(8)];
        for (row, bit) in (0..rows).filter(|row| found.is_valid(*row)).map(|row| (row / 8, row % 8)) {
            if let Some(byte) = bits.get_mut(row) {
                *byte |= 1 << bit;
            }
        }
        Ok(Matches { found: bits, columns })
    }
}

fn read(lookup: &Lookup) -> Result<LookupTable, Problem> {
    let rows = read_rows(lookup)?;
    let schema = match &lookup.source.kind {
        SourceKind::Files(FileSource { format: FileFormat::Csv(_), .. }) => typed_schema(lookup, &rows)?,
        _ => Schema::new(
            rows.batch.schema().fields().iter().map(|field| lookup_field(lookup, field)).collect::<Vec<_>>(),
        ),
    };
    for column in lookup.key.iter().chain(lookup.types.keys()) {
        if schema.index_of(column).is_err() {
            return Err(no_such_column(lookup, column, &schema));
        }
    }
    let columns = schema
        .fields()
        .iter()
        .zip(rows.batch.columns())
        .map(|(field, column)| typed(lookup, field, column, &rows.origin))
        .collect::<Result<Vec<_>, _>>()?;
    let batch = RecordBatch::try_new(Arc::new(schema), columns)?;
    let key = key_fields(lookup, &batch)?;
    let index = index(lookup, &key, &batch, &rows)?;
    Ok(LookupTable { batch, key, index })
}

/// All rows of the table's source, as they come.
fn read_rows(lookup: &Lookup) -> Result<Rows, Problem> {
    let mut units = source::open(&lookup.source, Past::default(), None)?;
    let (mut batches, mut rows, mut lines) = (Vec::new(), Vec::new(), Vec::new());
    loop {
        let mut open = match units.next()? {
            Next::Unit(open) => open,
            Next::Idle => continue,
            Next::End => break,
        };
        while let Some(read) = open.reader.read(BATCH_ROWS)? {
            for row in 0..read.rows.len() {
                let place = read.rows.origin.place(row);
                rows.push(place.map_or(0, |place| place.row));
                lines.push(place.and_then(|place| place.line));
            }
            batches.push(read.rows.batch);
        }
    }
    let batch = concat_batches(&units.schema(), &batches)?;
    let unit = lookup.source.name().into();
    Ok(Rows { batch, origin: Origin::Source { unit, rows: rows.into(), lines: Some(lines.into()) } })
}

/// The types that the values of a table of texts suggest.
fn typed_schema(lookup: &Lookup, rows: &Rows) -> Result<Schema, Problem> {
    let mut text = Vec::new();
    arrow_csv::WriterBuilder::new().with_header(true).build(&mut text).write(&rows.batch)?;
    let (inferred, _) =
        arrow_csv::reader::Format::default().with_header(true).infer_schema(text.as_slice(), None)?;
    let fields: Vec<_> = inferred.fields().iter().map(|field| lookup_field(lookup, field)).collect();
    Ok(Schema::new(fields))
}

fn no_such_column(lookup: &Lookup, column: &str, schema: &Schema) -> Problem {
    let known: Vec<_> = schema.fields().iter().map(|field| field.name().clone()).collect();
    Problem::NoSuchColumn {
        path: lookup.source.name().into(),
        column: column.to_owned(),
        hint: nearest(column, &known).map_or_else(String::new, |name| format!(" (did you mean `{name}`?)")),
        known: known.join(", "),
    }
}

fn lookup_field(lookup: &Lookup, inferred: &Field) -> Field {
    let data_type = match lookup.types.get(inferred.name()) {
        Some(given) => given.data_type(),
        None => match inferred.data_type() {
            // Types that plugins know by themselves; a column without any value has to have some type.
            DataType::Boolean | DataType::Int64 | DataType::Float64 | DataType::Date32 => {
                inferred.data_type().clone()
            }
            DataType::Timestamp(..) => timestamp_us(),
            _ => DataType::Utf8,
        },
    };
    Field::new(inferred.name(), data_type, true)
}

fn typed(lookup: &Lookup, field: &Field, text: &ArrayRef, origin: &Origin) -> Result<ArrayRef, Problem> {
    let options = CastOptions { safe: true, ..CastOptions::default() };
    let column = cast_with_options(text, field.data_type(), &options)?;
    // A safe cast makes a null of what it cannot read.
    match (0..column.len()).find(|row| column.is_null(*row) && text.is_valid(*row)) {
        None => Ok(column),
        Some(row) => Err(Problem::Value {
            path: lookup.source.name().into(),
            line: origin.place(row).and_then(|place| place.line).unwrap_or_default(),
            column: field.name().clone(),
            value: array_value_to_string(text, row).unwrap_or_default(),
            expected: field.data_type().to_string(),
        }),
    }
}

fn key_fields(lookup: &Lookup, batch: &RecordBatch) -> Result<Vec<Field>, Problem> {
    lookup
        .key
        .iter()
        .map(|name| {
            let schema = batch.schema();
            let field = schema.field_with_name(name).map_err(|_| no_such_column(lookup, name, &schema))?;
            if matches!(field.data_type(), DataType::Float64) {
                return Err(Problem::KeyType {
                    column: name.clone(),
                    found: "floating-point numbers".to_owned(),
                });
            }
            Ok(field.clone())
        })
        .collect()
}

fn index(
    lookup: &Lookup,
    key: &[Field],
    batch: &RecordBatch,
    rows: &Rows,
) -> Result<HashMap<Box<[u8]>, u32>, Problem> {
    let columns: Vec<ArrayRef> =
        key.iter().filter_map(|field| batch.column_by_name(field.name())).map(Arc::clone).collect();
    let keys = Keys::new(&columns).ok_or_else(|| Problem::KeyType {
        column: lookup.key.join(", "),
        found: "values of another type".to_owned(),
    })?;
    let mut index = HashMap::with_capacity(batch.num_rows());
    let mut without_key = 0;
    let mut encoded = Vec::new();
    for (row, number) in (0..batch.num_rows()).zip(0_u32..) {
        if !keys.encode(row, &mut encoded) {
            without_key += 1;
        } else if let Some(first) = index.insert(encoded.clone().into_boxed_slice(), number) {
            let line = |row: usize| rows.origin.place(row).and_then(|place| place.line).unwrap_or_default();
            let columns = key.iter().filter_map(|field| rows.batch.column_by_name(field.name()));
            let texts: Vec<_> =
                columns.map(|column| array_value_to_string(column, row).unwrap_or_default()).collect();
            return Err(Problem::DuplicateKey {
                path: lookup.source.name().into(),
                key: texts.join(", "),
                first: line(first as usize),
                second: line(row),
            });
        }
    }
    if without_key > 0 {
        tracing::warn!(table = lookup.name, rows = without_key, "rows without a key are never found");
    }
    Ok(index)
}

/// Key columns, ready to be read row by row.
struct Keys<'a>(Vec<KeyColumn<'a>>);

enum KeyColumn<'a> {
    Boolean(&'a BooleanArray),
    Int32(&'a PrimitiveArray<Int32Type>),
    Int64(&'a PrimitiveArray<Int64Type>),
    Date32(&'a PrimitiveArray<Date32Type>),
    TimestampUs(&'a PrimitiveArray<TimestampMicrosecondType>),
    Utf8(&'a StringArray),
}

impl<'a> Keys<'a> {
    fn new(columns: &'a [ArrayRef]) -> Option<Self> {
        let column = |array: &'a ArrayRef| {
            Some(match array.data_type() {
                DataType::Boolean => KeyColumn::Boolean(array.as_boolean_opt()?),
                DataType::Int32 => KeyColumn::Int32(array.as_primitive_opt()?),
                DataType::Int64 => KeyColumn::Int64(array.as_primitive_opt()?),
                DataType::Date32 => KeyColumn::Date32(array.as_primitive_opt()?),
                DataType::Timestamp(..) => KeyColumn::TimestampUs(array.as_primitive_opt()?),
                DataType::Utf8 => KeyColumn::Utf8(array.as_string_opt()?),
                _ => return None,
            })
        };
        Some(Self(columns.iter().map(column).collect::<Option<_>>()?))
    }

    /// Writes the row's key into `key`, in a form in which different keys differ. False when part of the key is null.
    fn encode(&self, row: usize, key: &mut Vec<u8>) -> bool {
        key.clear();
        self.0.iter().all(|column| column.encode(row, key))
    }
}

impl KeyColumn<'_> {
    fn encode(&self, row: usize, key: &mut Vec<u8>) -> bool {
        macro_rules! fixed {
            ($array:expr) => {
                $array.is_valid(row) && {
                    key.extend_from_slice(&$array.value(row).to_le_bytes());
                    true
                }
            };
        }
        match self {
            Self::Boolean(array) => {
                array.is_valid(row) && {
                    key.push(u8::from(array.value(row)));
                    true
                }
            }
            Self::Int32(array) => fixed!(array),
            Self::Int64(array) => fixed!(array),
            Self::Date32(array) => fixed!(array),
            Self::TimestampUs(array) => fixed!(array),
            Self::Utf8(array) => {
                array.is_valid(row) && {
                    let text = array.value(row).as_bytes();
                    // The length keeps ("a", "bc") and ("ab", "c") apart.
                    key.extend_from_slice(&(text.len() as u64).to_le_bytes());
                    key.extend_from_slice(text);
                    true
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
