use arrow_array::cast::AsArray;
use arrow_array::types::ByteArrayType;
use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, Float64Type, Int32Type, Int64Type, TimestampMicrosecondType,
};
use arrow_array::{Array, ArrayRef, GenericByteArray};
use arrow_buffer::BooleanBuffer;
use arrow_schema::{ArrowError, Field};

use super::fields::guest_type;
use super::ipc;
use super::view::{view, view_type};
use crate::bindings::witdock::etl::types::{self, BytesColumn, Column, DataType, Values};

/// Describes a column to a guest, by the type in which the guest sees its values.
///
/// # Errors
///
/// When Arrow cannot write the type as IPC.
pub fn field_to_guest(field: &Field) -> Result<types::Field, ArrowError> {
    let view = Field::new(field.name(), view_type(field.data_type()), field.is_nullable());
    let data_type = guest_type(view.data_type());
    let ipc_schema = match data_type {
        DataType::Ipc => Some(ipc::encode_field(&view)?),
        _ => None,
    };
    Ok(types::Field { name: field.name().clone(), data_type, nullable: field.is_nullable(), ipc_schema })
}

/// Copies an Arrow array into the form that crosses the boundary.
///
/// # Errors
///
/// When the type in which a guest sees the values does not hold one of them, or Arrow cannot write the array as IPC.
pub fn column_to_guest(array: &ArrayRef) -> Result<Column, ArrowError> {
    let array = &view(array)?;
    let values = match guest_type(array.data_type()) {
        DataType::Boolean => array.as_boolean_opt().map(|array| Values::Boolean(bitmap(array.values()))),
        DataType::Int32 => primitive::<Int32Type>(array).map(Values::Int32),
        DataType::Int64 => primitive::<Int64Type>(array).map(Values::Int64),
        DataType::Float64 => primitive::<Float64Type>(array).map(Values::Float64),
        DataType::Date32 => primitive::<Date32Type>(array).map(Values::Date32),
        DataType::TimestampUs => primitive::<TimestampMicrosecondType>(array).map(Values::TimestampUs),
        DataType::Utf8 => array.as_string_opt().and_then(bytes).map(Values::Utf8),
        DataType::Binary => array.as_binary_opt().and_then(bytes).map(Values::Binary),
        DataType::Ipc => {
            // The stream has the nulls as well.
            return Ok(Column { validity: None, values: Values::Ipc(ipc::encode_column(array)?) });
        }
    };
    let values = values.ok_or_else(|| {
        ArrowError::CastError(format!("an array claims the type {} and has another", array.data_type()))
    })?;
    let validity = array.nulls().filter(|nulls| nulls.null_count() > 0).map(|nulls| bitmap(nulls.inner()));
    Ok(Column { validity, values })
}

/// The bits from the first row on: a sliced array's may begin in the middle of a byte.
fn bitmap(bits: &BooleanBuffer) -> Vec<u8> {
    let mut bytes = bits.sliced().to_vec();
    bytes.truncate(bits.len().div_ceil(8));
    bytes
}

fn primitive<T: ArrowPrimitiveType>(array: &ArrayRef) -> Option<Vec<T::Native>> {
    Some(array.as_primitive_opt::<T>()?.values().to_vec())
}

/// Offsets from 0 on, and only the bytes that they reach: a sliced array's begin somewhere in a longer buffer.
fn bytes<T: ByteArrayType<Offset = i32>>(array: &GenericByteArray<T>) -> Option<BytesColumn> {
    let offsets = array.value_offsets();
    let (first, last) = (*offsets.first()?, *offsets.last()?);
    let data = array.value_data().get(usize::try_from(first).ok()?..usize::try_from(last).ok()?)?;
    Some(BytesColumn { offsets: offsets.iter().map(|offset| offset - first).collect(), data: data.to_vec() })
}
