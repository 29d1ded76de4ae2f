//! Columns of one type as columns of another.

use std::sync::Arc;

use arrow_array::builder::StringBuilder;
use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type};
use arrow_array::{Array, ArrayRef, BooleanArray, PrimitiveArray, StringArray};
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use arrow_cast::{CastOptions, can_cast_types, cast_with_options};
use arrow_ord::cmp::not_distinct;
use arrow_schema::{ArrowError, DataType, TimeUnit};
use arrow_select::nullif::nullif;

use super::builder::TextColumn;

/// The type of the values without the way they are stored: dictionaries, runs and views.
pub(crate) fn plain_type(data_type: &DataType) -> DataType {
    match data_type {
        DataType::Dictionary(_, values) => plain_type(values),
        DataType::RunEndEncoded(_, values) => plain_type(values.data_type()),
        DataType::Utf8View => DataType::Utf8,
        DataType::BinaryView => DataType::Binary,
        other => other.clone(),
    }
}

/// Whether values of one type can be values of another.
pub(crate) fn can_be(from: &DataType, to: &DataType) -> bool {
    can_cast_types(&plain_type(from), to)
}

/// The values in another type. A value that the type does not hold exactly is null.
///
/// # Errors
///
/// When no value of the type can be one of the other.
pub(crate) fn exact(column: &ArrayRef, to: &DataType) -> Result<ArrayRef, ArrowError> {
    if column.data_type() == to {
        return Ok(Arc::clone(column));
    }
    let column = arrow(column, &plain_type(column.data_type()))?;
    let from = column.data_type();
    if from == to {
        return Ok(column);
    }
    if from.is_string() && !to.is_string() {
        return match arrow(&column, &DataType::Utf8)?.as_string_opt::<i32>().map(|text| of_text(text, to)) {
            Some(Some(parsed)) => Ok(parsed),
            // Types that only Arrow reads.
            _ => returning(&column, to),
        };
    }
    match (ticks(from), ticks(to)) {
        (Some(unit), Some(into)) if keeps_its_zone(from, to) => rescaled(&column, unit, into, to),
        _ if from.is_temporal() && to.is_string() => written(&column, to),
        _ if from.is_null() || to.is_string() || from.is_binary() || from.is_nested() => arrow(&column, to),
        _ => returning(&column, to),
    }
}

/// Arrow's cast. A value that it cannot convert is null.
fn arrow(column: &ArrayRef, to: &DataType) -> Result<ArrayRef, ArrowError> {
    if column.data_type() == to {
        return Ok(Arc::clone(column));
    }
    cast_with_options(column, to, &CastOptions { safe: true, ..CastOptions::default() })
}

/// Arrow's cast, which cuts and rounds. What does not come back as it was is null.
fn returning(column: &ArrayRef, to: &DataType) -> Result<ArrayRef, ArrowError> {
    let there = arrow(column, to)?;
    let back = arrow(&there, column.data_type())?;
    let same = if column.data_type().is_floating() {
        // Zero is an integer, whichever its sign, and NaN is one value.
        let (before, after) = (arrow(column, &DataType::Float64)?, arrow(&back, &DataType::Float64)?);
        let (before, after) = (before.as_primitive::<Float64Type>(), after.as_primitive::<Float64Type>());
        let same = |(before, after): (Option<f64>, Option<f64>)| {
            before == after || before.zip(after).is_some_and(|(one, other)| one.is_nan() && other.is_nan())
        };
        before.iter().zip(after).map(|pair| Some(same(pair))).collect()
    } else {
        not_distinct(column, &back)?
    };
    only(&there, &same)
}

/// The values where `keep` is true, and null elsewhere.
fn only(column: &ArrayRef, keep: &BooleanArray) -> Result<ArrayRef, ArrowError> {
    if keep.true_count() == keep.len() {
        return Ok(Arc::clone(column));
    }
    nullif(column, &keep.values().iter().map(|keep| Some(!keep)).collect::<BooleanArray>())
}

