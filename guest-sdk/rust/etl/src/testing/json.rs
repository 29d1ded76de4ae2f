//! Converts columns to and from JSON.

use crate::bindings::witdock::etl::types::{Column, DataType, Field, Values};
use crate::bitmap::bit;
use crate::builder::{
    BinaryBuilder, BooleanBuilder, Date32Builder, Float64Builder, Int32Builder, Int64Builder,
    TimestampUsBuilder, Utf8Builder,
};
use crate::{Date, Timestamp};
use serde_json::{Number, Value};

/// A column of these values.
pub(super) fn column<'v>(
    field: &Field,
    values: impl ExactSizeIterator<Item = &'v Value>,
) -> Result<Column, String> {
    /// One value for each row, `None` for null.
    fn each<'v, T>(
        field: &Field,
        values: impl Iterator<Item = &'v Value>,
        typed: impl Fn(&'v Value) -> Option<T>,
    ) -> Result<Vec<Option<T>>, String> {
        let one = |(row, value): (usize, &'v Value)| match value {
            Value::Null if field.nullable => Ok(None),
            Value::Null => Err(format!("row {row} has no `{}`, which is not nullable", field.name)),
            value => typed(value).map(Some).ok_or_else(|| {
                format!("`{}` of row {row} is {value}; expected {}", field.name, field.data_type.name())
            }),
        };
        values.enumerate().map(one).collect()
    }
    macro_rules! build {
        ($builder:ty, $typed:expr) => {
            each(field, values, $typed)?.into_iter().collect::<$builder>().finish()
        };
    }
    Ok(match field.data_type {
        DataType::Boolean => build!(BooleanBuilder, Value::as_bool),
        DataType::Int32 => build!(Int32Builder, |value| value.as_i64()?.try_into().ok()),
        DataType::Int64 => build!(Int64Builder, Value::as_i64),
        DataType::Float64 => build!(Float64Builder, Value::as_f64),
        DataType::Date32 => {
            build!(Date32Builder, |value| value.as_str()?.parse().ok().map(Date::days))
        }
        DataType::TimestampUs => {
            build!(TimestampUsBuilder, |value| value.as_str()?.parse().ok().map(Timestamp::micros))
        }
        DataType::Utf8 => build!(Utf8Builder, Value::as_str),
        DataType::Binary => {
            let values = each(field, values, |value| from_hex(value.as_str()?))?;
            values.iter().map(Option::as_deref).collect::<BinaryBuilder>().finish()
        }
        DataType::Ipc => return Err(format!("`{}` is ipc, which only Arrow can make", field.name)),
    })
}

/// The value of a row.
pub(super) fn value(column: &Column, row: usize) -> Value {
    if column.validity.as_deref().is_some_and(|validity| !bit(validity, row)) {
        return Value::Null;
    }
    let value = match &column.values {
        Values::Boolean(bits) => Some(bit(bits, row).into()),
        Values::Int32(values) => values.get(row).map(|value| (*value).into()),
        Values::Int64(values) => values.get(row).map(|value| (*value).into()),
        Values::Float64(values) => {
            values.get(row).and_then(|value| Number::from_f64(*value)).map(Value::Number)
        }
        Values::Date32(values) => values.get(row).map(|days| Date::from_days(*days).to_string().into()),
        Values::TimestampUs(values) => {
            values.get(row).map(|micros| Timestamp::from_micros(*micros).to_string().into())
        }
        Values::Utf8(bytes) => Some(String::from_utf8_lossy(bytes.row(row)).into()),
        Values::Binary(bytes) => {
            Some(bytes.row(row).iter().map(|byte| format!("{byte:02x}")).collect::<String>().into())
        }
        Values::Ipc(_) => None,
    };
    value.unwrap_or_default()
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |digit: char| digit.to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let digits = text.chars().map(digit).collect::<Option<Vec<u8>>>()?;
    let (pairs, []) = digits.as_chunks::<2>() else { return None };
    Some(pairs.iter().map(|[high, low]| high << 4 | low).collect())
}
