//! Types that mean the same, and types that hold all values of another.

use arrow_schema::{DataType, Field, Fields};

use crate::values::plain_type;

/// Whether values of one type can be read as another without a change. Types may always differ in how values are stored; with
/// `widen`, the other one may hold more values.
pub(super) fn reads_as(from: &DataType, to: &DataType, widen: bool) -> bool {
    use DataType::{
        Binary, Decimal32, Decimal64, Decimal128, Decimal256, FixedSizeList, LargeBinary, LargeList,
        LargeListView, LargeUtf8, List, ListView, Map, Null, Struct, Timestamp, Utf8,
    };
    let (from, to) = (plain_type(from), plain_type(to));
    match (&from, &to) {
        _ if from == to => true,
        // All values are null.
        (Null, _) => true,
        (Utf8 | LargeUtf8, Utf8 | LargeUtf8) | (Binary | LargeBinary, Binary | LargeBinary) => true,
        (Timestamp(unit, Some(zone)), Timestamp(other, Some(zone_too))) => {
            unit == other && is_utc(zone) && is_utc(zone_too)
        }
        (
            List(item) | LargeList(item) | ListView(item) | LargeListView(item),
            List(other) | LargeList(other) | ListView(other) | LargeListView(other),
        ) => field_reads_as(item, other, widen),
        (FixedSizeList(item, length), FixedSizeList(other, other_length)) => {
            length == other_length && field_reads_as(item, other, widen)
        }
        (Map(entries, _), Map(others, _)) => field_reads_as(entries, others, widen),
        (Struct(fields), Struct(others)) => struct_reads_as(fields, others, widen),
        (
            Decimal32(precision, scale)
            | Decimal64(precision, scale)
            | Decimal128(precision, scale)
            | Decimal256(precision, scale),
            Decimal32(other, other_scale)
            | Decimal64(other, other_scale)
            | Decimal128(other, other_scale)
            | Decimal256(other, other_scale),
        ) => scale == other_scale && (precision == other || widen && precision < other),
        _ => widen && widens(&from, &to),
    }
}

fn field_reads_as(from: &Field, to: &Field, widen: bool) -> bool {
    (to.is_nullable() || !from.is_nullable()) && reads_as(from.data_type(), to.data_type(), widen)
}

/// Nested fields have to be the same ones in the same order.
fn struct_reads_as(from: &Fields, to: &Fields, widen: bool) -> bool {
    from.len() == to.len()
        && from.iter().zip(to).all(|(from, to)| from.name() == to.name() && field_reads_as(from, to, widen))
}

fn is_utc(zone: &str) -> bool {
    matches!(zone, "UTC" | "Etc/UTC" | "Z" | "+00:00" | "+0000" | "+00")
}

/// Whether a type of numbers holds all values of another one.
fn widens(from: &DataType, to: &DataType) -> bool {
    use DataType::{Float16, Float32, Float64, Int8, Int16, Int32, Int64, UInt8, UInt16, UInt32, UInt64};
    matches!(
        (from, to),
        (Int8 | UInt8, Int16)
            | (Int8 | Int16 | UInt8 | UInt16, Int32)
            | (Int8 | Int16 | Int32 | UInt8 | UInt16 | UInt32, Int64)
            | (UInt8, UInt16)
            | (UInt8 | UInt16, UInt32)
            | (UInt8 | UInt16 | UInt32, UInt64)
            | (Float16, Float32)
            | (Float16 | Float32, Float64)
            | (Int8 | Int16 | Int32 | UInt8 | UInt16 | UInt32, Float64)
    )
}

/// A type that both are read as. Values that a file has as text are all read as text, if nothing else fits.
pub(super) fn common(one: &DataType, other: &DataType, text: bool) -> Option<DataType> {
    if reads_as(other, one, true) {
        return Some(one.clone());
    }
    if reads_as(one, other, true) {
        return Some(other.clone());
    }
    if !text || one.is_nested() || other.is_nested() {
        return None;
    }
    Some(match (one, other) {
        (DataType::Int64, DataType::Float64) | (DataType::Float64, DataType::Int64) => DataType::Float64,
        _ => DataType::Utf8,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow_schema::TimeUnit;
    use std::sync::Arc;

    #[test]
    fn storage_is_no_difference_and_a_larger_type_takes_a_smaller_one() {
        let dictionary = DataType::Dictionary(Box::new(DataType::Int8), Box::new(DataType::LargeUtf8));
        for text in [DataType::LargeUtf8, DataType::Utf8View, dictionary, DataType::Null] {
            assert!(reads_as(&text, &DataType::Utf8, false), "{text}");
        }
        let list = |item| DataType::List(Arc::new(Field::new("item", item, true)));
        let large = DataType::LargeList(Arc::new(Field::new("element", DataType::Utf8View, false)));
        assert!(reads_as(&large, &list(DataType::Utf8), false));
        assert!(!reads_as(&list(DataType::Utf8), &large, true), "the items of one are never null");
        let utc = |zone: &str| DataType::Timestamp(TimeUnit::Microsecond, Some(zone.into()));
        assert!(reads_as(&utc("UTC"), &utc("+00:00"), false));
        assert!(!reads_as(&utc("UTC"), &utc("Europe/Berlin"), true));
        assert!(!reads_as(&utc("UTC"), &DataType::Timestamp(TimeUnit::Microsecond, None), true));
        assert!(reads_as(&DataType::Int32, &DataType::Int64, true));
        assert!(!reads_as(&DataType::Int32, &DataType::Int64, false));
        assert!(!reads_as(&DataType::Int64, &DataType::Float64, true));
        assert!(!reads_as(&DataType::UInt32, &DataType::Int32, true));
        assert!(reads_as(&DataType::Decimal128(10, 2), &DataType::Decimal128(12, 2), true));
        assert!(!reads_as(&DataType::Decimal128(10, 2), &DataType::Decimal128(12, 3), true));
        assert_eq!(common(&DataType::Int64, &DataType::Float64, true), Some(DataType::Float64));
        assert_eq!(common(&DataType::Int64, &DataType::Float64, false), None);
        assert_eq!(common(&DataType::Boolean, &DataType::Int64, true), Some(DataType::Utf8));
    }
}
