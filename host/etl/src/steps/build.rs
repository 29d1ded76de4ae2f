use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_array::builder::{
    BooleanBuilder, Date32Builder, Decimal128Builder, Float64Builder, Int32Builder, Int64Builder,
    StringBuilder, TimestampMicrosecondBuilder,
};
use arrow_schema::{ArrowError, DataType};
use witdock_etl_expression::Value;

/// Builds a column of an expression's values.
pub(super) enum ValueColumn {
    Boolean(BooleanBuilder),
    Int32(Int32Builder),
    Int64(Int64Builder),
    Float64(Float64Builder),
    Text(StringBuilder),
    Date(Date32Builder),
    Timestamp(TimestampMicrosecondBuilder),
    Decimal(Decimal128Builder),
}

impl ValueColumn {
    pub(super) fn new(data_type: &DataType, rows: usize) -> Result<Self, ArrowError> {
        Ok(match data_type {
            DataType::Boolean => Self::Boolean(BooleanBuilder::with_capacity(rows)),
            DataType::Int32 => Self::Int32(Int32Builder::with_capacity(rows)),
            DataType::Int64 => Self::Int64(Int64Builder::with_capacity(rows)),
            DataType::Float64 => Self::Float64(Float64Builder::with_capacity(rows)),
            DataType::Utf8 => Self::Text(StringBuilder::with_capacity(rows, 0)),
            DataType::Date32 => Self::Date(Date32Builder::with_capacity(rows)),
            DataType::Timestamp(..) => Self::Timestamp(
                TimestampMicrosecondBuilder::with_capacity(rows).with_data_type(data_type.clone()),
            ),
            DataType::Decimal128(..) => {
                Self::Decimal(Decimal128Builder::with_capacity(rows).with_data_type(data_type.clone()))
            }
            other => {
                return Err(ArrowError::NotYetImplemented(format!(
                    "expressions make no values of the type {other}"
                )));
            }
        })
    }

    /// Adds a value. One of another type is null.
    pub(super) fn append(&mut self, value: &Value<'_>) {
        match (self, value) {
            (Self::Boolean(builder), Value::Boolean(truth)) => builder.append_value(*truth),
            (Self::Int32(builder), Value::Integer(number)) => {
                builder.append_option(i32::try_from(*number).ok())
            }
            (Self::Int64(builder), Value::Integer(number)) => builder.append_value(*number),
            (Self::Float64(builder), Value::Float(number)) => builder.append_value(*number),
            (Self::Text(builder), Value::Text(text)) => builder.append_value(text),
            (Self::Date(builder), Value::Date(day)) => builder.append_value(*day),
            (Self::Timestamp(builder), Value::Timestamp(time)) => builder.append_value(*time),
            (Self::Decimal(builder), Value::Decimal(number)) => builder.append_value(*number),
            (column, _) => column.append_null(),
        }
    }

    fn append_null(&mut self) {
        match self {
            Self::Boolean(builder) => builder.append_null(),
            Self::Int32(builder) => builder.append_null(),
            Self::Int64(builder) => builder.append_null(),
            Self::Float64(builder) => builder.append_null(),
            Self::Text(builder) => builder.append_null(),
            Self::Date(builder) => builder.append_null(),
            Self::Timestamp(builder) => builder.append_null(),
            Self::Decimal(builder) => builder.append_null(),
        }
    }

    pub(super) fn finish(mut self) -> ArrayRef {
        match &mut self {
            Self::Boolean(builder) => Arc::new(builder.finish()),
            Self::Int32(builder) => Arc::new(builder.finish()),
            Self::Int64(builder) => Arc::new(builder.finish()),
            Self::Float64(builder) => Arc::new(builder.finish()),
            Self::Text(builder) => Arc::new(builder.finish()),
            Self::Date(builder) => Arc::new(builder.finish()),
            Self::Timestamp(builder) => Arc::new(builder.finish()),
            Self::Decimal(builder) => Arc::new(builder.finish()),
        }
    }
}
