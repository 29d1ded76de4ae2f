//! The values of a column as its type in PostgreSQL has them.

use std::ops::RangeInclusive;
use std::sync::Arc;

use arrow_array::builder::StringBuilder;
use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, DurationMicrosecondType, Float32Type, Float64Type,
    IntervalMonthDayNanoType, Time64MicrosecondType, TimestampMicrosecondType,
};
use arrow_array::{
    Array, ArrayRef, ListArray, PrimitiveArray, StringArray, Time64MicrosecondArray, make_array,
};
use arrow_buffer::NullBuffer;
use arrow_cast::cast;
use arrow_schema::{ArrowError, DataType, Field, IntervalUnit, TimeUnit};

use crate::postgres::{EPOCH_DAYS, EPOCH_MICROSECONDS, Kind};
use crate::sink::table::value::shown;
use crate::values::{exact, plain_type};

/// A column that can be written, and the rows with a value that its type cannot hold.
pub(super) struct Column {
    pub(super) values: ArrayRef,
    pub(super) problems: Vec<(usize, String)>,
}

/// PostgreSQL's calendar: 4713 BC to 5874897 for dates, to 294276 for timestamps.
const DATES: RangeInclusive<i32> = -2_451_545 + EPOCH_DAYS..=2_145_031_948 + EPOCH_DAYS;
const FIRST_TIMESTAMP: i64 = -211_813_488_000_000_000 + EPOCH_MICROSECONDS;

impl Column {
    /// Converts a column to the type. `name` is the type's, for messages.
    pub(super) fn new(column: &ArrayRef, kind: &Kind, name: &str) -> Result<Self, ArrowError> {
        let plain = exact(column, &plain_type(column.data_type()))?;
        let values = convert(&plain, kind)?;
        let mut problems = Vec::new();
        if let (Kind::Array(of), Some(list)) = (kind, values.as_list_opt::<i32>()) {
            return items(list, of, name);
        }
        if values.null_count() > plain.logical_null_count() {
            for row in (0..plain.len()).filter(|row| values.is_null(*row) && !is_null(&plain, *row)) {
                problems.push((row, format!("{} is not exactly a value of {name}", shown(&plain, row))));
            }
        }
        limits(&values, kind, name, &mut problems);
        problems.sort_by_key(|(row, _)| *row);
        Ok(Self { values, problems })
    }
}

fn is_null(column: &ArrayRef, row: usize) -> bool {
    column.is_null(row) || column.data_type().is_null()
}

/// A list's items as a column of their own. A problem of an item is one of its row.
fn items(list: &ListArray, of: &Kind, name: &str) -> Result<Column, ArrowError> {
    let column = Column::new(list.values(), of, name.trim_end_matches("[]"))?;
    let row = |item: usize| {
        let offsets = list.value_offsets();
        offsets
            .partition_point(|offset| usize::try_from(*offset).is_ok_and(|offset| offset <= item))
            .checked_sub(1)
    };
    let mut problems: Vec<_> = column
        .problems
        .into_iter()
        .filter_map(|(item, problem)| Some((row(item)?, problem)))
        .filter(|(row, _)| *row < list.len() && list.is_valid(*row))
        .collect();
    problems.dedup_by_key(|(row, _)| *row);
    let field = Arc::new(Field::new("item", column.values.data_type().clone(), true));
    let values = ListArray::try_new(field, list.offsets().clone(), column.values, list.nulls().cloned())?;
    Ok(Column { values: Arc::new(values), problems })
}

