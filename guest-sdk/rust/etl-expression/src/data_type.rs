use std::fmt;

/// The type of a column, or of a part of an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Type {
    /// Nothing but null.
    Null,
    /// True or false.
    Boolean,
    /// Integers of 32 bits.
    Int32,
    /// Integers of 64 bits.
    Int64,
    /// Floating-point numbers of 64 bits.
    Float64,
    /// Numbers of so many digits, of which `scale` are behind the point.
    Decimal {
        /// All digits.
        precision: u8,
        /// Digits behind the point.
        scale: u8,
    },
    /// Text.
    Text,
    /// Days.
    Date,
    /// Microseconds in UTC.
    Timestamp,
    /// Any other type. Its values can only be null or not.
    Other,
}

/// The most digits of a decimal.
pub(crate) const MAX_PRECISION: u8 = 38;

/// A column of the input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// The name.
    pub name: String,
    /// The type of its values.
    pub data_type: Type,
    /// Whether a value may be null.
    pub nullable: bool,
}

impl Column {
    /// A column whose values may be null.
    pub fn new(name: impl Into<String>, data_type: Type) -> Self {
        Self { name: name.into(), data_type, nullable: true }
    }
}

impl Type {
    /// The type of this name, as pipeline files and SQL have it.
    pub(crate) fn of_name(name: &str) -> Option<Self> {
        Some(match name {
            "boolean" | "bool" => Self::Boolean,
            "int32" | "int" | "integer" => Self::Int32,
            "int64" | "bigint" => Self::Int64,
            "float64" | "double" | "float" => Self::Float64,
            "utf8" | "text" | "varchar" | "string" => Self::Text,
            "date32" | "date" => Self::Date,
            "timestamp-us" | "timestamp" => Self::Timestamp,
            _ => return None,
        })
    }

    pub(crate) fn is_integer(self) -> bool {
        matches!(self, Self::Int32 | Self::Int64)
    }

    pub(crate) fn is_number(self) -> bool {
        self.is_integer() || matches!(self, Self::Float64 | Self::Decimal { .. })
    }

    /// The digits behind the point of a decimal.
    pub fn scale(self) -> u8 {
        match self {
            Self::Decimal { scale, .. } => scale,
            _ => 0,
        }
    }

    /// The decimal that holds all values of an integer or a decimal.
    pub(crate) fn as_decimal(self) -> Option<(u8, u8)> {
        match self {
            Self::Int32 => Some((10, 0)),
            Self::Int64 => Some((19, 0)),
            Self::Decimal { precision, scale } => Some((precision, scale)),
            _ => None,
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Null => "null",
            Self::Boolean => "boolean",
            Self::Int32 => "int32",
            Self::Int64 => "int64",
            Self::Float64 => "float64",
            Self::Text => "utf8",
            Self::Date => "date32",
            Self::Timestamp => "timestamp-us",
            Self::Decimal { precision, scale } => return write!(f, "decimal({precision}, {scale})"),
            Self::Other => "another type",
        })
    }
}
