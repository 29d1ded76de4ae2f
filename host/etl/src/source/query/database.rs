use std::sync::mpsc::Receiver;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;

use crate::source::error::SourceError;

/// A database that runs a query piece by piece.
pub(super) trait QueryDatabase: Send {
    fn schema(&self) -> SchemaRef;

    /// Whether the key is null in some rows, which no range of the key has.
    fn has_null_keys(&mut self, key: &str) -> Result<bool, SourceError>;

    /// Asks for the rows whose key is greater than `after`, in the order of the key: `most` of them, and those with the same key as the last
    /// one, so that no key is cut in two; without a key, for all rows. They arrive over the channel in batches of at most
    /// [`BATCH_ROWS`] rows.
    fn ask(&mut self, after: Option<&str>, most: Option<u64>) -> Result<Receiver<QueryBatch>, SourceError>;
}

pub(super) type QueryBatch = Result<RecordBatch, SourceError>;

/// Batches that wait between the database and the pipeline.
pub(super) const BATCHES_IN_FLIGHT: usize = 2;
/// The most rows in a batch.
pub(super) const BATCH_ROWS: usize = 8192;
