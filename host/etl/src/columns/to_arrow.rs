use std::sync::Arc;

use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, Float64Type, Int32Type, Int64Type, TimestampMicrosecondType,
};
use arrow_array::{Array, ArrayRef, BinaryArray, BooleanArray, PrimitiveArray, StringArray, new_null_array};
use arrow_buffer::{BooleanBuffer, Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow_schema::{ArrowError, Field};

use super::error::ColumnError;
use super::fields::{guest_type, timestamp_us};
use super::ipc;
use super::view::view_type;
use crate::bindings::witdock::etl::types::{BytesColumn, Column, DataType, Values};
use crate::values::{exact, type_name};

/// The most rows in one answer of a guest. Rows of a type such as Arrow's `Null` take no bytes in the guest, so no other limit
/// bounds the memory that the host needs for them.
pub const MAX_ROWS: usize = 1 << 24;

/// Checks a guest's column against its field, and makes an Arrow array of `rows` rows of it.
///
/// # Errors
///
/// When the column does not match the field or the number of rows.
pub fn column_from_guest(column: Column, field: &Field, rows: usize) -> Result<ArrayRef, ColumnError> {
    let found = values_type(&column.values);
    let seen = view_type(field.data_type());
    // A guest gives values back in the type in which it has seen them, and its own ones as the type is.
    let as_it_is = found == guest_type(field.data_type());
    let given = if as_it_is { field.data_type() } else { &seen };
    if found != guest_type(given) {
        return Err(ColumnError::Type {
            expected: name(guest_type(&seen)).to_owned(),
            found: name(found).to_owned(),
        });
    }
    let nulls = match column.validity {
        None => None,
        Some(_) if found == DataType::Ipc => {
            return Err(ColumnError::Ipc {
                reason: "the stream contains the nulls, so `validity` must be none".to_owned(),
            });
        }
        Some(bits) => Some(NullBuffer::new(bitmap(bits, rows, "bytes of validity")?)),
    };
    let array: ArrayRef = match column.values {
        Values::Boolean(bits) => {
            length("bytes of booleans", rows, rows.div_ceil(8), bits.len())?;
            Arc::new(BooleanArray::new(bitmap(bits, rows, "bytes of booleans")?, nulls))
        }
        Values::Int32(values) => primitive::<Int32Type>(values, nulls, rows)?,
        Values::Int64(values) => primitive::<Int64Type>(values, nulls, rows)?,
        Values::Float64(values) => primitive::<Float64Type>(values, nulls, rows)?,
        Values::Date32(values) => primitive::<Date32Type>(values, nulls, rows)?,
        Values::TimestampUs(values) => {
            length("values", rows, rows, values.len())?;
            let array = PrimitiveArray::<TimestampMicrosecondType>::try_new(values.into(), nulls)
                .map_err(|error| internal(&error))?;
            Arc::new(array.with_data_type(timestamp_us()))
        }
        Values::Utf8(text) => {
            let (offsets, data) = offsets(text, rows)?;
            let array = StringArray::try_new(offsets.clone(), data.clone(), nulls);
            Arc::new(array.map_err(|_| ColumnError::NotUtf8 { row: first_not_utf8(&offsets, &data) })?)
        }
        Values::Binary(bytes) => {
            let (offsets, data) = offsets(bytes, rows)?;
            Arc::new(BinaryArray::try_new(offsets, data, nulls).map_err(|error| internal(&error))?)
        }
        Values::Ipc(bytes) => {
            let array = ipc::decode_column(bytes, field.data_type(), &seen)?;
            length("values", rows, rows, array.len())?;
            array
        }
    };
    let array = as_field(array, field)?;
    if !field.is_nullable()
        && let Some(nulls) = array.logical_nulls()
        && let Some(row) = (0..nulls.len()).find(|row| nulls.is_null(*row))
    {
        return Err(ColumnError::Null { row });
    }
    Ok(array)
}

/// The values in the type of their field.
fn as_field(array: ArrayRef, field: &Field) -> Result<ArrayRef, ColumnError> {
    let expected = field.data_type();
    if array.data_type() == expected {
        return Ok(array);
    }
    let refused = |row| ColumnError::Value { row, expected: type_name(expected) };
    let nulls = array.logical_nulls();
    let is_valid = |row: &usize| nulls.as_ref().is_none_or(|nulls| nulls.is_valid(*row));
    if expected.is_null() {
        let value = (0..array.len()).find(is_valid);
        return value.map_or_else(|| Ok(new_null_array(expected, array.len())), |row| Err(refused(row)));
    }
    let cast = exact(&array, expected).map_err(|error| internal(&error))?;
    let cast_nulls = cast.logical_nulls();
    let is_null = |row: &usize| cast_nulls.as_ref().is_some_and(|nulls| nulls.is_null(*row));
    match (0..array.len()).find(|row| is_null(row) && is_valid(row)) {
        Some(row) => Err(refused(row)),
        None => Ok(cast),
    }
}

fn length(part: &'static str, rows: usize, expected: usize, found: usize) -> Result<(), ColumnError> {
    if expected == found { Ok(()) } else { Err(ColumnError::Length { part, rows, expected, found }) }
}

fn bitmap(bits: Vec<u8>, rows: usize, part: &'static str) -> Result<BooleanBuffer, ColumnError> {
    // The constructor panics when there are fewer bits than rows.
    length(part, rows, rows.div_ceil(8), bits.len())?;
    Ok(BooleanBuffer::new(Buffer::from_vec(bits), 0, rows))
}

fn primitive<T: ArrowPrimitiveType>(
    values: Vec<T::Native>,
    nulls: Option<NullBuffer>,
    rows: usize,
) -> Result<ArrayRef, ColumnError> {
    length("values", rows, rows, values.len())?;
    let array = PrimitiveArray::<T>::try_new(ScalarBuffer::from(values), nulls);
    Ok(Arc::new(array.map_err(|error| internal(&error))?))
}

fn offsets(column: BytesColumn, rows: usize) -> Result<(OffsetBuffer<i32>, Buffer), ColumnError> {
    let BytesColumn { offsets, data } = column;
    length("offsets", rows, rows + 1, offsets.len())?;
    match offsets.first() {
        Some(0) => {}
        first => return Err(ColumnError::FirstOffset { found: first.copied().unwrap_or_default() }),
    }
    let falling = offsets.iter().zip(offsets.iter().skip(1)).enumerate().find(|(_, (from, to))| from > to);
    if let Some((row, (from, to))) = falling {
        return Err(ColumnError::FallingOffset { row, from: *from, to: *to });
    }
    let last = offsets.last().copied().unwrap_or_default();
    if usize::try_from(last) != Ok(data.len()) {
        return Err(ColumnError::LastOffset { found: last, length: data.len() });
    }
    // The constructor panics on offsets that fall or are negative: they start at 0 and rise.
    Ok((OffsetBuffer::new(ScalarBuffer::from(offsets)), Buffer::from_vec(data)))
}

/// The first row whose bytes are not UTF-8. An offset in the middle of a character counts as well.
fn first_not_utf8(offsets: &OffsetBuffer<i32>, data: &[u8]) -> usize {
    let bounds = offsets.iter().zip(offsets.iter().skip(1));
    bounds
        .map(|(from, to)| data.get(usize::try_from(*from).ok()?..usize::try_from(*to).ok()?))
        .position(|bytes| bytes.is_none_or(|bytes| str::from_utf8(bytes).is_err()))
        .unwrap_or_default()
}

fn internal(error: &ArrowError) -> ColumnError {
    ColumnError::Ipc { reason: error.to_string() }
}

fn values_type(values: &Values) -> DataType {
    match values {
        Values::Boolean(_) => DataType::Boolean,
        Values::Int32(_) => DataType::Int32,
        Values::Int64(_) => DataType::Int64,
        Values::Float64(_) => DataType::Float64,
        Values::Date32(_) => DataType::Date32,
        Values::TimestampUs(_) => DataType::TimestampUs,
        Values::Utf8(_) => DataType::Utf8,
        Values::Binary(_) => DataType::Binary,
        Values::Ipc(_) => DataType::Ipc,
    }
}

/// The name of a data type in `wit/etl/types.wit`.
fn name(data_type: DataType) -> &'static str {
    match data_type {
        DataType::Boolean => "boolean",
        DataType::Int32 => "int32",
        DataType::Int64 => "int64",
        DataType::Float64 => "float64",
        DataType::Date32 => "date32",
        DataType::TimestampUs => "timestamp-us",
        DataType::Utf8 => "utf8",
        DataType::Binary => "binary",
        DataType::Ipc => "ipc",
    }
}
