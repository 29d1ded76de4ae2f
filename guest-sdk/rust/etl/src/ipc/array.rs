//! The values of a column, as Arrow lays them out, with the columns inside of it.

use super::flat::bytes;
use super::kind::{Field, Kind, Unit};
use super::value::{Decimal, List, Map, Struct, Value};
use crate::bitmap::bit;

/// The parts of a batch that its columns take in order.
pub(super) struct Parts<'a> {
    nodes: std::vec::IntoIter<(i64, i64)>,
    buffers: std::vec::IntoIter<(i64, i64)>,
    body: &'a [u8],
}

impl<'a> Parts<'a> {
    pub(super) fn new(nodes: Vec<(i64, i64)>, buffers: Vec<(i64, i64)>, body: &'a [u8]) -> Self {
        Self { nodes: nodes.into_iter(), buffers: buffers.into_iter(), body }
    }

    fn buffer(&mut self) -> Option<&'a [u8]> {
        let (offset, length) = self.buffers.next()?;
        let start = usize::try_from(offset).ok()?;
        self.body.get(start..start.checked_add(usize::try_from(length).ok()?)?)
    }
}

/// A column.
#[derive(Debug)]
pub(super) struct Array<'a> {
    name: &'a str,
    kind: Kind,
    rows: usize,
    validity: &'a [u8],
    /// Values, or offsets.
    values: &'a [u8],
    /// What offsets point into.
    data: &'a [u8],
    children: Vec<Array<'a>>,
}

impl<'a> Array<'a> {
    pub(super) fn read(field: &Field<'a>, parts: &mut Parts<'a>) -> Option<Self> {
        let rows = usize::try_from(parts.nodes.next()?.0).ok()?;
        let validity = if field.kind == Kind::Null { &[][..] } else { parts.buffer()? };
        let values = match field.kind {
            Kind::Null | Kind::Struct | Kind::FixedList(_) => &[][..],
            _ => parts.buffer()?,
        };
        let data = match field.kind {
            Kind::Text(_) | Kind::Bytes(_) => parts.buffer()?,
            _ => &[][..],
        };
        let children: Vec<_> =
            field.children.iter().map(|child| Self::read(child, parts)).collect::<Option<_>>()?;
        let array = Self { name: field.name, kind: field.kind, rows, validity, values, data, children };
        array.is_complete().then_some(array)
    }

    /// Whether there are as many bytes as the rows need. What offsets point at is looked at when a value is read.
    fn is_complete(&self) -> bool {
        let bits = self.rows.div_ceil(8);
        let enough = |count: usize, width: usize| {
            count.checked_mul(width).is_some_and(|needed| self.values.len() >= needed)
        };
        // A column without rows may have no offsets.
        let offsets =
            |width| self.rows == 0 || self.rows.checked_add(1).is_some_and(|rows| enough(rows, width));
        (self.validity.is_empty() || self.validity.len() >= bits)
            && match self.kind {
                Kind::Null | Kind::Struct => true,
                Kind::Boolean => self.values.len() >= bits,
                Kind::Signed(width)
                | Kind::Unsigned(width)
                | Kind::Float(width)
                | Kind::FixedBytes(width) => enough(self.rows, width),
                Kind::Decimal { bytes, .. } => enough(self.rows, bytes),
                Kind::Date(width, _) | Kind::Time(width, _) => enough(self.rows, width),
                Kind::Timestamp(_) | Kind::Duration(_) => enough(self.rows, 8),
                Kind::Text(width) | Kind::Bytes(width) | Kind::List(width) => offsets(width),
                Kind::Map => offsets(4),
                Kind::FixedList(_) => true,
            }
    }

    pub(super) fn len(&self) -> usize {
        self.rows
    }

