use std::fmt;

use super::array::Array;
use super::kind::Unit;

/// A value in a column of the type `ipc`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value<'a> {
    /// There is none.
    Null,
    /// A truth value.
    Boolean(bool),
    /// An integer of up to 64 bits.
    Int(i64),
    /// An integer without a sign.
    Unsigned(u64),
    /// A float of 32 or 64 bits.
    Float(f64),
    /// A number of up to 38 digits.
    Decimal(Decimal),
    /// UTF-8 text.
    Text(&'a str),
    /// Bytes.
    Bytes(&'a [u8]),
    /// A date, or a moment: units since 1970-01-01T00:00:00, in UTC or without a zone.
    Timestamp {
        /// How many units.
        count: i64,
        /// The unit.
        unit: Unit,
    },
    /// A time of day: units since midnight.
    Time {
        /// How many units.
        count: i64,
        /// The unit.
        unit: Unit,
    },
    /// A length of time.
    Duration {
        /// How many units.
        count: i64,
        /// The unit.
        unit: Unit,
    },
    /// A list.
    List(List<'a>),
    /// Values with names.
    Struct(Struct<'a>),
    /// Keys with their values.
    Map(Map<'a>),
}

/// A number with digits behind the point: `digits` times ten to the power of minus `scale`. It is displayed as it is: `-0.05`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decimal {
    /// The number without its point.
    pub digits: i128,
    /// The number of digits behind the point; below zero, of zeros before it.
    pub scale: i32,
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (digits, sign) = (self.digits.unsigned_abs().to_string(), if self.digits < 0 { "-" } else { "" });
        let Ok(scale) = usize::try_from(self.scale) else {
            let zeros = usize::try_from(self.scale.unsigned_abs()).unwrap_or_default();
            return write!(f, "{sign}{digits}{}", "0".repeat(if self.digits == 0 { 0 } else { zeros }));
        };
        if scale == 0 {
            return write!(f, "{sign}{digits}");
        }
        let digits = format!("{digits:0>width$}", width = scale + 1);
        let (whole, behind) = digits.split_at(digits.len() - scale);
        write!(f, "{sign}{whole}.{behind}")
    }
}

/// The items of a list.
#[derive(Clone, Copy)]
pub struct List<'a> {
    items: &'a Array<'a>,
    from: usize,
    to: usize,
}

impl<'a> List<'a> {
    pub(super) fn new(items: &'a Array<'a>, from: usize, to: usize) -> Self {
        Self { items, from, to }
    }

    /// The number of items.
    pub fn len(self) -> usize {
        self.to - self.from
    }

    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The items, in order.
    pub fn iter(self) -> impl ExactSizeIterator<Item = Value<'a>> {
        (self.from..self.to).map(move |item| self.items.get(item))
    }
}

/// Values with names.
#[derive(Clone, Copy)]
pub struct Struct<'a> {
    fields: &'a Array<'a>,
    row: usize,
}

impl<'a> Struct<'a> {
    pub(super) fn new(fields: &'a Array<'a>, row: usize) -> Self {
        Self { fields, row }
    }

    /// The value of this name; null if there is no such name.
    pub fn get(self, name: &str) -> Value<'a> {
        self.iter().find(|(known, _)| *known == name).map_or(Value::Null, |(_, value)| value)
    }

    /// The names with their values, in order.
    pub fn iter(self) -> impl ExactSizeIterator<Item = (&'a str, Value<'a>)> {
        self.fields.children().iter().map(move |field| (field.name(), field.get(self.row)))
    }
}

/// Keys with their values.
#[derive(Clone, Copy)]
pub struct Map<'a>(List<'a>);

impl<'a> Map<'a> {
    pub(super) fn new(entries: List<'a>) -> Self {
        Self(entries)
    }

    /// The number of keys.
    pub fn len(self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// The keys with their values, in order.
    pub fn iter(self) -> impl ExactSizeIterator<Item = (Value<'a>, Value<'a>)> {
        self.0.iter().map(|entry| match entry {
            Value::Struct(entry) => {
                let mut both = entry.iter().map(|(_, value)| value);
                (both.next().unwrap_or(Value::Null), both.next().unwrap_or(Value::Null))
            }
            _ => (Value::Null, Value::Null),
        })
    }
}

impl fmt::Debug for List<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl fmt::Debug for Struct<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl fmt::Debug for Map<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl PartialEq for List<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl PartialEq for Struct<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl PartialEq for Map<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}
