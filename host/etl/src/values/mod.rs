//! Values of one type as values of another: exact, or not at all.

mod builder;
mod cast;
mod text;

use arrow_schema::{DataType, TimeUnit};

pub(crate) use self::builder::TextColumn;
pub(crate) use self::cast::{can_be, exact, plain_type};
pub(crate) use self::text::FromText;

/// The name of a type in pipeline files and messages.
pub(crate) fn type_name(data_type: &DataType) -> String {
    match data_type {
        DataType::Date32 => "date32".to_owned(),
        DataType::Timestamp(TimeUnit::Microsecond, Some(zone)) if &**zone == "+00:00" => {
            "timestamp-us".to_owned()
        }
        DataType::Decimal128(precision, scale) => format!("decimal({precision}, {scale})"),
        // What is put together of other types has words of its own.
        other if other.is_nested() => other.to_string(),
        other => other.to_string().to_ascii_lowercase(),
    }
}
