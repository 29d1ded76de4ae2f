use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_array::builder::{
    BooleanBuilder, Date32Builder, Decimal128Builder, Float64Builder, Int32Builder, Int64Builder,
    StringBuilder, TimestampMicrosecondBuilder, UInt64Builder,
};
use arrow_schema::{DataType, TimeUnit};

use super::text::{Days, FromText, Microseconds, decimal};

/// Builds a column of values that a file has as text.
#[derive(Debug)]
pub(crate) enum TextColumn {
    Boolean(BooleanBuilder),
    Int32(Int32Builder),
    Int64(Int64Builder),
    UInt64(UInt64Builder),
    Float64(Float64Builder),
    Date32(Date32Builder),
    TimestampUs(TimestampMicrosecondBuilder),
    Utf8(StringBuilder),
    Decimal { builder: Decimal128Builder, precision: u8, scale: i8 },
}

impl TextColumn {
    /// A column of this type, if text is read as one. `rows` and `bytes` are the expected size.
    pub(crate) fn new(data_type: &DataType, rows: usize, bytes: usize) -> Option<Self> {
        Some(match data_type {
            DataType::Boolean => Self::Boolean(BooleanBuilder::with_capacity(rows)),
            DataType::Int32 => Self::Int32(Int32Builder::with_capacity(rows)),
            DataType::Int64 => Self::Int64(Int64Builder::with_capacity(rows)),
            DataType::UInt64 => Self::UInt64(UInt64Builder::with_capacity(rows)),
            DataType::Float64 => Self::Float64(Float64Builder::with_capacity(rows)),
            DataType::Date32 => Self::Date32(Date32Builder::with_capacity(rows)),
            DataType::Timestamp(TimeUnit::Microsecond, _) => Self::TimestampUs(
                TimestampMicrosecondBuilder::with_capacity(rows).with_data_type(data_type.clone()),
            ),
            DataType::Utf8 => Self::Utf8(StringBuilder::with_capacity(rows, bytes)),
            DataType::Decimal128(precision, scale) => Self::Decimal {
                builder: Decimal128Builder::with_capacity(rows).with_data_type(data_type.clone()),
                precision: *precision,
                scale: *scale,
            },
            _ => return None,
        })
    }

    /// Adds the value that the text stands for, or a null and false if it stands for none exactly.
    pub(crate) fn append(&mut self, text: Option<&str>) -> bool {
        fn value<T: FromText>(text: Option<&str>, append: impl FnOnce(Option<T>)) -> bool {
            let value = text.and_then(T::from_text);
            let fits = value.is_some() || text.is_none();
            append(value);
            fits
        }
        match self {
            Self::Boolean(builder) => value(text, |value| builder.append_option(value)),
            Self::Int32(builder) => value(text, |value| builder.append_option(value)),
            Self::Int64(builder) => value(text, |value| builder.append_option(value)),
            Self::UInt64(builder) => value(text, |value| builder.append_option(value)),
            Self::Float64(builder) => value(text, |value| builder.append_option(value)),
            Self::Date32(builder) => {
                value(text, |value: Option<Days>| builder.append_option(value.map(|Days(days)| days)))
            }
            Self::TimestampUs(builder) => value(text, |value: Option<Microseconds>| {
                builder.append_option(value.map(|Microseconds(us)| us));
            }),
            Self::Utf8(builder) => {
                builder.append_option(text);
                true
            }
            Self::Decimal { builder, precision, scale } => {
                let value = text.and_then(|text| decimal(text, *precision, *scale));
                builder.append_option(value);
                value.is_some() || text.is_none()
            }
        }
    }

    /// Bytes of text in a column of text.
    pub(crate) fn text_bytes(&self) -> usize {
        match self {
            Self::Utf8(builder) => builder.values_slice().len(),
            _ => 0,
        }
    }

    /// The column, which is empty afterwards.
    pub(crate) fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Boolean(builder) => Arc::new(builder.finish()),
            Self::Int32(builder) => Arc::new(builder.finish()),
            Self::Int64(builder) => Arc::new(builder.finish()),
            Self::UInt64(builder) => Arc::new(builder.finish()),
            Self::Float64(builder) => Arc::new(builder.finish()),
            Self::Date32(builder) => Arc::new(builder.finish()),
            Self::TimestampUs(builder) => Arc::new(builder.finish()),
            Self::Utf8(builder) => Arc::new(builder.finish()),
            Self::Decimal { builder, .. } => Arc::new(builder.finish()),
        }
    }
}
