use std::borrow::Cow;
use std::cmp::Ordering;

/// A value of a column, or of a part of an expression.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'a> {
    /// Null, or unknown.
    Null,
    /// True or false.
    Boolean(bool),
    /// An integer, of 32 bits or 64.
    Integer(i64),
    /// A floating-point number.
    Float(f64),
    /// A decimal, as a count of its last digit: 19.99 is 1999. The scale is its type's.
    Decimal(i128),
    /// Text.
    Text(Cow<'a, str>),
    /// Days since 1970-01-01.
    Date(i32),
    /// Microseconds since 1970-01-01T00:00:00 UTC.
    Timestamp(i64),
    /// A value of a type that expressions do not support.
    Other,
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl<'a> Value<'a> {
    /// Whether it is null.
    pub fn is_null(&self) -> bool {
        *self == Self::Null
    }

    /// The same value, with its text borrowed.
    pub(crate) fn borrowed(&'a self) -> Self {
        match self {
            Self::Text(text) => Self::Text(Cow::Borrowed(text)),
            other => other.clone(),
        }
    }

    /// The order of two values of one type, `None` if one is null. As in PostgreSQL, NaN is equal to NaN and greater than all other
    /// numbers; both zeros are equal.
    pub(crate) fn order(&self, other: &Self) -> Option<Ordering> {
        Some(match (self, other) {
            (Self::Boolean(one), Self::Boolean(other)) => one.cmp(other),
            (Self::Integer(one), Self::Integer(other)) => one.cmp(other),
            (Self::Float(one), Self::Float(other)) => {
                one.partial_cmp(other).unwrap_or_else(|| one.is_nan().cmp(&other.is_nan()))
            }
            (Self::Decimal(one), Self::Decimal(other)) => one.cmp(other),
            (Self::Text(one), Self::Text(other)) => one.cmp(other),
            (Self::Date(one), Self::Date(other)) => one.cmp(other),
            (Self::Timestamp(one), Self::Timestamp(other)) => one.cmp(other),
            _ => return None,
        })
    }
}