/// The values in the type that is written. One that the type cannot hold exactly is null.
fn convert(column: &ArrayRef, kind: &Kind) -> Result<ArrayRef, ArrowError> {
    let from = column.data_type();
    let microseconds = |zone: Option<&str>| DataType::Timestamp(TimeUnit::Microsecond, zone.map(Into::into));
    match kind {
        Kind::Bool => exact(column, &DataType::Boolean),
        // Text becomes an integer first.
        Kind::Int2 if from.is_string() => exact(&exact(column, &DataType::Int32)?, &DataType::Int16),
        Kind::Int2 => exact(column, &DataType::Int16),
        Kind::Int4 => exact(column, &DataType::Int32),
        Kind::Int8 => exact(column, &DataType::Int64),
        // NaN stays.
        Kind::Float8 | Kind::Float4 if matches!(from, DataType::Float16 | DataType::Float32) => {
            let wide = *kind == Kind::Float8;
            cast(column, if wide { &DataType::Float64 } else { &DataType::Float32 })
        }
        Kind::Float4 if !from.is_integer() && !from.is_null() => {
            Ok(Arc::new(short_floats(exact(column, &DataType::Float64)?.as_primitive())))
        }
        Kind::Float4 => exact(column, &DataType::Float32),
        Kind::Float8 => exact(column, &DataType::Float64),
        Kind::Date => exact(column, &DataType::Date32),
        Kind::Time(_) if from.is_string() => Ok(Arc::new(times(exact(column, &DataType::Utf8)?.as_string()))),
        Kind::Time(_) => exact(column, &DataType::Time64(TimeUnit::Microsecond)),
        Kind::Timestamp(_) if from.is_string() => {
            let text = exact(column, &DataType::Utf8)?;
            without(exact(&text, &microseconds(None))?, text.as_string(), has_zone)
        }
        Kind::Timestamp(_) => exact(column, &microseconds(None)),
        Kind::TimestampTz(_) => exact(column, &microseconds(Some("+00:00"))),
        Kind::Bytea => exact(column, &DataType::Binary),
        Kind::Uuid if *from == DataType::FixedSizeBinary(16) => Ok(Arc::new(hexadecimal(column))),
        Kind::Interval if !from.is_string() => intervals(column),
        Kind::Array(_) if !from.is_string() => list(column),
        Kind::Numeric(_) if from.is_floating() => {
            // The digits that a float is written with.
            cast(column, &DataType::Utf8)
        }
        _ if matches!(from, DataType::FixedSizeBinary(_)) => {
            exact(&exact(column, &DataType::Binary)?, &DataType::Utf8)
        }
        _ => exact(column, &DataType::Utf8),
    }
}

/// Lists of any form as plain ones.
fn list(column: &ArrayRef) -> Result<ArrayRef, ArrowError> {
    let item = match column.data_type() {
        DataType::List(_) => return Ok(Arc::clone(column)),
        DataType::LargeList(item)
        | DataType::ListView(item)
        | DataType::LargeListView(item)
        | DataType::FixedSizeList(item, _) => Arc::clone(item),
        _ => Arc::new(Field::new("item", DataType::Null, true)),
    };
    cast(column, &DataType::List(item))
}

/// Numbers whose digits a float of 32 bits is written with as well, such as 0.1.
fn short_floats(numbers: &PrimitiveArray<Float64Type>) -> PrimitiveArray<Float32Type> {
    let short = |number: f64| {
        let short = number as f32;
        let same = number.is_nan() || short.to_string().parse() == Ok(number);
        same.then_some(short)
    };
    numbers.iter().map(|number| short(number?)).collect()
}

/// Times of day such as `12:00` or `12:00:00.25`.
fn times(texts: &StringArray) -> Time64MicrosecondArray {
    let time = |text: &str| -> Option<i64> {
        let mut parts = text.trim_ascii().splitn(3, ':');
        let two = |part: &str, below: i64| {
            let digits = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
            part.parse::<i64>().ok().filter(|value| digits && *value < below)
        };
        let (hour, minute) = (two(parts.next()?, 24)?, two(parts.next()?, 60)?);
        let (second, fraction) = match parts.next().unwrap_or("00").split_once('.') {
            Some((second, fraction)) => (second.to_owned(), fraction.trim_end_matches('0').to_owned()),
            None => (text.trim_ascii().get(6..).unwrap_or("00").to_owned(), String::new()),
        };
        if fraction.len() > 6 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let fraction: i64 = format!("{fraction:0<6}").parse().ok()?;
        Some((hour * 3600 + minute * 60 + two(&second, 60)?) * 1_000_000 + fraction)
    };
    texts.iter().map(|text| time(text?)).collect()
}

