//! The types in which plugins see the values of other ones.

use arrow_array::{Array, ArrayRef};
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use arrow_schema::{ArrowError, DataType, TimeUnit};

use super::fields::timestamp_us;
use crate::values::{exact, plain_type, type_name};

/// The type in which a plugin sees values of this type: the plain one that holds them, so that a plugin needs to know a few types
/// only. What has no such type is as it is, without the way it is stored.
pub(crate) fn view_type(data_type: &DataType) -> DataType {
    match plain_type(data_type) {
        DataType::Int8 | DataType::Int16 | DataType::UInt8 | DataType::UInt16 => DataType::Int32,
        // A number of 64 bits without a sign may be too large.
        DataType::UInt32 | DataType::UInt64 => DataType::Int64,
        DataType::Float16 | DataType::Float32 => DataType::Float64,
        DataType::Date64 => DataType::Date32,
        // A time without a zone is seen as one of UTC.
        DataType::Timestamp(..) => timestamp_us(),
        // All values of the type `null` are null.
        DataType::LargeUtf8 | DataType::Null => DataType::Utf8,
        DataType::LargeBinary | DataType::FixedSizeBinary(_) => DataType::Binary,
        plain => plain,
    }
}

/// The values as a plugin sees them.
///
/// # Errors
///
/// When the type of the view does not hold a value: [`unseen`] finds these rows.
pub(super) fn view(array: &ArrayRef) -> Result<ArrayRef, ArrowError> {
    let to = view_type(array.data_type());
    let view = exact(array, &to)?;
    if view.logical_null_count() > array.logical_null_count() {
        let from = type_name(array.data_type());
        let message = format!("a value of the type {from} is not {}, as plugins see it", type_name(&to));
        return Err(ArrowError::CastError(message));
    }
    Ok(view)
}

/// The rows with a value that no plugin can see, each with the reason.
///
/// # Errors
///
/// When Arrow cannot cast the column.
pub(crate) fn unseen(name: &str, array: &ArrayRef) -> Result<Vec<(usize, String)>, ArrowError> {
    let to = view_type(array.data_type());
    if !loses(&plain_type(array.data_type())) {
        return Ok(Vec::new());
    }
    let view = exact(array, &to)?;
    if view.logical_null_count() == array.logical_null_count() {
        return Ok(Vec::new());
    }
    let (options, nulls) = (FormatOptions::default(), array.logical_nulls());
    let text = ArrayFormatter::try_new(array.as_ref(), &options)?;
    let lost = (0..array.len())
        .filter(|row| view.is_null(*row) && nulls.as_ref().is_none_or(|nulls| nulls.is_valid(*row)));
    Ok(lost
        .map(|row| (row, format!("column `{name}`: `{}` is not {}", text.value(row), type_name(&to))))
        .collect())
}

/// Whether a plain type has values that its view does not hold.
fn loses(plain: &DataType) -> bool {
    match plain {
        DataType::UInt64 | DataType::Date64 => true,
        DataType::Timestamp(unit, _) => *unit != TimeUnit::Microsecond,
        _ => false,
    }
}
