use arrow_schema::DataType;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::columns::timestamp_us;

/// A column type that a pipeline file can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "these are the data types of wit/etl/types.wit")]
pub enum ColumnType {
    Boolean,
    Int32,
    Int64,
    Float64,
    Date32,
    TimestampUs,
    Utf8,
}

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
        }
    }
}