/// Whether the text of a timestamp has a zone, which a column without zones would drop.
fn has_zone(text: &str) -> bool {
    let time = text.trim_ascii().get(10..).unwrap_or_default();
    time.contains(['+', '-', 'Z', 'z'])
}

/// The values whose text is not such a one, and null for the others.
fn without(values: ArrayRef, text: &StringArray, such: fn(&str) -> bool) -> Result<ArrayRef, ArrowError> {
    let keep: NullBuffer =
        text.iter().map(|text| text.is_some_and(|text| !such(text))).collect::<Vec<_>>().into();
    let nulls = NullBuffer::union(values.nulls(), Some(&keep));
    Ok(make_array(values.to_data().into_builder().nulls(nulls).build()?))
}

fn hexadecimal(column: &ArrayRef) -> StringArray {
    let bytes = column.as_fixed_size_binary();
    let text = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    bytes.iter().map(|bytes| bytes.map(text)).collect()
}

fn intervals(column: &ArrayRef) -> Result<ArrayRef, ArrowError> {
    let mut texts = StringBuilder::new();
    if let DataType::Duration(_) = column.data_type() {
        let microseconds = exact(column, &DataType::Duration(TimeUnit::Microsecond))?;
        for value in microseconds.as_primitive::<DurationMicrosecondType>() {
            texts.append_option(value.map(|value| format!("{value} microseconds")));
        }
    } else {
        let parts = cast(column, &DataType::Interval(IntervalUnit::MonthDayNano))?;
        for value in parts.as_primitive::<IntervalMonthDayNanoType>() {
            texts.append_option(value.filter(|value| value.nanoseconds % 1000 == 0).map(|value| {
                format!("{} mons {} days {} microseconds", value.months, value.days, value.nanoseconds / 1000)
            }));
        }
    }
    Ok(Arc::new(texts.finish()))
}

/// Adds the rows with values beyond the limits of the type.
fn limits(values: &ArrayRef, kind: &Kind, name: &str, problems: &mut Vec<(usize, String)>) {
    fn each<T: ArrowPrimitiveType>(
        values: &ArrayRef,
        fits: impl Fn(T::Native) -> bool,
        mut problem: impl FnMut(usize),
    ) {
        let values = values.as_primitive::<T>();
        (0..values.len())
            .filter(|row| values.is_valid(*row) && !fits(values.value(*row)))
            .for_each(&mut problem);
    }
    let beyond = |row| (row, format!("{} is out of the range of {name}", shown(values, row)));
    let finer = |row| (row, format!("{} has more digits than {name}", shown(values, row)));
    let unit = |digits: u8| 10_i64.pow(6_u32.saturating_sub(digits.into()));
    match kind {
        Kind::Date => {
            each::<Date32Type>(values, |day| DATES.contains(&day), |row| problems.push(beyond(row)))
        }
        Kind::Time(digits) => each::<Time64MicrosecondType>(
            values,
            |time| time % unit(*digits) == 0,
            |row| problems.push(finer(row)),
        ),
        Kind::Timestamp(digits) | Kind::TimestampTz(digits) => {
            let unit = unit(*digits);
            each::<TimestampMicrosecondType>(
                values,
                |time| time >= FIRST_TIMESTAMP && time % unit == 0,
                |row| {
                    let time = values.as_primitive::<TimestampMicrosecondType>().value(row);
                    problems.push(if time % unit == 0 { beyond(row) } else { finer(row) });
                },
            );
        }
        _ => {
            let Some(texts) = values.as_string_opt::<i32>() else { return };
            for (row, text) in texts.iter().enumerate() {
                if let Some(problem) = text.and_then(|text| text_limits(text, kind, name)) {
                    problems.push((row, problem));
                }
            }
        }
    }
}

