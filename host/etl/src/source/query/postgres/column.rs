use std::sync::Arc;

use arrow_array::builder::{
    BinaryBuilder, BooleanBuilder, Date32Builder, Decimal128Builder, Decimal256Builder, Float32Builder,
    Float64Builder, Int16Builder, Int32Builder, Int64Builder, StringBuilder, Time64MicrosecondBuilder,
    TimestampMicrosecondBuilder,
};
use arrow_array::{ArrayRef, ListArray};
use arrow_buffer::{NullBuffer, OffsetBuffer, ScalarBuffer, i256};
use arrow_schema::{ArrowError, DataType, Field, TimeUnit};

use super::numeric::Numeric;
use crate::columns::timestamp_us;
use crate::postgres::{EPOCH_DAYS, EPOCH_MICROSECONDS, Kind};

/// The type of a column's values, if their bytes in the protocol are read. Others are read as text.
pub(super) fn data_type(kind: &Kind) -> Option<DataType> {
    Some(match kind {
        Kind::Bool => DataType::Boolean,
        Kind::Int2 => DataType::Int16,
        Kind::Int4 => DataType::Int32,
        Kind::Int8 => DataType::Int64,
        Kind::Float4 => DataType::Float32,
        Kind::Float8 => DataType::Float64,
        Kind::Numeric(digits) => {
            match digits.map(|(digits, scale)| (u8::try_from(digits), i8::try_from(scale))) {
                Some((Ok(digits @ 1..=38), Ok(scale @ 0..))) if scale.cast_unsigned() <= digits => {
                    DataType::Decimal128(digits, scale)
                }
                Some((Ok(digits @ 1..=76), Ok(scale @ 0..))) if scale.cast_unsigned() <= digits => {
                    DataType::Decimal256(digits, scale)
                }
                _ => DataType::Utf8,
            }
        }
        Kind::Text(_) | Kind::Uuid | Kind::Json | Kind::Jsonb | Kind::Enum => DataType::Utf8,
        Kind::Date => DataType::Date32,
        Kind::Time(_) => DataType::Time64(TimeUnit::Microsecond),
        Kind::Timestamp(_) => DataType::Timestamp(TimeUnit::Microsecond, None),
        Kind::TimestampTz(_) => timestamp_us(),
        Kind::Bytea => DataType::Binary,
        Kind::Array(item) => DataType::List(Arc::new(Field::new("item", data_type(item)?, true))),
        Kind::Interval | Kind::Other => return None,
    })
}

/// Builds a column from the values in the binary format of the protocol.
pub(super) enum ColumnBuilder {
    Boolean(BooleanBuilder),
    Int16(Int16Builder),
    Int32(Int32Builder),
    Int64(Int64Builder),
    Float32(Float32Builder),
    Float64(Float64Builder),
    Decimal128(Decimal128Builder, usize),
    Decimal256(Decimal256Builder, usize),
    Number(StringBuilder),
    Date32(Date32Builder),
    Time(Time64MicrosecondBuilder),
    Timestamp(TimestampMicrosecondBuilder),
    Uuid(StringBuilder),
    Jsonb(StringBuilder),
    Utf8(StringBuilder),
    Binary(BinaryBuilder),
    List { items: Box<ColumnBuilder>, item: DataType, ends: Vec<i32>, valid: Vec<bool> },
}

const INFINITE: &str = "is infinite, which has no form in other places";
const NOT_A_NUMBER: &str = "is NaN or infinite, which no decimal is";
const OUT_OF_RANGE: &str = "is out of the range of a timestamp";
const ARRAY: &str = "is an array of several dimensions, or does not begin with 1";
const BYTES: &str = "has an unexpected form";

