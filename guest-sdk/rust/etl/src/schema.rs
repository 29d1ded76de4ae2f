//! Schemas: the names and types of columns.

use crate::Error;
use crate::bindings::witdock::etl::types::{DataType, Field};

impl DataType {
    /// The type's name in the WIT, for messages: `int32`, `timestamp-us`.
    pub fn name(self) -> &'static str {
        match self {
            DataType::Boolean => "boolean",
            DataType::Int32 => "int32",
            DataType::Int64 => "int64",
            DataType::Float64 => "float64",
            DataType::Date32 => "date32",
            DataType::TimestampUs => "timestamp-us",
            DataType::Utf8 => "utf8",
            DataType::Binary => "binary",
            DataType::Ipc => "ipc",
        }
    }
}

impl Field {
    /// A column of this type without nulls; see [`nullable`](Self::nullable).
    pub fn new(name: impl Into<String>, data_type: DataType) -> Self {
        Field { name: name.into(), data_type, nullable: false, ipc_schema: None }
    }

    /// Booleans.
    pub fn boolean(name: impl Into<String>) -> Self {
        Self::new(name, DataType::Boolean)
    }

    /// 32-bit integers.
    pub fn int32(name: impl Into<String>) -> Self {
        Self::new(name, DataType::Int32)
    }

    /// 64-bit integers.
    pub fn int64(name: impl Into<String>) -> Self {
        Self::new(name, DataType::Int64)
    }

    /// 64-bit floating-point numbers.
    pub fn float64(name: impl Into<String>) -> Self {
        Self::new(name, DataType::Float64)
    }

    /// Dates: days since 1970-01-01.
    pub fn date32(name: impl Into<String>) -> Self {
        Self::new(name, DataType::Date32)
    }

    /// Timestamps: microseconds since 1970-01-01T00:00:00 UTC.
    pub fn timestamp_us(name: impl Into<String>) -> Self {
        Self::new(name, DataType::TimestampUs)
    }

    /// Text.
    pub fn utf8(name: impl Into<String>) -> Self {
        Self::new(name, DataType::Utf8)
    }

    /// Bytes.
    pub fn binary(name: impl Into<String>) -> Self {
        Self::new(name, DataType::Binary)
    }

    /// The same column, which may contain nulls.
    #[must_use]
    pub fn nullable(mut self) -> Self {
        self.nullable = true;
        self
    }
}

/// The columns of a batch, in order.
#[derive(Clone, Debug, PartialEq)]
pub struct Schema {
    fields: Vec<Field>,
}

impl Schema {
    /// A schema of these columns.
    pub fn new(fields: Vec<Field>) -> Self {
        Self { fields }
    }

    /// The columns, in order.
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// The index and field of the column of this name. If there are two, the first.
    ///
    /// # Errors
    ///
    /// [`Error::Schema`], which lists the existing columns.
    pub fn find(&self, name: &str) -> Result<(usize, &Field), Error> {
        self.fields.iter().enumerate().find(|(_, field)| field.name == name).ok_or_else(|| {
            let names: Vec<&str> = self.fields.iter().map(|field| field.name.as_str()).collect();
            Error::Schema(format!("there is no column `{name}`; the columns are {}", names.join(", ")))
        })
    }
}
