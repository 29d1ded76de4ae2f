//! Rows on their way through the pipeline, with where in the source each one came from.

use arrow_array::{Array, RecordBatch, UInt32Array, UInt64Array};
use arrow_schema::ArrowError;
use arrow_select::take::{take, take_record_batch};

/// A batch, and the origin of each of its rows.
#[derive(Debug, Clone)]
pub struct Rows {
    /// The rows.
    pub batch: RecordBatch,
    /// Where they came from.
    pub origin: Origin,
}

/// Where in the source rows came from. It travels beside the batch, where no plugin sees it.
#[derive(Debug, Clone)]
pub enum Origin {
    /// Each row stands behind one record of the source: its number from 1, and the line that it begins on.
    Source {
        /// Record numbers.
        rows: UInt64Array,
        /// Line numbers.
        lines: UInt64Array,
    },
    /// A plugin made the rows.
    Made,
}

/// A place in the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct SourcePlace {
    /// The record's number, from 1.
    pub row: u64,
    /// The line that the record begins on, from 1.
    pub line: u64,
}

impl Origin {
    /// Where the row of this index came from.
    pub fn place(&self, index: usize) -> Option<SourcePlace> {
        match self {
            Self::Source { rows, lines } if index < rows.len() => {
                Some(SourcePlace { row: rows.value(index), line: lines.value(index) })
            }
            _ => None,
        }
    }

    /// The places of the first and the last row.
    pub fn range(&self) -> Option<(SourcePlace, SourcePlace)> {
        match self {
            Self::Source { rows, .. } => Some((self.place(0)?, self.place(rows.len().checked_sub(1)?)?)),
            Self::Made => None,
        }
    }

    /// The origins of these rows, in this order.
    ///
    /// # Errors
    ///
    /// When an index is out of range.
    pub fn take(&self, indices: &UInt32Array) -> Result<Self, ArrowError> {
        let numbers = |array: &UInt64Array| -> Result<UInt64Array, ArrowError> {
            Ok(UInt64Array::from(take(array, indices, None)?.to_data()))
        };
        Ok(match self {
            Self::Source { rows, lines } => Self::Source { rows: numbers(rows)?, lines: numbers(lines)? },
            Self::Made => Self::Made,
        })
    }

    fn slice(&self, start: usize, length: usize) -> Self {
        match self {
            Self::Source { rows, lines } => {
                Self::Source { rows: rows.slice(start, length), lines: lines.slice(start, length) }
            }
            Self::Made => Self::Made,
        }
    }
}

impl Rows {
    /// The number of rows.
    pub fn len(&self) -> usize {
        self.batch.num_rows()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// These rows, in this order.
    ///
    /// # Errors
    ///
    /// When an index is out of range.
    pub fn take(&self, indices: &UInt32Array) -> Result<Self, ArrowError> {
        Ok(Self { batch: take_record_batch(&self.batch, indices)?, origin: self.origin.take(indices)? })
    }

    /// The same rows in pieces of at most `most` rows, since what a transform holds may come out all at once. No value is copied.
    pub fn pieces(self, most: usize) -> impl Iterator<Item = Self> {
        let most = most.max(1);
        (0..self.len()).step_by(most).map(move |start| {
            let length = most.min(self.len() - start);
            Self { batch: self.batch.slice(start, length), origin: self.origin.slice(start, length) }
        })
    }
}
