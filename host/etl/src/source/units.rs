use arrow_schema::SchemaRef;

use super::error::SourceError;
use crate::rows::{BadRecord, Bookmark, Rows, Unit};

/// What one read gives.
#[derive(Debug)]
pub struct SourceBatch {
    /// The rows.
    pub rows: Rows,
    /// Records that are no rows, where the pipeline says to reject such.
    pub bad: Vec<BadRecord>,
    /// Bytes of the unit that have been read so far.
    pub bytes_read: u64,
}

/// Reads one unit of work.
pub trait BatchReader: Send {
    /// The columns.
    fn schema(&self) -> SchemaRef;

    /// Reads up to `most` rows, and perhaps fewer. `None` at the end.
    ///
    /// # Errors
    ///
    /// When the unit cannot be read on.
    fn read(&mut self, most: usize) -> Result<Option<SourceBatch>, SourceError>;
}

/// A unit of work that is open.
pub struct OpenUnit {
    /// Which.
    pub unit: Unit,
    /// Its rows.
    pub reader: Box<dyn BatchReader>,
    /// Put every row among the rejected ones: what is said about it.
    pub quarantine: Option<String>,
    /// The number of the stage that its rows go to, from 0.
    pub stage: usize,
}

/// What comes next from a source.
pub enum Next {
    /// A unit of work.
    Unit(OpenUnit),
    /// Nothing yet: ask again. It has waited a moment.
    Idle,
    /// Nothing any more.
    End,
}

/// Gives units of work in turn. Used on threads where it may block.
pub trait Units: Send {
    /// The columns of every unit.
    fn schema(&self) -> SchemaRef;

    /// Bytes of all units that are known and not done, if that can be told.
    fn bytes(&self) -> Option<u64>;

    /// The next unit that is not done.
    ///
    /// # Errors
    ///
    /// When the unit cannot be opened, or has other columns than the first one.
    fn next(&mut self) -> Result<Next, SourceError>;

    /// How far the source has been read, after the last unit that was given.
    fn bookmark(&self) -> Option<Bookmark> {
        None
    }

    /// What people should be told: units that are passed over.
    fn notices(&mut self) -> Vec<String> {
        Vec::new()
    }
}

/// A source that has been read already.
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
