//! Converts cells to JSON.

use serde_json::Value;
use time::format_description::well_known::Rfc3339;
use time::{Date, Duration, OffsetDateTime};
use witdock_etl_guest::view::{BooleanView, PrimitiveView, Utf8View};
use witdock_etl_guest::{Batch, DataType, Error, Field};

/// A column of a batch.
pub(crate) enum Cells<'a> {
    Boolean(BooleanView<'a>),
    Int32(PrimitiveView<'a, i32>),
    Int64(PrimitiveView<'a, i64>),
    Float64(PrimitiveView<'a, f64>),
    Date32(PrimitiveView<'a, i32>),
    TimestampUs(PrimitiveView<'a, i64>),
    Utf8(Utf8View<'a>),
}

impl<'a> Cells<'a> {
    pub(crate) fn of(batch: &'a Batch<'_>, field: &Field) -> Result<Self, Error> {
        let name = &field.name;
        Ok(match field.data_type {
            DataType::Boolean => Self::Boolean(batch.boolean(name)?),
            DataType::Int32 => Self::Int32(batch.int32(name)?),
            DataType::Int64 => Self::Int64(batch.int64(name)?),
            DataType::Float64 => Self::Float64(batch.float64(name)?),
            DataType::Date32 => Self::Date32(batch.date32(name)?),
            DataType::TimestampUs => Self::TimestampUs(batch.timestamp_us(name)?),
            DataType::Utf8 => Self::Utf8(batch.utf8(name)?),
            DataType::Binary | DataType::Ipc => {
                return Err(Error::Schema(format!("column `{name}` is {}", field.data_type.name())));
            }
        })
    }

    /// What a cell has that JSON cannot represent: a number that is not finite, or a time after the year 9999.
    pub(crate) fn unsayable(&self, row: usize) -> Option<String> {
        match self {
            Self::Float64(cells) => {
                let number = cells.get(row).filter(|number| !number.is_finite())?;
                Some(format!("JSON has no number {number}"))
            }
            Self::Date32(cells) => {
                let days = cells.get(row).filter(|days| date(*days).is_none())?;
                Some(format!("{days} days since 1970 are no date of the years up to 9999"))
            }
            Self::TimestampUs(cells) => {
                let us = cells.get(row).filter(|us| instant(*us).is_none())?;
                Some(format!("{us} microseconds since 1970 are no time of the years up to 9999"))
            }
            _ => None,
        }
    }

    /// The cell's value. One that JSON cannot represent is null here.
    pub(crate) fn value(&self, row: usize) -> Value {
        match self {
            Self::Boolean(cells) => cells.get(row).into(),
            Self::Int32(cells) => cells.get(row).into(),
            Self::Int64(cells) => cells.get(row).into(),
            Self::Float64(cells) => cells.get(row).into(),
            Self::Date32(cells) => cells.get(row).and_then(date).into(),
            Self::TimestampUs(cells) => cells.get(row).and_then(instant).into(),
            Self::Utf8(cells) => cells.get(row).into(),
        }
    }
}

fn date(days: i32) -> Option<String> {
    /// 1970-01-01.
    const EPOCH: i32 = 2_440_588;
    Date::from_julian_day(EPOCH.checked_add(days)?).ok().map(|date| date.to_string())
}

fn instant(microseconds: i64) -> Option<String> {
    let instant = OffsetDateTime::UNIX_EPOCH.checked_add(Duration::microseconds(microseconds))?;
    instant.format(&Rfc3339).ok()
}

/// Adds a row as a line.
pub(crate) fn line(text: &mut Vec<u8>, fields: &[Field], columns: &[Cells<'_>], row: usize) {
    for (index, (field, cells)) in fields.iter().zip(columns).enumerate() {
        text.push(if index == 0 { b'{' } else { b',' });
        text.extend(Value::from(field.name.as_str()).to_string().bytes());
        text.push(b':');
        text.extend(cells.value(row).to_string().bytes());
    }
    text.extend(b"}\n");
}