/// Text as values of a type that files may have as text.
fn of_text(text: &StringArray, to: &DataType) -> Option<ArrayRef> {
    let mut column = TextColumn::new(to, text.len(), 0)?;
    for text in text {
        column.append(text);
    }
    Some(column.finish())
}

/// The nanoseconds that one step of a date or a timestamp stands for.
fn ticks(data_type: &DataType) -> Option<i128> {
    Some(match data_type {
        DataType::Date32 => 86_400_000_000_000,
        DataType::Timestamp(TimeUnit::Second, _) => 1_000_000_000,
        DataType::Date64 | DataType::Timestamp(TimeUnit::Millisecond, _) => 1_000_000,
        DataType::Timestamp(TimeUnit::Microsecond, _) => 1000,
        DataType::Timestamp(TimeUnit::Nanosecond, _) => 1,
        _ => return None,
    })
}

/// Whether the count since 1970 stays the same: a time without a zone is taken for one of UTC.
fn keeps_its_zone(from: &DataType, to: &DataType) -> bool {
    let zone = |data_type: &DataType| match data_type {
        DataType::Timestamp(_, zone) => zone.clone(),
        _ => None,
    };
    zone(from).is_some() || zone(to).is_none_or(|zone| matches!(&*zone, "+00:00" | "UTC" | "Etc/UTC" | "Z"))
}

fn rescaled(column: &ArrayRef, unit: i128, into: i128, to: &DataType) -> Result<ArrayRef, ArrowError> {
    let as_number = if *column.data_type() == DataType::Date32 { DataType::Int32 } else { DataType::Int64 };
    let counts = arrow(&arrow(column, &as_number)?, &DataType::Int64)?;
    let scaled: PrimitiveArray<Int64Type> = counts
        .as_primitive::<Int64Type>()
        .iter()
        .map(|count| {
            let nanoseconds = i128::from(count?) * unit;
            (nanoseconds % into == 0).then(|| i64::try_from(nanoseconds / into).ok())?
        })
        .collect();
    let scaled: ArrayRef = Arc::new(scaled);
    let scaled = if *to == DataType::Date32 { arrow(&scaled, &DataType::Int32)? } else { scaled };
    // A number is the count of a date or a timestamp with any zone.
    Ok(arrow_array::make_array(scaled.to_data().into_builder().data_type(to.clone()).build()?))
}

