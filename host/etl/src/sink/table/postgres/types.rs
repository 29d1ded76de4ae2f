//! Which types of rows go into which types of columns.

use arrow_schema::DataType;

use crate::postgres::Kind;
use crate::values::plain_type;

/// The type of a new table's column, if there is one for these values.
pub(super) fn new_column(data_type: &DataType) -> Option<String> {
    Some(match plain_type(data_type) {
        DataType::Boolean => "bool".to_owned(),
        DataType::Int8 | DataType::Int16 | DataType::UInt8 => "int2".to_owned(),
        DataType::Int32 | DataType::UInt16 => "int4".to_owned(),
        DataType::Int64 | DataType::UInt32 => "int8".to_owned(),
        DataType::UInt64 => "numeric(20)".to_owned(),
        DataType::Float16 | DataType::Float32 => "float4".to_owned(),
        DataType::Float64 => "float8".to_owned(),
        DataType::Decimal32(digits, scale)
        | DataType::Decimal64(digits, scale)
        | DataType::Decimal128(digits, scale)
        | DataType::Decimal256(digits, scale) => match u8::try_from(scale) {
            Ok(scale) if scale <= digits => format!("numeric({digits},{scale})"),
            _ => "numeric".to_owned(),
        },
        DataType::Date32 | DataType::Date64 => "date".to_owned(),
        DataType::Time32(_) | DataType::Time64(_) => "time".to_owned(),
        DataType::Timestamp(_, Some(_)) => "timestamptz".to_owned(),
        DataType::Timestamp(_, None) => "timestamp".to_owned(),
        DataType::Interval(_) | DataType::Duration(_) => "interval".to_owned(),
        DataType::Binary | DataType::LargeBinary | DataType::FixedSizeBinary(_) => "bytea".to_owned(),
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Null => "text".to_owned(),
        list => format!("{}[]", new_column(item(&list)?).filter(|item| !item.ends_with(']'))?),
    })
}

/// The type of a list's items.
pub(super) fn item(list: &DataType) -> Option<&DataType> {
    match list {
        DataType::List(field)
        | DataType::LargeList(field)
        | DataType::ListView(field)
        | DataType::LargeListView(field)
        | DataType::FixedSizeList(field, _) => Some(field.data_type()),
        _ => None,
    }
}

/// Whether a column of the database takes values of the type, perhaps not all of them.
pub(super) fn takes(data_type: &DataType, kind: &Kind) -> bool {
    let plain = plain_type(data_type);
    let (is_number, is_text, is_null) = (plain.is_numeric(), plain.is_string(), plain.is_null());
    is_null
        || match kind {
            Kind::Bool => plain == DataType::Boolean || is_text,
            Kind::Int2 | Kind::Int4 | Kind::Int8 | Kind::Float4 | Kind::Float8 | Kind::Numeric(_) => {
                is_number || is_text
            }
            Kind::Text(_) => !plain.is_nested(),
            Kind::Date => matches!(plain, DataType::Date32 | DataType::Date64) || is_text,
            Kind::Time(_) => matches!(plain, DataType::Time32(_) | DataType::Time64(_)) || is_text,
            Kind::Timestamp(_) | Kind::TimestampTz(_) => {
                matches!(plain, DataType::Timestamp(..) | DataType::Date32 | DataType::Date64) || is_text
            }
            Kind::Bytea => plain.is_binary() || matches!(plain, DataType::FixedSizeBinary(_)),
            Kind::Uuid => is_text || plain == DataType::FixedSizeBinary(16),
            Kind::Interval => matches!(plain, DataType::Interval(_) | DataType::Duration(_)) || is_text,
            Kind::Json | Kind::Jsonb | Kind::Enum | Kind::Other => is_text,
            Kind::Array(of) => is_text || item(&plain).is_some_and(|item| takes(item, of)),
        }
}
