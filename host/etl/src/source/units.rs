use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow_schema::{ArrowError, SchemaRef};

use super::error::SourceError;
use crate::rows::{BadRecord, Bookmark, Rows, Unit};

/// The result of one read.
#[derive(Debug)]
pub struct SourceBatch {
    /// The rows.
    pub rows: Rows,
    /// Records that are no rows, if the pipeline rejects such records.
    pub bad: Vec<BadRecord>,
    /// Bytes of the unit that have been read so far, this read included.
    pub bytes_read: u64,
}

impl SourceBatch {
    /// The same rows with other columns.
    pub(super) fn with_columns(
        self,
        schema: &SchemaRef,
        columns: impl FnOnce(&RecordBatch) -> Result<Vec<ArrayRef>, ArrowError>,
    ) -> Result<Self, SourceError> {
        let Rows { batch, origin } = self.rows;
        let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
        let batch = columns(&batch)
            .and_then(|columns| RecordBatch::try_new_with_options(Arc::clone(schema), columns, &options))
            .map_err(|error| {
                let path = origin.unit().unwrap_or("the source").to_owned();
                SourceError::Arrow { path, error }
            })?;
        Ok(Self { rows: Rows { batch, origin }, ..self })
    }
}

/// The bytes of text after which a batch ends, so that long records do not fill the memory.
pub(super) const MAX_BATCH_BYTES: usize = 16 << 20;

/// Reads one unit of work.
pub trait BatchReader: Send {
    /// The columns of the rows.
    fn schema(&self) -> SchemaRef;

    /// Reads up to `most` rows, and perhaps fewer. `None` at the end.
    ///
    /// # Errors
    ///
    /// When the unit cannot be read.
    fn read(&mut self, most: usize) -> Result<Option<SourceBatch>, SourceError>;
}

/// An open unit of work.
pub struct OpenUnit {
    /// The unit's identity.
    pub unit: Unit,
    /// Reads the unit's rows.
    pub reader: Box<dyn BatchReader>,
    /// Why every row of the unit is rejected, if so.
    pub quarantine: Option<String>,
    /// The number of the stage that the rows go to, from 0.
    pub stage: usize,
}

/// The next part of a source.
pub enum Next {
    /// A unit of work.
    Unit(OpenUnit),
    /// Nothing yet. The call has waited a moment; ask again.
    Idle,
    /// Nothing more.
    End,
}

/// A source's units of work, one after the other. Calls may block.
pub trait Units: Send {
    /// The columns of every unit.
    fn schema(&self) -> SchemaRef;

    /// Bytes of all known units that are not done, if the source can tell.
    fn bytes(&self) -> Option<u64>;

    /// The next unit that is not done.
    ///
    /// # Errors
    ///
    /// When the unit cannot be opened, or its columns differ from those of the first unit.
    fn next(&mut self) -> Result<Next, SourceError>;

    /// Checks that a unit, which has been read to its end, is still what it was when it was opened.
    ///
    /// # Errors
    ///
    /// When another program has changed it meanwhile.
    fn unchanged(&self, unit: &Unit) -> Result<(), SourceError> {
        let _ = unit;
        Ok(())
    }

    /// How far the source has been read, including the last unit that [`next`](Self::next) gave.
    fn bookmark(&self) -> Option<Bookmark> {
        None
    }

    /// The units that are done and have other names now, with their names before and now.
    fn renamed(&self) -> &[(String, String)] {
        &[]
    }

    /// Messages for people since the last call, such as skipped units.
    fn notices(&mut self) -> Vec<String> {
        Vec::new()
    }
}

/// A source that has been read to its end.
pub(crate) struct Nothing(pub(crate) SchemaRef);

impl Units for Nothing {
    fn schema(&self) -> SchemaRef {
        SchemaRef::clone(&self.0)
    }

    fn bytes(&self) -> Option<u64> {
        Some(0)
    }

    fn next(&mut self) -> Result<Next, SourceError> {
        Ok(Next::End)
    }
}
