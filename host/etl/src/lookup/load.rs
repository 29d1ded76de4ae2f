use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_cast::display::array_value_to_string;
use arrow_schema::{DataType, Field, Schema};
use arrow_select::concat::concat_batches;
use witdock::nearest;

use super::error::{LookupTableError, LookupTableErrorKind};
use super::keys::Keys;
use super::table::LookupTable;
use crate::columns::view_type;
use crate::pipeline::{FileFormat, FileSource, LookupConfig, SourceKind};
use crate::rows::{Origin, Rows};
use crate::source::{self, Next, Past};
use crate::values::{exact, type_name};

/// Rows that are read at once.
const BATCH_ROWS: usize = 1 << 16;

impl LookupTable {
    /// Reads the table. A column has the type that the pipeline gives it, or one that fits all of its values.
    ///
    /// # Errors
    ///
    /// When the source cannot be read, a key column is missing, or two rows have the same key.
    pub fn load(lookup: &LookupConfig) -> Result<Self, LookupTableError> {
        read(lookup).map_err(|kind| LookupTableError { table: lookup.name.clone(), kind: Box::new(kind) })
    }
}

fn read(lookup: &LookupConfig) -> Result<LookupTable, LookupTableErrorKind> {
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

/// All rows of the table's source.
fn read_rows(lookup: &LookupConfig) -> Result<Rows, LookupTableErrorKind> {
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

/// The types that fit the values of a table of text columns.
fn typed_schema(lookup: &LookupConfig, rows: &Rows) -> Result<Schema, LookupTableErrorKind> {
    let mut text = Vec::new();
    arrow_csv::WriterBuilder::new().with_header(true).build(&mut text).write(&rows.batch)?;
    let (inferred, _) =
        arrow_csv::reader::Format::default().with_header(true).infer_schema(text.as_slice(), None)?;
    let fields: Vec<_> = inferred.fields().iter().map(|field| lookup_field(lookup, field)).collect();
    Ok(Schema::new(fields))
}

fn no_such_column(lookup: &LookupConfig, column: &str, schema: &Schema) -> LookupTableErrorKind {
    let known: Vec<_> = schema.fields().iter().map(|field| field.name().clone()).collect();
    LookupTableErrorKind::NoSuchColumn {
        path: lookup.source.name().into(),
        column: column.to_owned(),
        hint: nearest(column, known.iter().map(String::as_str))
            .map_or_else(String::new, |name| format!(" (did you mean `{name}`?)")),
        known: known.join(", "),
    }
}

fn lookup_field(lookup: &LookupConfig, inferred: &Field) -> Field {
    let data_type = match lookup.types.get(inferred.name()) {
        Some(given) => given.data_type(),
        // A type that plugins see as it is. Other values are text, and so is a column without any.
        None => match view_type(inferred.data_type()) {
            plain @ (DataType::Boolean
            | DataType::Int32
            | DataType::Int64
            | DataType::Float64
            | DataType::Date32
            | DataType::Timestamp(..)
            | DataType::Binary) => plain,
            _ => DataType::Utf8,
        },
    };
    Field::new(inferred.name(), data_type, true)
}

fn typed(
    lookup: &LookupConfig,
    field: &Field,
    text: &ArrayRef,
    origin: &Origin,
) -> Result<ArrayRef, LookupTableErrorKind> {
    let column = exact(text, field.data_type())?;
    let nulls = text.logical_nulls();
    // Values that the type does not hold are null.
    let is_valid = |row: usize| nulls.as_ref().is_none_or(|nulls| nulls.is_valid(row));
    match (0..column.len()).find(|row| column.is_null(*row) && is_valid(*row)) {
        None => Ok(column),
        Some(row) => Err(LookupTableErrorKind::Value {
            path: lookup.source.name().into(),
            line: origin.place(row).and_then(|place| place.line).unwrap_or_default(),
            column: field.name().clone(),
            value: array_value_to_string(text, row).unwrap_or_default(),
            expected: type_name(field.data_type()),
        }),
    }
}

fn key_fields(lookup: &LookupConfig, batch: &RecordBatch) -> Result<Vec<Field>, LookupTableErrorKind> {
    lookup
        .key
        .iter()
        .map(|name| {
            let schema = batch.schema();
            let field = schema.field_with_name(name).map_err(|_| no_such_column(lookup, name, &schema))?;
            if matches!(field.data_type(), DataType::Float64) {
                return Err(LookupTableErrorKind::KeyType {
                    column: name.clone(),
                    found: "floating-point numbers".to_owned(),
                });
            }
            Ok(field.clone())
        })
        .collect()
}

fn index(
    lookup: &LookupConfig,
    key: &[Field],
    batch: &RecordBatch,
    rows: &Rows,
) -> Result<HashMap<Box<[u8]>, u32>, LookupTableErrorKind> {
    let columns: Vec<ArrayRef> =
        key.iter().filter_map(|field| batch.column_by_name(field.name())).map(Arc::clone).collect();
    let keys = Keys::new(&columns).ok_or_else(|| LookupTableErrorKind::KeyType {
        column: lookup.key.join(", "),
        found: "values of an unsupported type".to_owned(),
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
            return Err(LookupTableErrorKind::DuplicateKey {
                path: lookup.source.name().into(),
                key: texts.join(", "),
                first: line(first as usize),
                second: line(row),
            });
        }
    }
    if without_key > 0 {
        tracing::warn!(table = lookup.name, rows = without_key, "rows without a key can never be found");
    }
    Ok(index)
}
