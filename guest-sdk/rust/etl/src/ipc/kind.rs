//! The types that are read: <https://github.com/apache/arrow/blob/main/format/Schema.fbs>.

use super::flat::Table;

/// The unit of a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Unit {
    Day,
    Second,
    Millisecond,
    Microsecond,
    Nanosecond,
}

impl Unit {
    fn of(number: i16) -> Option<Self> {
        [Self::Second, Self::Millisecond, Self::Microsecond, Self::Nanosecond]
            .get(usize::try_from(number).ok()?)
            .copied()
    }
}

/// A field of the schema.
#[derive(Debug)]
pub(super) struct Field<'a> {
    pub(super) name: &'a str,
    pub(super) kind: Kind,
    pub(super) children: Vec<Field<'a>>,
}

/// A type, without its children.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Null,
    Boolean,
    Signed(usize),
    Unsigned(usize),
    Float(usize),
    Decimal {
        bytes: usize,
        scale: i32,
    },
    Date(usize, Unit),
    Time(usize, Unit),
    Timestamp(Unit),
    Duration(Unit),
    /// Text or bytes with offsets of so many bytes.
    Text(usize),
    Bytes(usize),
    FixedBytes(usize),
    List(usize),
    FixedList(usize),
    Struct,
    Map,
}

/// Types within types are no deeper than this.
const DEEPEST: usize = 64;

impl<'a> Field<'a> {
    pub(super) fn read(table: Table<'a>) -> Result<Self, String> {
        Self::read_at(table, 0)
    }

    fn read_at(table: Table<'a>, depth: usize) -> Result<Self, String> {
        let name = table.text(0).unwrap_or_default();
        if table.table(4).is_some() {
            return Err(format!("`{name}` is a dictionary, which this SDK does not read"));
        }
        if depth > DEEPEST {
            return Err("its type is nested too deeply".to_owned());
        }
        let kind = Kind::read(table.byte(2), table.table(3))
            .ok_or_else(|| format!("`{name}` has a type that this SDK does not read"))?;
        let children = table.tables(5).ok_or("its type is malformed")?;
        let children = children.into_iter().map(|child| Self::read_at(child, depth + 1));
        Ok(Self { name, kind, children: children.collect::<Result<_, _>>()? })
    }
}

impl Kind {
    /// `number` is that of the type in the union of all types, and `table` its parameters.
    fn read(number: u8, table: Option<Table<'_>>) -> Option<Self> {
        let int = |field, default| table.map_or(default, |table| table.int(field, default));
        let short = |field, default| table.map_or(default, |table| table.short(field, default));
        let width = |bits: i32| usize::try_from(bits / 8).ok();
        Some(match number {
            1 => Self::Null,
            2 if table?.byte(1) != 0 => Self::Signed(width(int(0, 0))?),
            2 => Self::Unsigned(width(int(0, 0))?),
            3 => Self::Float([None, Some(4), Some(8)].get(usize::try_from(short(0, 0)).ok()?).copied()??),
            4 => Self::Bytes(4),
            5 => Self::Text(4),
            6 => Self::Boolean,
            7 => Self::Decimal { bytes: width(int(2, 128)).filter(|bytes| *bytes <= 16)?, scale: int(1, 0) },
            8 if short(0, 1) == 0 => Self::Date(4, Unit::Day),
            8 => Self::Date(8, Unit::Millisecond),
            9 => Self::Time(width(int(1, 32))?, Unit::of(short(0, 1))?),
            10 => Self::Timestamp(Unit::of(short(0, 0))?),
            12 => Self::List(4),
            13 => Self::Struct,
            15 => Self::FixedBytes(usize::try_from(int(0, 0)).ok()?),
            16 => Self::FixedList(usize::try_from(int(0, 0)).ok()?),
            17 => Self::Map,
            18 => Self::Duration(Unit::of(short(0, 1))?),
            19 => Self::Bytes(8),
            20 => Self::Text(8),
            21 => Self::List(8),
            _ => return None,
        })
    }
}
