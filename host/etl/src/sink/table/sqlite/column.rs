//! The values of a column as SQLite stores them, exactly or not at all.

use std::borrow::Cow;

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Float64Type, Int64Type};
use arrow_array::{Array, ArrayRef};
use arrow_cast::cast;
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use arrow_schema::{ArrowError, DataType};
use rusqlite::types::{ToSqlOutput, Value, ValueRef};

use super::affinity::Affinity;
use crate::sink::table::value::shown;
use crate::values::{FromText, exact, plain_type};

/// The declared type of a new table's column, if there is one for these values. Decimals are text, since SQLite's numbers round them.
pub(super) fn declared(data_type: &DataType) -> Option<&'static str> {
    Some(match plain_type(data_type) {
        DataType::Boolean => "BOOLEAN",
        integer if integer.is_integer() => "INTEGER",
        float if float.is_floating() => "REAL",
        DataType::Binary | DataType::LargeBinary | DataType::FixedSizeBinary(_) => "BLOB",
        other if other.is_nested() => return None,
        _ => "TEXT",
    })
}

/// A value to bind.
pub(super) enum Cell<'a> {
    Borrowed(ValueRef<'a>),
    Owned(Value),
}

impl rusqlite::ToSql for Cell<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Borrowed(value) => ToSqlOutput::Borrowed(*value),
            Self::Owned(value) => ToSqlOutput::Borrowed(value.into()),
        })
    }
}

/// A column of rows on its way into one of a table.
pub(in crate::sink::table) struct Column {
    /// The values as they came, but for the way they are stored.
    plain: ArrayRef,
    /// The values as text, numbers or bytes; those that are none of these are null.
    values: ArrayRef,
    affinity: Affinity,
}

/// The days of the years 0 to 9999, which SQLite's functions for dates know.
const DAYS: std::ops::RangeInclusive<i32> = -719_528..=2_932_896;

impl Column {
    pub(super) fn new(column: &ArrayRef, affinity: Affinity) -> Result<Self, ArrowError> {
        let plain = exact(column, &plain_type(column.data_type()))?;
        let values = match plain.data_type() {
            DataType::Boolean => plain.clone(),
            integer if integer.is_integer() => exact(&plain, &DataType::Int64)?,
            float if float.is_floating() => cast(&plain, &DataType::Float64)?,
            DataType::Binary | DataType::LargeBinary | DataType::FixedSizeBinary(_) => {
                exact(&plain, &DataType::Binary)?
            }
            time if time.is_temporal() => times(&plain)?,
            _ => exact(&plain, &DataType::Utf8)?,
        };
        Ok(Self { plain, values, affinity })
    }

    /// The value of a row, or why SQLite cannot hold it.
    pub(super) fn cell(&self, row: usize) -> Result<Cell<'_>, String> {
        if self.plain.is_null(row) || self.plain.data_type().is_null() {
            return Ok(Cell::Borrowed(ValueRef::Null));
        }
        let shown = || shown(&self.plain, row);
        if self.values.is_null(row) {
            return Err(format!("{} is out of the range of SQLite", shown()));
        }
        let values = &self.values;
        match values.data_type() {
            DataType::Boolean => Ok(integer(values.as_boolean().value(row).into())),
            DataType::Int64 => {
                let number = values.as_primitive::<Int64Type>().value(row);
                if self.affinity == Affinity::Real && !is_float(number) {
                    return Err(format!("{number} is not exact in a column of floats"));
                }
                Ok(integer(number))
            }
            DataType::Float64 => {
                let number = values.as_primitive::<Float64Type>().value(row);
                if number.is_nan() {
                    Err("SQLite has no NaN and would store NULL".to_owned())
                } else if self.affinity == Affinity::Text {
                    // SQLite writes 15 digits.
                    Ok(Cell::Owned(Value::Text(format!("{number:?}"))))
                } else {
                    Ok(Cell::Borrowed(ValueRef::Real(number)))
                }
            }
            DataType::Binary => Ok(Cell::Borrowed(ValueRef::Blob(values.as_binary::<i32>().value(row)))),
            _ => {
                let text = values.as_string_opt::<i32>().map(|texts| texts.value(row));
                self.text(text.ok_or_else(|| format!("{} has no form in SQLite", shown()))?)
            }
        }
    }

    fn text<'a>(&self, text: &'a str) -> Result<Cell<'a>, String> {
        let as_it_is = Cell::Borrowed(ValueRef::Text(text.as_bytes()));
        let trimmed = text.trim_ascii();
        // SQLite makes a number of text that is one, and keeps other text.
        let starts = trimmed
            .trim_start_matches(['+', '-'])
            .starts_with(|first: char| first.is_ascii_digit() || first == '.');
        if !self.affinity.is_number() || !starts || trimmed.parse::<f64>().is_err() {
            return Ok(as_it_is);
        }
        match (i64::from_text(trimmed), f64::from_text(trimmed)) {
            (Some(number), _) if self.affinity != Affinity::Real || is_float(number) => Ok(integer(number)),
            (None, Some(number)) => Ok(Cell::Borrowed(ValueRef::Real(number))),
            _ => Err(format!("{text} has more digits than a number of SQLite: declare the column as TEXT")),
        }
    }
}

fn integer(number: i64) -> Cell<'static> {
    Cell::Borrowed(ValueRef::Integer(number))
}

