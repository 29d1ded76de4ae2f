use std::sync::mpsc::Receiver;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;

use crate::source::error::SourceError;

/// What a database is asked, piece by piece.
pub(super) trait QueryDatabase: Send {
    fn schema(&self) -> SchemaRef;

    /// Asks for the rows whose key is greater than the bookmark, `most` of them at most, in the key's order; without a key, for
    /// all. The rows come over the channel, in batches of `batch_rows` at most.
    fn ask(&mut self, after: Option<&str>, most: Option<u64>) -> Result<Receiver<QueryBatch>, SourceError>;
}

pub(super) type QueryBatch = Result<RecordBatch, SourceError>;

/// Batches that wait between the database and the pipeline.
pub(super) const BATCHES_IN_FLIGHT: usize = 2;
/// Rows in a batch that is asked for.
pub(super) const BATCH_ROWS: usize = 8192;