/// Dates and times as text. One that no text stands for is null.
fn written(column: &ArrayRef, to: &DataType) -> Result<ArrayRef, ArrowError> {
    let options = FormatOptions::new().with_display_error(false);
    let formatter = ArrayFormatter::try_new(column.as_ref(), &options)?;
    let mut texts = StringBuilder::new();
    for row in 0..column.len() {
        let text = column.is_valid(row).then(|| formatter.value(row).try_to_string().ok()).flatten();
        texts.append_option(text);
    }
    arrow(&(Arc::new(texts.finish()) as ArrayRef), to)
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow_array::types::Int8Type;
    use arrow_array::{
        Date32Array, Date64Array, Decimal128Array, DictionaryArray, Float32Array, Float64Array, Int64Array,
        NullArray, StringViewArray, TimestampMicrosecondArray, TimestampNanosecondArray,
        TimestampSecondArray, UInt64Array,
    };

    fn timestamp_us() -> DataType {
        DataType::Timestamp(TimeUnit::Microsecond, Some("+00:00".into()))
    }

    /// The values as text, after a cast.
    fn cast(column: impl Array + 'static, to: &DataType) -> Vec<String> {
        let column: ArrayRef = Arc::new(column);
        assert!(can_be(column.data_type(), to));
        let cast = exact(&column, to).unwrap();
        assert_eq!(cast.data_type(), to);
        let text = FormatOptions::new().with_null("-");
        let text = ArrayFormatter::try_new(cast.as_ref(), &text).unwrap();
        (0..cast.len()).map(|row| text.value(row).to_string()).collect()
    }

    #[test]
    fn numbers_are_not_cut() {
        let floats = Float64Array::from(vec![1.0, 1.5, -0.0, 1e19, f64::NAN, f64::INFINITY]);
        assert_eq!(cast(floats, &DataType::Int64), ["1", "-", "0", "-", "-", "-"]);
        let narrow = Float32Array::from(vec![Some(0.1), Some(f32::NAN), Some(f32::NEG_INFINITY), None]);
        assert_eq!(cast(narrow, &DataType::Float64), ["0.10000000149011612", "NaN", "-inf", "-"]);
        let wide = Float64Array::from(vec![0.5, 0.1, f64::NAN, f64::INFINITY, 1e300]);
        assert_eq!(cast(wide, &DataType::Float32), ["0.5", "-", "NaN", "inf", "-"]);
        let decimals = Decimal128Array::from(vec![199, 200]).with_precision_and_scale(10, 2).unwrap();
        assert_eq!(cast(decimals.clone(), &DataType::Int64), ["-", "2"]);
        assert_eq!(cast(decimals.clone(), &DataType::Utf8), ["1.99", "2.00"]);
        assert_eq!(cast(decimals, &DataType::Float64), ["1.99", "2.0"]);
        let long = Int64Array::from(vec![1 << 53, (1 << 53) + 1, i64::MAX, 7]);
        assert_eq!(cast(long.clone(), &DataType::Float64), ["9007199254740992.0", "-", "-", "7.0"]);
        assert_eq!(cast(long, &DataType::Int32), ["-", "-", "-", "7"]);
        assert_eq!(cast(UInt64Array::from(vec![u64::MAX, 1]), &DataType::Int64), ["-", "1"]);
        assert_eq!(cast(Int64Array::from(vec![0, 1, 2]), &DataType::Boolean), ["false", "true", "-"]);
    }

    #[test]
    fn times_are_not_cut() {
        let day = 86_400_000_000;
        let times = TimestampMicrosecondArray::from(vec![day, day + 1, -day, i64::MAX]);
        assert_eq!(cast(times, &DataType::Date32), ["1970-01-02", "-", "1969-12-31", "-"]);
        let times = TimestampNanosecondArray::from(vec![1000, 1001]).with_timezone("Europe/Berlin");
        assert_eq!(cast(times, &timestamp_us()), ["1970-01-01T00:00:00.000001Z", "-"]);
        let times = TimestampSecondArray::from(vec![1, i64::MAX]);
        assert_eq!(cast(times, &timestamp_us()), ["1970-01-01T00:00:01Z", "-"]);
        assert_eq!(
            cast(Date32Array::from(vec![1, i32::MAX]), &timestamp_us()),
            ["1970-01-02T00:00:00Z", "-"]
        );
        assert_eq!(cast(Date64Array::from(vec![86_400_000, 1]), &DataType::Date32), ["1970-01-02", "-"]);
        let times = TimestampMicrosecondArray::from(vec![0, i64::MAX]);
        assert_eq!(cast(times, &DataType::Utf8), ["1970-01-01T00:00:00", "-"]);
    }

    #[test]
    fn text_is_read_as_it_is_in_files() {
        let text = || StringArray::from(vec![Some("1"), Some("1.5"), Some("2013-01-02"), None]);
        assert_eq!(cast(text(), &DataType::Int32), ["1", "-", "-", "-"]);
        assert_eq!(cast(text(), &DataType::Float64), ["1.0", "1.5", "-", "-"]);
        assert_eq!(cast(text(), &DataType::Date32), ["-", "-", "2013-01-02", "-"]);
        let view = StringViewArray::from(vec![Some("true"), None]);
        assert_eq!(cast(view, &DataType::Boolean), ["true", "-"]);
        let keys: DictionaryArray<Int8Type> = vec![Some("a"), None, Some("a")].into_iter().collect();
        assert_eq!(cast(keys, &DataType::Utf8), ["a", "-", "a"]);
        assert_eq!(cast(NullArray::new(1), &DataType::Int64), ["-"]);
    }
}
