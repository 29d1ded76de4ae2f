//! Operations on a column's values, whatever their type.

use crate::bindings::witdock::etl::types::{BytesColumn, Column, DataType, Values};
use crate::bitmap::{BitmapBuilder, bit, byte_len, zeros};
use crate::builder::BytesBuilder;

impl Column {
    /// A column without rows.
    pub fn empty(data_type: DataType) -> Self {
        let no_bytes = || BytesColumn { offsets: vec![0], data: Vec::new() };
        let values = match data_type {
            DataType::Boolean => Values::Boolean(Vec::new()),
            DataType::Int32 => Values::Int32(Vec::new()),
            DataType::Int64 => Values::Int64(Vec::new()),
            DataType::Float64 => Values::Float64(Vec::new()),
            DataType::Date32 => Values::Date32(Vec::new()),
            DataType::TimestampUs => Values::TimestampUs(Vec::new()),
            DataType::Utf8 => Values::Utf8(no_bytes()),
            DataType::Binary => Values::Binary(no_bytes()),
            DataType::Ipc => Values::Ipc(Vec::new()),
        };
        Column { validity: None, values }
    }

    /// The column's data type.
    pub fn data_type(&self) -> DataType {
        match &self.values {
            Values::Boolean(_) => DataType::Boolean,
            Values::Int32(_) => DataType::Int32,
            Values::Int64(_) => DataType::Int64,
            Values::Float64(_) => DataType::Float64,
            Values::Date32(_) => DataType::Date32,
            Values::TimestampUs(_) => DataType::TimestampUs,
            Values::Utf8(_) => DataType::Utf8,
            Values::Binary(_) => DataType::Binary,
            Values::Ipc(_) => DataType::Ipc,
        }
    }

    /// Whether the column can have this many rows. For booleans this is known only up to a byte, for `ipc` not at all.
    pub(crate) fn has_rows(&self, rows: usize) -> bool {
        match &self.values {
            Values::Boolean(bits) => bits.len() == byte_len(rows),
            Values::Int32(values) | Values::Date32(values) => values.len() == rows,
            Values::Int64(values) | Values::TimestampUs(values) => values.len() == rows,
            Values::Float64(values) => values.len() == rows,
            Values::Utf8(bytes) | Values::Binary(bytes) => bytes.offsets.len() == rows + 1,
            Values::Ipc(_) => true,
        }
    }

    /// The index of the first null.
    pub(crate) fn first_null(&self, rows: usize) -> Option<usize> {
        zeros(self.validity.as_deref()?, rows).next()
    }

    /// A column of these rows, in this order. `None` for `ipc`, which needs Arrow.
    pub(crate) fn take(&self, rows: &[usize]) -> Option<Self> {
        fn pick<T: Copy + Default>(values: &[T], rows: &[usize]) -> Vec<T> {
            rows.iter().map(|&row| values.get(row).copied().unwrap_or_default()).collect()
        }
        let bits = |bits: &[u8]| rows.iter().map(|&row| bit(bits, row)).collect::<BitmapBuilder>().finish();
        let bytes = |column: &BytesColumn| {
            let mut taken = BytesBuilder::with_capacity(rows.len());
            rows.iter().for_each(|&row| taken.push_bytes(Some(column.row(row))));
            taken.finish_bytes().1
        };
        let values = match &self.values {
            Values::Boolean(values) => Values::Boolean(bits(values)),
            Values::Int32(values) => Values::Int32(pick(values, rows)),
            Values::Int64(values) => Values::Int64(pick(values, rows)),
            Values::Float64(values) => Values::Float64(pick(values, rows)),
            Values::Date32(values) => Values::Date32(pick(values, rows)),
            Values::TimestampUs(values) => Values::TimestampUs(pick(values, rows)),
            Values::Utf8(column) => Values::Utf8(bytes(column)),
            Values::Binary(column) => Values::Binary(bytes(column)),
            Values::Ipc(_) => return None,
        };
        Some(Column { validity: self.validity.as_deref().map(bits), values })
    }
}

impl BytesColumn {
    /// The bytes of a row; empty if the offsets are outside the data.
    pub(crate) fn row(&self, row: usize) -> &[u8] {
        let at = |row: usize| self.offsets.get(row).and_then(|&offset| usize::try_from(offset).ok());
        match (at(row), at(row + 1)) {
            (Some(start), Some(end)) => self.data.get(start..end).unwrap_or_default(),
            _ => &[],
        }
    }
}