fn text_limits(text: &str, kind: &Kind, name: &str) -> Option<String> {
    if text.contains('\0') {
        return Some("the text has a NUL character, which PostgreSQL does not support".to_owned());
    }
    match kind {
        Kind::Text(Some(most)) if text.len() > *most => {
            let count = text.chars().count();
            (count > *most).then(|| format!("the text has {count} characters, and {name} {most}"))
        }
        Kind::Numeric(Some((digits, scale))) => {
            let (whole, fraction) = digits_of(text)?;
            let fits = fraction <= i64::from(*scale) && whole <= i64::from(*digits) - i64::from(*scale);
            (!fits).then(|| format!("{text} does not fit into {name}"))
        }
        _ => None,
    }
}

/// The significant digits of a number before the point and after it. Negative ones are zeros: 1000 has −3 after the point.
fn digits_of(text: &str) -> Option<(i64, i64)> {
    let text = text.trim_ascii().trim_start_matches(['-', '+']);
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let exponent: i64 = exponent.parse().ok()?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let length = |text: &str| i64::try_from(text.len()).ok();
    let point = length(whole)?.checked_add(exponent)?;
    let first = length(&digits)? - length(digits.trim_start_matches('0'))?;
    let last = length(digits.trim_end_matches('0'))?;
    // Zero has no significant digits, and fits everywhere.
    if last == 0 { Some((i64::MIN, i64::MIN)) } else { Some((point - first, last.checked_sub(point)?)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow_array::{Float64Array, Int64Array};

    fn problems(column: impl Array + 'static, kind: &Kind) -> Vec<usize> {
        let column: ArrayRef = Arc::new(column);
        let column = Column::new(&column, kind, "the type").unwrap();
        column.problems.into_iter().map(|(row, _)| row).collect()
    }

    #[test]
    fn what_a_type_cannot_hold_is_found_with_its_row() {
        let texts = |texts: &[&str]| StringArray::from(texts.to_vec());
        let long = Int64Array::from(vec![Some(1), None, Some(1 << 31), Some(1 << 15), Some(i64::MIN)]);
        assert_eq!(problems(long.clone(), &Kind::Int4), [2, 4]);
        assert_eq!(problems(long.clone(), &Kind::Int2), [2, 3, 4]);
        assert_eq!(problems(long, &Kind::Float4), [0; 0]);
        let floats = Float64Array::from(vec![0.1, 0.123456789, f64::NAN, 1e300]);
        assert_eq!(problems(floats.clone(), &Kind::Float4), [1, 3]);
        assert_eq!(problems(floats, &Kind::Int8), [0, 1, 2, 3]);
        let numbers = texts(&["99.99", "100", "1.005", "-0.50", "1e1", "0", "1e2", "NaN", "soon", "1.000"]);
        assert_eq!(problems(numbers, &Kind::Numeric(Some((4, 2)))), [1, 2, 6]);
        let rounded = texts(&["1200", "1250", "99900", "100000"]);
        assert_eq!(problems(rounded, &Kind::Numeric(Some((3, -2)))), [1, 3]);
        assert_eq!(problems(texts(&["ab", "äöü", "abcd", "a\0"]), &Kind::Text(Some(3))), [2, 3]);
        let times = texts(&["12:00", "12:00:00.25", "24:00:00", "12:0:0", "now", "12:00:00.1234567", "1:00"]);
        assert_eq!(problems(times, &Kind::Time(6)), [2, 3, 4, 5, 6]);
        let stamps =
            texts(&["2013-01-31 12:00:00", "2013-01-31T12:00:00Z", "2013-01-31 12:00:00.5", "today"]);
        assert_eq!(problems(stamps.clone(), &Kind::Timestamp(6)), [1, 3]);
        assert_eq!(problems(stamps, &Kind::TimestampTz(0)), [2, 3]);
    }

    #[test]
    fn a_problem_of_an_item_is_one_of_its_row() {
        let list = ListArray::from_iter_primitive::<arrow_array::types::Int64Type, _, _>([
            Some(vec![Some(1), None]),
            None,
            Some(vec![]),
            Some(vec![Some(2), Some(1 << 40), Some(1 << 41)]),
        ]);
        assert_eq!(problems(list, &Kind::Array(Box::new(Kind::Int4))), [3]);
    }
}