/// Whether a float is this number.
fn is_float(number: i64) -> bool {
    (number as f64) as i128 == i128::from(number)
}

/// Dates and times as SQLite's functions expect them, in UTC. Those beyond its years are null.
fn times(column: &ArrayRef) -> Result<ArrayRef, ArrowError> {
    let days = match column.data_type() {
        DataType::Time32(_) | DataType::Time64(_) | DataType::Duration(_) | DataType::Interval(_) => None,
        DataType::Date32 => Some(column.clone()),
        other => Some(cast(&in_utc(column, other)?, &DataType::Date32)?),
    };
    let column = in_utc(column, column.data_type())?;
    let options = FormatOptions::new()
        .with_display_error(false)
        .with_timestamp_format(Some("%Y-%m-%d %H:%M:%S%.f"))
        .with_datetime_format(Some("%Y-%m-%d %H:%M:%S%.f"));
    let formatter = ArrayFormatter::try_new(column.as_ref(), &options)?;
    let text = |row: usize| -> Option<Cow<'_, str>> {
        let known = days.as_ref().is_none_or(|days| {
            days.is_valid(row) && DAYS.contains(&days.as_primitive::<Date32Type>().value(row))
        });
        (column.is_valid(row) && known)
            .then(|| formatter.value(row).try_to_string().ok())
            .flatten()
            .map(Cow::Owned)
    };
    let texts: arrow_array::StringArray = (0..column.len()).map(text).collect();
    Ok(std::sync::Arc::new(texts))
}

/// Timestamps without their zone, as the same moments.
fn in_utc(column: &ArrayRef, data_type: &DataType) -> Result<ArrayRef, ArrowError> {
    match data_type {
        DataType::Timestamp(unit, Some(_)) => {
            let data_type = DataType::Timestamp(*unit, None);
            Ok(arrow_array::make_array(column.to_data().into_builder().data_type(data_type).build()?))
        }
        _ => Ok(column.clone()),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{
        Date32Array, Decimal128Array, Float64Array, Int64Array, StringArray, TimestampNanosecondArray,
        UInt64Array,
    };

    use super::*;

    fn cells(column: impl Array + 'static, affinity: Affinity) -> Vec<String> {
        let column: ArrayRef = Arc::new(column);
        let column = Column::new(&column, affinity).unwrap();
        let text = |row| match column.cell(row) {
            Ok(Cell::Borrowed(value)) => match value {
                ValueRef::Text(text) => format!("'{}'", String::from_utf8_lossy(text)),
                ValueRef::Integer(number) => number.to_string(),
                ValueRef::Real(number) => format!("{number:?}"),
                other => format!("{other:?}"),
            },
            Ok(Cell::Owned(value)) => format!("{value:?}"),
            Err(problem) => format!("! {problem}"),
        };
        (0..column.plain.len()).map(text).collect()
    }

    #[test]
    fn a_value_is_stored_exactly_or_not_at_all() {
        let numbers = UInt64Array::from(vec![Some(1), None, Some(u64::MAX)]);
        assert_eq!(
            cells(numbers, Affinity::Integer),
            ["1", "Null", "! 18446744073709551615 is out of the range of SQLite"]
        );
        let long = Int64Array::from(vec![1 << 53, (1 << 53) + 1]);
        assert_eq!(
            cells(long, Affinity::Real),
            ["9007199254740992", "! 9007199254740993 is not exact in a column of floats"]
        );
        let floats = Float64Array::from(vec![0.30000000000000004, f64::NAN]);
        assert_eq!(
            cells(floats, Affinity::Text),
            ["Text(\"0.30000000000000004\")", "! SQLite has no NaN and would store NULL"]
        );
        let decimals = Decimal128Array::from(vec![1999, 200, 12_345_678_901_234_567_899])
            .with_precision_and_scale(20, 2)
            .unwrap();
        assert_eq!(cells(decimals.clone(), Affinity::Text), ["'19.99'", "'2.00'", "'123456789012345678.99'"]);
        let numeric = cells(decimals, Affinity::Numeric);
        assert_eq!(numeric[..2], ["19.99", "2"]);
        assert!(numeric[2].starts_with("! 123456789012345678.99 has more digits"));
        let texts = StringArray::from(vec!["7", "soon", "1e400", "infinity", "0x10", ""]);
        let texts = cells(texts, Affinity::Integer);
        assert_eq!(texts[..2], ["7", "'soon'"]);
        assert!(texts[2].starts_with("! 1e400"));
        assert_eq!(texts[3..], ["'infinity'", "'0x10'", "''"]);
    }

    #[test]
    fn dates_beyond_the_years_of_sqlite_are_refused() {
        let days = Date32Array::from(vec![0, -719_528, 2_932_896, 2_932_897, i32::MIN]);
        let days = cells(days, Affinity::Text);
        assert_eq!(days[..3], ["'1970-01-01'", "'0000-01-01'", "'9999-12-31'"]);
        assert_eq!(days[3], "! +10000-01-01 is out of the range of SQLite");
        assert_eq!(days[4], "! -2147483648 is out of the range of SQLite");
        let times = TimestampNanosecondArray::from(vec![1, 1_000_000_000]).with_timezone("Europe/Berlin");
        assert_eq!(
            cells(times, Affinity::Text),
            ["'1970-01-01 00:00:00.000000001'", "'1970-01-01 00:00:01'"]
        );
    }
}
