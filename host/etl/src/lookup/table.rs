use std::collections::HashMap;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, RecordBatch, UInt32Array};
use arrow_schema::{ArrowError, DataType, Field};
use arrow_select::take::take;

use super::keys::Keys;
use crate::bindings::witdock::etl::lookup::{LookupError, Matches};
use crate::bindings::witdock::etl::types;
use crate::columns::{MAX_ROWS, column_from_guest, column_to_guest, field_to_guest};

/// The most bytes of an answer: a few keys may find the same long values again and again.
const MOST_ANSWER_BYTES: u64 = 64 << 20;

/// A table with an index over its key.
#[derive(Debug)]
pub struct LookupTable {
    pub(super) batch: RecordBatch,
    pub(super) key: Vec<Field>,
    pub(super) index: HashMap<Box<[u8]>, u32>,
}

impl LookupTable {
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
    /// When the keys do not match the types of the key, or a requested column does not exist.
    pub(crate) fn get(
        &self,
        rows: u32,
        keys: Vec<types::Column>,
        columns: &[String],
    ) -> Result<Matches, LookupError> {
        let rows = rows as usize;
        if rows > MAX_ROWS {
            return Err(LookupError::Keys(format!("got {rows} keys at once, and the limit is {MAX_ROWS}")));
        }
        if columns.len() > self.batch.num_columns() {
            return Err(LookupError::Unavailable(format!(
                "{} columns are asked for, and the table has {}",
                columns.len(),
                self.batch.num_columns()
            )));
        }
        if keys.len() != self.key.len() {
            let names: Vec<_> = self.key.iter().map(|field| field.name().as_str()).collect();
            return Err(LookupError::Keys(format!(
                "got {} key columns, expected {} ({})",
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
                // A null key is valid and matches nothing.
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
        let bytes = wanted.iter().map(|column| answer_bytes(column, &found)).fold(0, u64::saturating_add);
        if bytes > MOST_ANSWER_BYTES {
            return Err(LookupError::Unavailable(format!(
                "the answer has {bytes} bytes, and the limit is {MOST_ANSWER_BYTES}: ask for fewer keys at once"
            )));
        }
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

/// About how many bytes the values of these rows take in a column.
fn answer_bytes(column: &ArrayRef, rows: &UInt32Array) -> u64 {
    let length = |row: usize| match column.data_type() {
        DataType::Utf8 => column.as_string_opt::<i32>().map(|text| text.value_length(row)),
        DataType::Binary => column.as_binary_opt::<i32>().map(|bytes| bytes.value_length(row)),
        // The others have 8 bytes at most.
        _ => None,
    };
    let found = rows.iter().flatten().map(|row| row as usize).filter(|row| *row < column.len());
    found
        .map(|row| length(row).and_then(|length| u64::try_from(length).ok()).unwrap_or(8))
        .fold(0, u64::saturating_add)
}
