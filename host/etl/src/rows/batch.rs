use arrow_array::{RecordBatch, UInt32Array};
use arrow_schema::ArrowError;
use arrow_select::take::take_record_batch;

use super::origin::Origin;

/// A batch, and the origin of each of its rows.
#[derive(Debug, Clone)]
pub struct Rows {
    /// The rows.
    pub batch: RecordBatch,
    /// Where in the source the rows came from.
    pub origin: Origin,
}

impl Rows {
    /// The number of rows.
    pub fn len(&self) -> usize {
        self.batch.num_rows()
    }

    /// Whether there are no rows.
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

    /// These rows from `start` on, `length` of them. No value is copied.
    pub fn slice(&self, start: usize, length: usize) -> Self {
        let start = start.min(self.len());
        let length = length.min(self.len() - start);
        Self { batch: self.batch.slice(start, length), origin: self.origin.slice(start, length) }
    }

    /// The same rows in pieces of at most `most` rows. No value is copied.
    pub fn pieces(self, most: usize) -> impl Iterator<Item = Self> {
        let most = most.max(1);
        (0..self.len()).step_by(most).map(move |start| self.slice(start, most))
    }
}
