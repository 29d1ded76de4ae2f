use arrow_schema::{DataType, Field, TimeUnit};

use super::error::ColumnError;
use super::ipc;
use crate::bindings::witdock::etl::types;

/// The time zone of `timestamp-us`, as Arrow writes it most plainly.
const UTC: &str = "+00:00";

/// The WIT type that carries values of this Arrow type as they are. Values of some other types have a view in one of these.
pub(super) fn guest_type(data_type: &DataType) -> types::DataType {
    match data_type {
        DataType::Boolean => types::DataType::Boolean,
        DataType::Int32 => types::DataType::Int32,
        DataType::Int64 => types::DataType::Int64,
        DataType::Float64 => types::DataType::Float64,
        DataType::Date32 => types::DataType::Date32,
        DataType::Timestamp(TimeUnit::Microsecond, Some(zone)) if &**zone == UTC => {
            types::DataType::TimestampUs
        }
        DataType::Utf8 => types::DataType::Utf8,
        DataType::Binary => types::DataType::Binary,
        _ => types::DataType::Ipc,
    }
}

/// The Arrow type of `timestamp-us`.
pub(crate) fn timestamp_us() -> DataType {
    DataType::Timestamp(TimeUnit::Microsecond, Some(UTC.into()))
}

/// Converts a guest's description of a column.
///
/// # Errors
///
/// When `ipc-schema` is missing, or does not describe exactly one field of a type that only `ipc` can carry.
pub fn field_from_guest(field: &types::Field) -> Result<Field, ColumnError> {
    let data_type = match (field.data_type, &field.ipc_schema) {
        (types::DataType::Ipc, Some(bytes)) => {
            let data_type = ipc::decode_field(bytes)?.data_type().clone();
            if guest_type(&data_type) != types::DataType::Ipc {
                return Err(ColumnError::IpcSchema(
                    "its `ipc-schema` describes a type that has a data type of its own: use that data type",
                ));
            }
            data_type
        }
        (types::DataType::Ipc, None) => {
            return Err(ColumnError::IpcSchema("it has the type `ipc` and no `ipc-schema`"));
        }
        (_, Some(_)) => {
            return Err(ColumnError::IpcSchema("it has an `ipc-schema`, and its type is not `ipc`"));
        }
        (types::DataType::Boolean, None) => DataType::Boolean,
        (types::DataType::Int32, None) => DataType::Int32,
        (types::DataType::Int64, None) => DataType::Int64,
        (types::DataType::Float64, None) => DataType::Float64,
        (types::DataType::Date32, None) => DataType::Date32,
        (types::DataType::TimestampUs, None) => timestamp_us(),
        (types::DataType::Utf8, None) => DataType::Utf8,
        (types::DataType::Binary, None) => DataType::Binary,
    };
    Ok(Field::new(&field.name, data_type, field.nullable))
}