impl ColumnBuilder {
    pub(super) fn new(kind: &Kind, data_type: &DataType) -> Self {
        match (kind, data_type) {
            (Kind::Uuid, _) => Self::Uuid(StringBuilder::new()),
            (Kind::Jsonb, _) => Self::Jsonb(StringBuilder::new()),
            (Kind::Numeric(_), DataType::Utf8) => Self::Number(StringBuilder::new()),
            (Kind::Array(kind), DataType::List(item)) => Self::List {
                items: Box::new(Self::new(kind, item.data_type())),
                item: item.data_type().clone(),
                ends: vec![0],
                valid: Vec::new(),
            },
            (_, DataType::Boolean) => Self::Boolean(BooleanBuilder::new()),
            (_, DataType::Int16) => Self::Int16(Int16Builder::new()),
            (_, DataType::Int32) => Self::Int32(Int32Builder::new()),
            (_, DataType::Int64) => Self::Int64(Int64Builder::new()),
            (_, DataType::Float32) => Self::Float32(Float32Builder::new()),
            (_, DataType::Float64) => Self::Float64(Float64Builder::new()),
            (_, DataType::Decimal128(_, scale)) => {
                let builder = Decimal128Builder::new().with_data_type(data_type.clone());
                Self::Decimal128(builder, usize::try_from(*scale).unwrap_or_default())
            }
            (_, DataType::Decimal256(_, scale)) => {
                let builder = Decimal256Builder::new().with_data_type(data_type.clone());
                Self::Decimal256(builder, usize::try_from(*scale).unwrap_or_default())
            }
            (_, DataType::Date32) => Self::Date32(Date32Builder::new()),
            (_, DataType::Time64(_)) => Self::Time(Time64MicrosecondBuilder::new()),
            (_, DataType::Timestamp(..)) => {
                Self::Timestamp(TimestampMicrosecondBuilder::new().with_data_type(data_type.clone()))
            }
            (_, DataType::Binary) => Self::Binary(BinaryBuilder::new()),
            _ => Self::Utf8(StringBuilder::new()),
        }
    }

