use std::sync::Arc;

use arrow_array::{Array, UInt32Array, UInt64Array};
use arrow_schema::ArrowError;
use arrow_select::take::take;

/// Where in the source the rows of a batch came from. Plugins do not see it.
#[derive(Debug, Clone)]
#[expect(
    clippy::large_enum_variant,
    reason = "there is one for each batch, and nearly all have the large variant"
)]
pub enum Origin {
    /// Each row comes from one record of the source, which has a number in its unit, from 1, and perhaps a line.
    Source {
        /// The unit of work: a file's path, or a range of a query.
        unit: Arc<str>,
        /// Record numbers.
        rows: UInt64Array,
        /// Line numbers, where the source has lines.
        lines: Option<UInt64Array>,
    },
    /// A plugin made the rows.
    Made,
}

/// A place in the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct SourcePlace {
    /// The record's number, from 1.
    pub row: u64,
    /// The line that the record begins on, from 1, where the source has lines.
    pub line: Option<u64>,
}

impl std::fmt::Display for SourcePlace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.line {
            Some(line) => write!(f, "row {} (line {line})", self.row),
            None => write!(f, "row {}", self.row),
        }
    }
}

impl Origin {
    /// Consecutive rows without lines. `first` is the number of the first one.
    pub fn numbered(unit: &Arc<str>, first: u64, count: usize) -> Self {
        let rows = (first..).take(count).collect::<Vec<_>>().into();
        Self::Source { unit: Arc::clone(unit), rows, lines: None }
    }

    /// The unit of work that the rows came from.
    pub fn unit(&self) -> Option<&str> {
        match self {
            Self::Source { unit, .. } => Some(unit),
            Self::Made => None,
        }
    }

    /// Where the row of this index came from.
    pub fn place(&self, index: usize) -> Option<SourcePlace> {
        match self {
            Self::Source { rows, lines, .. } if index < rows.len() => {
                let line = lines.as_ref().filter(|lines| index < lines.len()).map(|lines| lines.value(index));
                Some(SourcePlace { row: rows.value(index), line })
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
            Self::Source { unit, rows, lines } => Self::Source {
                unit: Arc::clone(unit),
                rows: numbers(rows)?,
                lines: lines.as_ref().map(numbers).transpose()?,
            },
            Self::Made => Self::Made,
        })
    }

    pub(super) fn slice(&self, start: usize, length: usize) -> Self {
        match self {
            Self::Source { unit, rows, lines } => Self::Source {
                unit: Arc::clone(unit),
                rows: rows.slice(start, length),
                lines: lines.as_ref().map(|lines| lines.slice(start, length)),
            },
            Self::Made => Self::Made,
        }
    }
}
