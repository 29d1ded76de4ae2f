//! Values of JSON as values of a column.

use serde::Deserialize;
use serde_json::Value;
use witdock_etl_guest::builder::{
    BooleanBuilder, Date32Builder, Float64Builder, Int32Builder, Int64Builder, TimestampUsBuilder,
    Utf8Builder,
};
use witdock_etl_guest::{Column, DataType, Date, Field, Timestamp};

/// How many characters of an invalid value the message shows.
const SHOWN_CHARACTERS: usize = 60;

/// The type of a column.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum CellType {
    #[default]
    Utf8,
    Boolean,
    Int32,
    Int64,
    Float64,
    Date32,
    TimestampUs,
}

/// A value of a column.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Cell {
    Null,
    Truth(bool),
    Short(i32),
    Long(i64),
    Real(f64),
    Text(String),
}

impl CellType {
    fn data_type(self) -> DataType {
        match self {
            Self::Utf8 => DataType::Utf8,
            Self::Boolean => DataType::Boolean,
            Self::Int32 => DataType::Int32,
            Self::Int64 => DataType::Int64,
            Self::Float64 => DataType::Float64,
            Self::Date32 => DataType::Date32,
            Self::TimestampUs => DataType::TimestampUs,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        self.data_type().name()
    }

    pub(crate) fn field(self, name: String) -> Field {
        Field::new(name, self.data_type())
    }

    /// Converts a JSON value to this type; `None` if it does not match.
    pub(crate) fn cell(self, value: &Value) -> Option<Cell> {
        Some(match self {
            Self::Utf8 => Cell::Text(value.as_str().map_or_else(|| value.to_string(), str::to_owned)),
            Self::Boolean => Cell::Truth(match value {
                Value::String(text) => text.parse().ok()?,
                other => other.as_bool()?,
            }),
            Self::Int32 => Cell::Short(whole(value)?.try_into().ok()?),
            Self::Int64 => Cell::Long(whole(value)?),
            Self::Float64 => Cell::Real(match value {
                Value::String(text) => text.parse().ok()?,
                other => other.as_f64()?,
            }),
            Self::Date32 => Cell::Short(value.as_str()?.parse().map(Date::days).ok()?),
            Self::TimestampUs => Cell::Long(value.as_str()?.parse().map(Timestamp::micros).ok()?),
        })
    }

    pub(crate) fn builder(self, rows: usize) -> Builder {
        match self {
            Self::Utf8 => Builder::Utf8(Utf8Builder::with_capacity(rows)),
            Self::Boolean => Builder::Boolean(BooleanBuilder::new()),
            Self::Int32 => Builder::Int32(Int32Builder::with_capacity(rows)),
            Self::Int64 => Builder::Int64(Int64Builder::with_capacity(rows)),
            Self::Float64 => Builder::Float64(Float64Builder::with_capacity(rows)),
            Self::Date32 => Builder::Date32(Date32Builder::with_capacity(rows)),
            Self::TimestampUs => Builder::TimestampUs(TimestampUsBuilder::with_capacity(rows)),
        }
    }
}

/// A whole number, which may be written as 5, 5.0 or "5".
fn whole(value: &Value) -> Option<i64> {
    /// Beyond these, a floating-point number may be rounded.
    const EXACT: f64 = (1_i64 << f64::MANTISSA_DIGITS) as f64;
    match value {
        Value::String(text) => text.parse().ok(),
        Value::Number(number) => number.as_i64().or_else(|| {
            let real = number.as_f64().filter(|real| real.fract() == 0.0 && real.abs() <= EXACT)?;
            #[allow(clippy::cast_possible_truncation, reason = "it is whole, and in range")]
            Some(real as i64)
        }),
        _ => None,
    }
}

/// A column under construction.
pub(crate) enum Builder {
    Utf8(Utf8Builder),
    Boolean(BooleanBuilder),
    Int32(Int32Builder),
    Int64(Int64Builder),
    Float64(Float64Builder),
    Date32(Date32Builder),
    TimestampUs(TimestampUsBuilder),
}

impl Builder {
    /// Adds a value of the column's type; any other value becomes a null.
    pub(crate) fn push(&mut self, cell: Cell) {
        match (self, cell) {
            (Self::Utf8(builder), Cell::Text(text)) => builder.push(text.as_str()),
            (Self::Boolean(builder), Cell::Truth(truth)) => builder.push(truth),
            (Self::Int32(builder), Cell::Short(number)) => builder.push(number),
            (Self::Date32(builder), Cell::Short(days)) => builder.push(days),
            (Self::Int64(builder), Cell::Long(number)) => builder.push(number),
            (Self::TimestampUs(builder), Cell::Long(micros)) => builder.push(micros),
            (Self::Float64(builder), Cell::Real(number)) => builder.push(number),
            (Self::Utf8(builder), _) => builder.push(None),
            (Self::Boolean(builder), _) => builder.push(None),
            (Self::Int32(builder), _) => builder.push(None),
            (Self::Date32(builder), _) => builder.push(None),
            (Self::Int64(builder), _) => builder.push(None),
            (Self::TimestampUs(builder), _) => builder.push(None),
            (Self::Float64(builder), _) => builder.push(None),
        }
    }

    pub(crate) fn finish(self) -> Column {
        match self {
            Self::Utf8(builder) => builder.finish(),
            Self::Boolean(builder) => builder.finish(),
            Self::Int32(builder) => builder.finish(),
            Self::Int64(builder) => builder.finish(),
            Self::Float64(builder) => builder.finish(),
            Self::Date32(builder) => builder.finish(),
            Self::TimestampUs(builder) => builder.finish(),
        }
    }
}

/// The beginning of a value, for a message.
pub(crate) fn shown(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(SHOWN_CHARACTERS).and_then(|(end, _)| text.get(..end)) {
        Some(beginning) => format!("{beginning}…"),
        None => text,
    }
}
