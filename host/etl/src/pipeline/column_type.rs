use std::borrow::Cow;

use arrow_schema::DataType;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error};

use crate::columns::timestamp_us;

/// A column type that a pipeline file can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "these are the data types of wit/etl/types.wit, and decimals")]
pub enum ColumnType {
    Boolean,
    Int32,
    Int64,
    Float64,
    Date32,
    TimestampUs,
    Utf8,
    /// A number of so many digits, of which `scale` are behind the point. Written `decimal(10, 2)`.
    Decimal {
        precision: u8,
        scale: u8,
    },
}

/// The types without parameters.
const NAMES: [(&str, ColumnType); 7] = [
    ("boolean", ColumnType::Boolean),
    ("int32", ColumnType::Int32),
    ("int64", ColumnType::Int64),
    ("float64", ColumnType::Float64),
    ("date32", ColumnType::Date32),
    ("timestamp-us", ColumnType::TimestampUs),
    ("utf8", ColumnType::Utf8),
];

/// The most digits of a decimal.
const MAX_PRECISION: u8 = 38;

impl ColumnType {
    /// The Arrow type of the same values.
    pub fn data_type(self) -> DataType {
        match self {
            Self::Boolean => DataType::Boolean,
            Self::Int32 => DataType::Int32,
            Self::Int64 => DataType::Int64,
            Self::Float64 => DataType::Float64,
            Self::Date32 => DataType::Date32,
            Self::TimestampUs => timestamp_us(),
            Self::Utf8 => DataType::Utf8,
            Self::Decimal { precision, scale } => {
                // The scale is at most the precision, 38.
                DataType::Decimal128(precision, i8::try_from(scale).unwrap_or_default())
            }
        }
    }

    fn of_name(name: &str) -> Option<Self> {
        if let Some((_, column_type)) = NAMES.iter().find(|(known, _)| *known == name) {
            return Some(*column_type);
        }
        let digits = name.strip_prefix("decimal(")?.strip_suffix(')')?;
        let (precision, scale) = digits.split_once(',').unwrap_or((digits, "0"));
        let (precision, scale) = (precision.trim().parse().ok()?, scale.trim().parse().ok()?);
        let valid = (1..=MAX_PRECISION).contains(&precision) && scale <= precision;
        valid.then_some(Self::Decimal { precision, scale })
    }
}

impl<'de> Deserialize<'de> for ColumnType {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Self::of_name(&name).ok_or_else(|| {
            let known = NAMES.map(|(name, _)| name).join(", ");
            Error::custom(format!(
                "unknown type `{name}`; valid types are {known} and decimal(10, 2), with up to {MAX_PRECISION} digits"
            ))
        })
    }
}

impl JsonSchema for ColumnType {
    fn schema_name() -> Cow<'static, str> {
        "ColumnType".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A column type, for example `int64` or `decimal(10, 2)`.",
            "anyOf": [
                { "enum": NAMES.map(|(name, _)| name) },
                { "type": "string", "pattern": r"^decimal\(\s*\d{1,2}\s*(,\s*\d{1,2}\s*)?\)$" },
            ],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decimal_has_digits_and_a_scale() {
        assert_eq!(
            ColumnType::of_name("decimal(10, 2)"),
            Some(ColumnType::Decimal { precision: 10, scale: 2 })
        );
        assert_eq!(ColumnType::of_name("decimal(38)"), Some(ColumnType::Decimal { precision: 38, scale: 0 }));
        for name in ["decimal", "decimal(39, 2)", "decimal(2, 3)", "decimal(0)", "decimal(10, -1)", "text"] {
            assert_eq!(ColumnType::of_name(name), None, "{name}");
        }
    }
}