    pub(super) fn name(&self) -> &'a str {
        self.name
    }

    pub(super) fn children(&self) -> &[Array<'a>] {
        &self.children
    }

    /// The value of a row. Past the end, and where the column is malformed, it is null.
    pub(super) fn get(&self, row: usize) -> Value<'_> {
        let valid = row < self.rows && (self.validity.is_empty() || bit(self.validity, row));
        if valid { self.value(row).unwrap_or(Value::Null) } else { Value::Null }
    }

    fn value(&self, row: usize) -> Option<Value<'_>> {
        Some(match self.kind {
            Kind::Null => Value::Null,
            Kind::Boolean => Value::Boolean(bit(self.values, row)),
            Kind::Signed(width) => Value::Int(self.signed(row, width)?),
            Kind::Unsigned(width) => Value::Unsigned(u64::from_le_bytes(self.number(row, width)?)),
            Kind::Float(4) => Value::Float(f32::from_le_bytes(bytes(self.values, row * 4)?).into()),
            Kind::Float(_) => Value::Float(f64::from_le_bytes(bytes(self.values, row * 8)?)),
            Kind::Decimal { bytes: width, scale } => {
                let start = row * width;
                let digits = extended(self.values.get(start..start + width)?)?;
                Value::Decimal(Decimal { digits: i128::from_le_bytes(digits), scale })
            }
            Kind::Date(width, unit) => self.timestamp(row, width, unit)?,
            Kind::Timestamp(unit) => self.timestamp(row, 8, unit)?,
            Kind::Time(width, unit) => Value::Time { count: self.signed(row, width)?, unit },
            Kind::Duration(unit) => Value::Duration { count: self.signed(row, 8)?, unit },
            Kind::Text(width) => Value::Text(std::str::from_utf8(self.bytes(row, width)?).ok()?),
            Kind::Bytes(width) => Value::Bytes(self.bytes(row, width)?),
            Kind::FixedBytes(width) => Value::Bytes(self.values.get(row * width..(row + 1) * width)?),
            Kind::List(width) => {
                Value::List(self.list(self.offset(row, width)?, self.offset(row + 1, width)?)?)
            }
            Kind::FixedList(length) => {
                let from = row.checked_mul(length)?;
                Value::List(self.list(from, from.checked_add(length)?)?)
            }
            Kind::Struct => Value::Struct(Struct::new(self, row)),
            Kind::Map => {
                let entries = self.list(self.offset(row, 4)?, self.offset(row + 1, 4)?)?;
                Value::Map(Map::new(entries))
            }
        })
    }

    fn timestamp(&self, row: usize, width: usize, unit: Unit) -> Option<Value<'_>> {
        Some(Value::Timestamp { count: self.signed(row, width)?, unit })
    }

    fn signed(&self, row: usize, width: usize) -> Option<i64> {
        extended(self.values.get(row * width..(row + 1) * width)?).map(i64::from_le_bytes)
    }

    /// The bytes of a number without a sign.
    fn number(&self, row: usize, width: usize) -> Option<[u8; 8]> {
        let mut number = [0; 8];
        number.get_mut(..width)?.copy_from_slice(self.values.get(row * width..(row + 1) * width)?);
        Some(number)
    }

    fn offset(&self, row: usize, width: usize) -> Option<usize> {
        usize::try_from(self.signed(row, width)?).ok()
    }

    fn bytes(&self, row: usize, width: usize) -> Option<&'a [u8]> {
        self.data.get(self.offset(row, width)?..self.offset(row + 1, width)?)
    }

    fn list(&self, from: usize, to: usize) -> Option<List<'_>> {
        let items = self.children.first()?;
        (from <= to && to <= items.len()).then(|| List::new(items, from, to))
    }
}

/// A number with a sign in more bytes.
fn extended<const N: usize>(number: &[u8]) -> Option<[u8; N]> {
    let sign = if number.last()? & 0x80 == 0 { 0 } else { 0xff };
    let mut wide = [sign; N];
    wide.get_mut(..number.len())?.copy_from_slice(number);
    Some(wide)
}