    /// Appends a value, or says why there is no such value.
    pub(super) fn append(&mut self, value: Option<&[u8]>) -> Result<(), &'static str> {
        let Some(bytes) = value else {
            self.append_null();
            return Ok(());
        };
        let numeric = || Numeric::decode(bytes).ok_or(BYTES);
        match self {
            Self::Boolean(builder) => builder.append_value(fixed::<1>(bytes)? != [0]),
            Self::Int16(builder) => builder.append_value(i16::from_be_bytes(fixed(bytes)?)),
            Self::Int32(builder) => builder.append_value(i32::from_be_bytes(fixed(bytes)?)),
            Self::Int64(builder) => builder.append_value(i64::from_be_bytes(fixed(bytes)?)),
            Self::Float32(builder) => builder.append_value(f32::from_be_bytes(fixed(bytes)?)),
            Self::Float64(builder) => builder.append_value(f64::from_be_bytes(fixed(bytes)?)),
            Self::Decimal128(builder, scale) => {
                let digits = numeric()?.unscaled(*scale).ok_or(NOT_A_NUMBER)?;
                builder.append_value(digits.parse().map_err(|_| BYTES)?);
            }
            Self::Decimal256(builder, scale) => {
                let digits = numeric()?.unscaled(*scale).ok_or(NOT_A_NUMBER)?;
                builder.append_value(i256::from_string(&digits).ok_or(BYTES)?);
            }
            Self::Number(builder) => builder.append_value(numeric()?.to_string()),
            Self::Date32(builder) => match i32::from_be_bytes(fixed(bytes)?) {
                i32::MIN | i32::MAX => return Err(INFINITE),
                days => builder.append_value(days.checked_add(EPOCH_DAYS).ok_or(OUT_OF_RANGE)?),
            },
            Self::Time(builder) => match i64::from_be_bytes(fixed(bytes)?) {
                time @ 0..86_400_000_000 => builder.append_value(time),
                _ => return Err("is 24:00:00, which is not a time of a day"),
            },
            Self::Timestamp(builder) => match i64::from_be_bytes(fixed(bytes)?) {
                i64::MIN | i64::MAX => return Err(INFINITE),
                time => builder.append_value(time.checked_add(EPOCH_MICROSECONDS).ok_or(OUT_OF_RANGE)?),
            },
            Self::Uuid(builder) => {
                let value = format!("{:032x}", u128::from_be_bytes(fixed(bytes)?));
                let part = |range| value.get(range).unwrap_or_default();
                builder.append_value(format!(
                    "{}-{}-{}-{}-{}",
                    part(0..8),
                    part(8..12),
                    part(12..16),
                    part(16..20),
                    part(20..32)
                ));
            }
            Self::Jsonb(builder) => match bytes {
                [1, text @ ..] => builder.append_value(str::from_utf8(text).map_err(|_| BYTES)?),
                _ => return Err(BYTES),
            },
            Self::Utf8(builder) => builder.append_value(str::from_utf8(bytes).map_err(|_| BYTES)?),
            Self::Binary(builder) => builder.append_value(bytes),
            Self::List { items, ends, valid, .. } => {
                let end = ends.last().copied().unwrap_or_default();
                let count = append_items(items, bytes)?;
                ends.push(end.checked_add(count).ok_or(BYTES)?);
                valid.push(true);
            }
        }
        Ok(())
    }

    fn append_null(&mut self) {
        match self {
            Self::Boolean(builder) => builder.append_null(),
            Self::Int16(builder) => builder.append_null(),
            Self::Int32(builder) => builder.append_null(),
            Self::Int64(builder) => builder.append_null(),
            Self::Float32(builder) => builder.append_null(),
            Self::Float64(builder) => builder.append_null(),
            Self::Decimal128(builder, _) => builder.append_null(),
            Self::Decimal256(builder, _) => builder.append_null(),
            Self::Date32(builder) => builder.append_null(),
            Self::Time(builder) => builder.append_null(),
            Self::Timestamp(builder) => builder.append_null(),
            Self::Number(builder) | Self::Uuid(builder) | Self::Jsonb(builder) | Self::Utf8(builder) => {
                builder.append_null();
            }
            Self::Binary(builder) => builder.append_null(),
            Self::List { ends, valid, .. } => {
                ends.push(ends.last().copied().unwrap_or_default());
                valid.push(false);
            }
        }
    }

    /// The column, which is empty afterwards.
    pub(super) fn finish(&mut self) -> Result<ArrayRef, ArrowError> {
        Ok(match self {
            Self::Boolean(builder) => Arc::new(builder.finish()),
            Self::Int16(builder) => Arc::new(builder.finish()),
            Self::Int32(builder) => Arc::new(builder.finish()),
            Self::Int64(builder) => Arc::new(builder.finish()),
            Self::Float32(builder) => Arc::new(builder.finish()),
            Self::Float64(builder) => Arc::new(builder.finish()),
            Self::Decimal128(builder, _) => Arc::new(builder.finish()),
            Self::Decimal256(builder, _) => Arc::new(builder.finish()),
            Self::Date32(builder) => Arc::new(builder.finish()),
            Self::Time(builder) => Arc::new(builder.finish()),
            Self::Timestamp(builder) => Arc::new(builder.finish()),
            Self::Number(builder) | Self::Uuid(builder) | Self::Jsonb(builder) | Self::Utf8(builder) => {
                Arc::new(builder.finish())
            }
            Self::Binary(builder) => Arc::new(builder.finish()),
            Self::List { items, item, ends, valid } => {
                let offsets = OffsetBuffer::new(ScalarBuffer::from(std::mem::replace(ends, vec![0])));
                let nulls = NullBuffer::from(std::mem::take(valid));
                let field = Arc::new(Field::new("item", item.clone(), true));
                Arc::new(ListArray::try_new(field, offsets, items.finish()?, Some(nulls))?)
            }
        })
    }
}

fn fixed<const N: usize>(bytes: &[u8]) -> Result<[u8; N], &'static str> {
    bytes.try_into().map_err(|_| BYTES)
}

/// Appends the items of an array, and returns their number: `array_send` in
/// <https://github.com/postgres/postgres/blob/master/src/backend/utils/adt/arrayfuncs.c>.
fn append_items(items: &mut ColumnBuilder, bytes: &[u8]) -> Result<i32, &'static str> {
    let mut rest = bytes;
    let mut take = |length: usize| -> Result<&[u8], &'static str> {
        let (taken, after) = rest.split_at_checked(length).ok_or(BYTES)?;
        rest = after;
        Ok(taken)
    };
    let mut number = || -> Result<i32, &'static str> { Ok(i32::from_be_bytes(fixed(take(4)?)?)) };
    let dimensions = number()?;
    let (_has_nulls, _item_type) = (number()?, number()?);
    if dimensions == 0 {
        return Ok(0);
    }
    let (count, first) = (number()?, number()?);
    if dimensions != 1 || first != 1 {
        return Err(ARRAY);
    }
    for _ in 0..count {
        match usize::try_from(i32::from_be_bytes(fixed(take(4)?)?)) {
            Ok(length) => items.append(Some(take(length)?))?,
            Err(_) => items.append(None)?,
        }
    }
    Ok(count)
}
