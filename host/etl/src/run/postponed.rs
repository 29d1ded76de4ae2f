//! Rows that refer to rows which are not there yet, and may come in the same commit.

use crate::rows::Rows;

/// The most rows that wait. More would take memory; they are rejected, and can be retried.
const MOST: usize = 100_000;

/// Rows that wait for the end of the commit.
#[derive(Debug, Default)]
pub(super) struct Postponed {
    batches: Vec<Waiting>,
    rows: usize,
}

/// Rows of one batch, with their numbers in the commit if these are counted.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) rows: Rows,
    pub(super) numbers: Vec<u64>,
}

impl Postponed {
    /// Whether so many rows may wait too.
    pub(super) fn has_room(&self, rows: usize) -> bool {
        self.rows + rows <= MOST
    }

    pub(super) fn add(&mut self, waiting: Waiting) {
        self.rows += waiting.rows.len();
        self.batches.push(waiting);
    }

    /// The number of rows that wait.
    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    /// The rows in the order in which they came. None waits afterwards.
    pub(super) fn take(&mut self) -> Vec<Waiting> {
        std::mem::take(self).batches
    }
}
