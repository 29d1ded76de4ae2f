//! Rows that a target does not take.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, Date64Type, Float16Type, Float32Type, Float64Type, Int32Type,
    TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType,
};
use arrow_array::{Array, ArrayRef, PrimitiveArray, RecordBatch, StringArray, StructArray, make_array};
use arrow_cast::display::{ArrayFormatter, FormatOptions, array_value_to_string};
use arrow_schema::{DataType, Field, FieldRef, TimeUnit};

use serde::{Deserialize, Serialize};

use crate::pipeline::TextFormat;

/// Why a target does not take a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The row's index in its batch.
    pub row: usize,
    /// A short name to count by: `value` if the target cannot represent a value, `refused` if a database does not accept the row, or a plugin's own.
    pub code: Cow<'static, str>,
    /// The column and the reason, or the database's words.
    pub message: String,
    /// Whether the target may take the row behind others of the same commit: it refers to one that is not there yet.
    pub later: bool,
}

impl Refusal {
    pub(super) fn new(row: usize, code: impl Into<Cow<'static, str>>, message: String) -> Self {
        Self { row, code: code.into(), message, later: false }
    }

    /// A value that the target cannot represent.
    pub(super) fn value(row: usize, column: &str, problem: &str) -> Self {
        Self::new(row, "value", format!("the column `{column}`: {problem}"))
    }

    /// A row that the target does not accept, in its words.
    pub(super) fn refused(row: usize, message: String) -> Self {
        Self::new(row, "refused", message)
    }
}

/// A row that was not taken, by its number among the rows of a commit that reached the sinks, from 0.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    pub(crate) row: u64,
    pub(crate) code: String,
    pub(crate) message: String,
}

/// The rows with values that a text format cannot represent: dates beyond the calendar of the library, and in JSON numbers that are not
/// finite. Written nevertheless, they would come out as something else.
pub(super) fn of_text(format: TextFormat, batch: &RecordBatch) -> Vec<Refusal> {
    let mut refusals = BTreeMap::new();
    let schema = batch.schema();
    for (field, column) in schema.fields().iter().zip(batch.columns()) {
        for (row, problem) in problems(format, column) {
            refusals.entry(row).or_insert_with(|| Refusal::value(row, field.name(), &problem));
        }
    }
    refusals.into_values().collect()
}

/// The rows of a column with a value that cannot be represented, each with the reason.
fn problems(format: TextFormat, column: &ArrayRef) -> Vec<(usize, String)> {
    match column.data_type() {
        DataType::Float16 if format == TextFormat::Jsonl => not_finite(column.as_primitive::<Float16Type>()),
        DataType::Float32 if format == TextFormat::Jsonl => not_finite(column.as_primitive::<Float32Type>()),
        DataType::Float64 if format == TextFormat::Jsonl => not_finite(column.as_primitive::<Float64Type>()),
        DataType::Date32 => beyond(column.as_primitive::<Date32Type>(), days(1)),
        DataType::Date64 => beyond(column.as_primitive::<Date64Type>(), days(86_400_000)),
        DataType::Timestamp(TimeUnit::Second, _) => {
            beyond(column.as_primitive::<TimestampSecondType>(), days(86_400))
        }
        DataType::Timestamp(TimeUnit::Millisecond, _) => {
            beyond(column.as_primitive::<TimestampMillisecondType>(), days(86_400_000))
        }
        DataType::Timestamp(TimeUnit::Microsecond, _) => {
            beyond(column.as_primitive::<TimestampMicrosecondType>(), days(86_400_000_000))
        }
        DataType::Timestamp(TimeUnit::Nanosecond, _) => {
            beyond(column.as_primitive::<TimestampNanosecondType>(), i64::MIN..=i64::MAX)
        }
        nested if nested.is_nested() => unsayable(column),
        _ => Vec::new(),
    }
}

/// The columns, with those as text that have a value which JSON cannot represent. For people: the rows are rejected.
pub(super) fn in_words(columns: &StructArray) -> StructArray {
    let (fields, arrays, nulls) = columns.clone().into_parts();
    let words = |(field, column): (&FieldRef, ArrayRef)| {
        if problems(TextFormat::Jsonl, &column).is_empty() {
            return (Arc::clone(field), column);
        }
        let plain = match column.data_type() {
            DataType::Date32 => column.as_primitive::<Date32Type>().reinterpret_cast::<Int32Type>().to_data(),
            kind if kind.is_temporal() && kind.primitive_width() == Some(8) => {
                let data = column.to_data().into_builder().data_type(DataType::Int64);
                data.build().unwrap_or_else(|_| column.to_data())
            }
            _ => column.to_data(),
        };
        let text = |row| {
            (!column.is_null(row))
                .then(|| array_value_to_string(&make_array(plain.clone()), row).unwrap_or_default())
        };
        let texts: StringArray = (0..column.len()).map(text).collect();
        let field = Field::new(field.name(), DataType::Utf8, true);
        (Arc::new(field), Arc::new(texts) as ArrayRef)
    };
    let (fields, arrays): (Vec<_>, Vec<_>) = fields.iter().zip(arrays).map(words).unzip();
    StructArray::try_new(fields.into(), arrays, nulls).unwrap_or_else(|_| columns.clone())
}

