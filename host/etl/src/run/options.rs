use arrow_array::RecordBatch;

use super::summary::Summary;

/// The options of one run.
#[derive(Debug, Clone, Copy)]
pub struct RunOptions {
    /// Read at most this many rows of the source.
    pub limit: Option<u64>,
    /// Read at most this many rows of the source in a second.
    pub throttle: Option<u64>,
    /// Keep this many rows of the result for [`Outcome::first_rows`].
    pub preview_rows: usize,
    /// Discard the progress of earlier runs and start over.
    pub fresh: bool,
    /// Read the rejected rows instead of the source, each into the stage that rejected it.
    pub retry: bool,
}

impl Default for RunOptions {
    fn default() -> Self {
        Self { limit: None, throttle: None, preview_rows: 10, fresh: false, retry: false }
    }
}

/// The result of a run.
#[derive(Debug)]
pub struct Outcome {
    /// What the run read, wrote and rejected.
    pub summary: Summary,
    /// The first rows of the result.
    pub first_rows: RecordBatch,
}
