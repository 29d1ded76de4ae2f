//! Arrow's columns as expressions see them.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Decimal128Type, Float64Type, Int32Type, Int64Type, TimestampMicrosecondType,
};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::{ArrowError, DataType, Field, Schema};
use witdock_etl_expression::{Column, Row, Type, Value};

use crate::columns::{timestamp_us, view_type};
use crate::values::exact;

/// The columns of a schema as expressions see them.
pub(super) fn columns(schema: &Schema) -> Vec<Column> {
    let column = |field: &Arc<Field>| Column {
        name: field.name().clone(),
        data_type: type_of(&seen_as(field.data_type())),
        nullable: field.is_nullable(),
    };
    schema.fields().iter().map(column).collect()
}

/// The type in which expressions see values of this type: that of plugins, and decimals of up to 38 digits.
pub(super) fn seen_as(data_type: &DataType) -> DataType {
    match view_type(data_type) {
        DataType::Decimal32(precision, scale) | DataType::Decimal64(precision, scale) => {
            DataType::Decimal128(precision, scale)
        }
        DataType::Utf8 if data_type.is_null() => DataType::Null,
        seen => seen,
    }
}

fn type_of(data_type: &DataType) -> Type {
    match data_type {
        DataType::Null => Type::Null,
        DataType::Boolean => Type::Boolean,
        DataType::Int32 => Type::Int32,
        DataType::Int64 => Type::Int64,
        DataType::Float64 => Type::Float64,
        DataType::Utf8 => Type::Text,
        DataType::Date32 => Type::Date,
        DataType::Timestamp(..) => Type::Timestamp,
        DataType::Decimal128(precision, scale) => match u8::try_from(*scale) {
            Ok(scale) if scale <= *precision => Type::Decimal { precision: *precision, scale },
            _ => Type::Other,
        },
        _ => Type::Other,
    }
}

/// The Arrow type of an expression's values.
pub(super) fn arrow_type(data_type: Type) -> Option<DataType> {
    Some(match data_type {
        Type::Boolean => DataType::Boolean,
        Type::Int32 => DataType::Int32,
        Type::Int64 => DataType::Int64,
        Type::Float64 => DataType::Float64,
        Type::Text => DataType::Utf8,
        Type::Date => DataType::Date32,
        Type::Timestamp => timestamp_us(),
        Type::Decimal { precision, scale } => DataType::Decimal128(precision, i8::try_from(scale).ok()?),
        Type::Null | Type::Other => return None,
    })
}

/// The columns of a batch that an expression reads, as it sees them.
pub(super) struct Views(Vec<Option<ArrayRef>>);

impl Views {
    /// The columns of these indexes.
    pub(super) fn of(batch: &RecordBatch, read: &[usize]) -> Result<Self, ArrowError> {
        let view = |(index, column): (usize, &ArrayRef)| {
            let seen = || exact(column, &seen_as(column.data_type()));
            read.contains(&index).then(seen).transpose()
        };
        Ok(Self(batch.columns().iter().enumerate().map(view).collect::<Result<_, _>>()?))
    }

    pub(super) fn get(&self, column: usize) -> Option<&ArrayRef> {
        self.0.get(column).and_then(Option::as_ref)
    }
}

/// A row of a batch.
pub(super) struct RowView<'v> {
    pub(super) views: &'v Views,
    pub(super) row: usize,
}

impl Row for RowView<'_> {
    fn value(&self, column: usize) -> Value<'_> {
        self.views.get(column).map_or(Value::Null, |array| value(array, self.row))
    }
}

/// The value of a row. The column has a type that expressions see.
pub(super) fn value(array: &ArrayRef, row: usize) -> Value<'_> {
    if row >= array.len() || array.is_null(row) {
        return Value::Null;
    }
    let known = match array.data_type() {
        DataType::Boolean => array.as_boolean_opt().map(|array| Value::Boolean(array.value(row))),
        DataType::Int32 => {
            array.as_primitive_opt::<Int32Type>().map(|array| Value::Integer(array.value(row).into()))
        }
        DataType::Int64 => {
            array.as_primitive_opt::<Int64Type>().map(|array| Value::Integer(array.value(row)))
        }
        DataType::Float64 => {
            array.as_primitive_opt::<Float64Type>().map(|array| Value::Float(array.value(row)))
        }
        DataType::Utf8 => array.as_string_opt::<i32>().map(|array| Value::from(array.value(row))),
        DataType::Date32 => array.as_primitive_opt::<Date32Type>().map(|array| Value::Date(array.value(row))),
        DataType::Timestamp(..) => array
            .as_primitive_opt::<TimestampMicrosecondType>()
            .map(|array| Value::Timestamp(array.value(row))),
        DataType::Decimal128(..) => {
            array.as_primitive_opt::<Decimal128Type>().map(|array| Value::Decimal(array.value(row)))
        }
        DataType::Null => return Value::Null,
        _ => None,
    };
    known.unwrap_or(Value::Other)
}