/// The days that the library's calendar has, which is that of `chrono`, less a day for time zones: the years −262,142 to 262,142.
fn days<T: From<i32> + std::ops::Mul<Output = T> + Copy>(unit: T) -> RangeInclusive<T> {
    const FIRST: i32 = -96_464_927;
    const LAST: i32 = 95_026_235;
    T::from(FIRST) * unit..=T::from(LAST) * unit
}

fn beyond<T: ArrowPrimitiveType>(
    column: &PrimitiveArray<T>,
    range: RangeInclusive<T::Native>,
) -> Vec<(usize, String)>
where
    T::Native: std::fmt::Display + PartialOrd,
{
    let outside = |value: &T::Native| !range.contains(value);
    // Nearly always there is none.
    if !column.values().iter().any(outside) {
        return Vec::new();
    }
    let rows = (0..column.len()).filter(|row| column.is_valid(*row) && outside(&column.value(*row)));
    let words =
        |row| format!("the date {} ({}) is out of the range of text", column.value(row), column.data_type());
    rows.map(|row| (row, words(row))).collect()
}

fn not_finite<T: ArrowPrimitiveType>(column: &PrimitiveArray<T>) -> Vec<(usize, String)>
where
    T::Native: Into<f64>,
{
    let not = |row: &usize| column.is_valid(*row) && !column.value(*row).into().is_finite();
    (0..column.len())
        .filter(not)
        .map(|row| (row, format!("JSON has no number {}", column.value(row).into())))
        .collect()
}

/// Values within lists and structures, which are rare: the library itself says which it cannot write.
fn unsayable(column: &ArrayRef) -> Vec<(usize, String)> {
    let options = FormatOptions::new().with_display_error(false);
    let Ok(formatter) = ArrayFormatter::try_new(column.as_ref(), &options) else { return Vec::new() };
    let mut text = String::new();
    let mut problems = Vec::new();
    for row in 0..column.len() {
        text.clear();
        if let Err(error) = formatter.value(row).write(&mut text) {
            problems.push((row, error.to_string()));
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use arrow_array::{Date32Array, Float64Array, TimestampMicrosecondArray};

    use super::*;

    #[test]
    fn what_text_cannot_say_is_found_with_its_row_and_all_else_can_be_said() {
        let days =
            Date32Array::from(vec![Some(0), None, Some(i32::MAX), Some(-96_464_927), Some(95_026_235)]);
        let times = TimestampMicrosecondArray::from(vec![
            Some(i64::MIN),
            Some(0),
            None,
            Some(-96_464_927 * 86_400_000_000),
            Some(95_026_235 * 86_400_000_000),
        ]);
        let numbers =
            Float64Array::from(vec![Some(f64::MAX), Some(f64::NAN), None, Some(f64::INFINITY), Some(0.1)]);
        let columns: [(_, ArrayRef); 3] =
            [("day", Arc::new(days)), ("time", Arc::new(times)), ("number", Arc::new(numbers))];
        let batch = RecordBatch::try_from_iter(columns).unwrap();
        let rows = |refusals: &[Refusal]| refusals.iter().map(|refusal| refusal.row).collect::<Vec<_>>();
        let csv = of_text(TextFormat::Csv, &batch);
        assert_eq!(rows(&csv), [0, 2]);
        assert!(csv[0].message.starts_with("the column `time`: the date -9223372036854775808"), "{csv:?}");
        assert_eq!(rows(&of_text(TextFormat::Jsonl, &batch)), [0, 1, 2, 3]);
        // The borders of the range can be written.
        let text_in = |format, row| {
            let mut text = Vec::new();
            super::super::file::encode(format, &batch.slice(row, 1), false, &mut text).unwrap();
            String::from_utf8(text).unwrap()
        };
        let text = |row| text_in(TextFormat::Csv, row);
        assert!(text(3).starts_with("-262142-01-01,-262142-01-01T00:00:00"), "{}", text(3));
        assert!(text(4).starts_with("+262142-12-30,+262142-12-30T00:00:00"), "{}", text(4));
        assert!(text_in(TextFormat::Jsonl, 0).contains("ERROR"), "the library would write it so");
        let words = in_words(&StructArray::from(batch.clone()));
        let words = RecordBatch::from(words);
        let mut said = Vec::new();
        super::super::file::encode(TextFormat::Jsonl, &words, false, &mut said).unwrap();
        let said = String::from_utf8(said).unwrap();
        assert!(
            said.contains(r#""time":"-9223372036854775808""#) && said.contains(r#""number":"NaN""#),
            "{said}"
        );
    }
}
