use arrow_array::RecordBatch;
use arrow_schema::ArrowError;

use super::stop::Stop;
use super::summary::Summary;
use crate::checkpoint::Start;

/// The options of one run.
#[derive(Debug, Clone)]
pub struct RunOptions {
    /// Read at most this many rows of the source.
    pub limit: Option<u64>,
    /// Read at most this many rows of the source in a second.
    pub throttle: Option<u64>,
    /// Keep this many rows of the result for [`Outcome::first_rows`].
    pub preview_rows: usize,
    /// What happens about the runs before.
    pub start: Start,
    /// Read the rejected rows instead of the source, each into the stage that rejected it.
    pub retry: bool,
    /// Stops the run.
    pub stop: Stop,
}

impl Default for RunOptions {
    fn default() -> Self {
        Self {
            limit: None,
            throttle: None,
            preview_rows: 10,
            start: Start::Continue,
            retry: false,
            stop: Stop::default(),
        }
    }
}

/// The result of a run.
#[derive(Debug)]
pub struct Outcome {
    /// What the run read, wrote and rejected.
    pub summary: Summary,
    /// The first rows of the result, or why they cannot be shown.
    pub first_rows: Result<RecordBatch, ArrowError>,
}
