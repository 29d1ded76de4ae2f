//! The rows of a commit that sinks do not take. A commit that a crash has left in some databases is made again without them: those databases
//! do not see its rows a second time, and so cannot refuse them.

use std::collections::{HashSet, VecDeque};

use crate::bindings::witdock::etl::types::RowError;
use crate::sink::Refused;

/// Rows that reach the sinks, counted from the last commit on. Without several databases nothing is counted.
#[derive(Debug)]
pub(super) struct Arrivals {
    counts: bool,
    /// The rows that are refused without a question, in order: those of a commit that is made again.
    known: VecDeque<Refused>,
    /// The number of the next row.
    next: u64,
    /// The numbers of those rows of the current batch that are not refused.
    batch: Vec<u64>,
    /// The refused rows of this commit.
    refused: Vec<Refused>,
}

impl Arrivals {
    pub(super) fn new(counts: bool, known: Vec<Refused>) -> Self {
        Self { counts, known: known.into(), next: 0, batch: Vec::new(), refused: Vec::new() }
    }

    /// Counts a batch, and returns which of its rows are refused without a question.
    pub(super) fn arrive(&mut self, rows: usize) -> Vec<RowError> {
        if !self.counts {
            return Vec::new();
        }
        let first = self.next;
        self.next += rows as u64;
        self.batch = (first..self.next).collect();
        let mut reasons = Vec::new();
        while let Some(Refused { row, code, message }) =
            self.known.pop_front_if(|known| known.row < self.next)
        {
            let row = row.checked_sub(first).and_then(|row| u32::try_from(row).ok());
            reasons.extend(row.map(|row| RowError { row, code, message }));
        }
        reasons
    }

    /// Notes rows of the current batch that are refused. The others remain in it.
    pub(super) fn refuse(&mut self, reasons: &[RowError]) {
        let number = |row: u32| usize::try_from(row).ok().and_then(|row| self.batch.get(row)).copied();
        let refused = reasons.iter().filter_map(|RowError { row, code, message }| {
            Some(Refused { row: number(*row)?, code: code.clone(), message: message.clone() })
        });
        let refused: Vec<_> = refused.collect();
        let numbers: HashSet<u64> = refused.iter().map(|refused| refused.row).collect();
        self.batch.retain(|number| !numbers.contains(number));
        self.refused.extend(refused);
    }

    /// Takes rows of the current batch out of it, and returns their numbers.
    pub(super) fn put_aside(&mut self, rows: &HashSet<u32>) -> Vec<u64> {
        let (aside, rest) =
            (0..).zip(std::mem::take(&mut self.batch)).partition::<Vec<_>, _>(|(row, _)| rows.contains(row));
        self.batch = rest.into_iter().map(|(_, number)| number).collect();
        aside.into_iter().map(|(_, number)| number).collect()
    }

    /// Begins a batch of rows that were put aside.
    pub(super) fn again(&mut self, numbers: Vec<u64>) {
        self.batch = numbers;
    }

    /// The refused rows of a commit that ends, in order. Counting begins again.
    pub(super) fn end_commit(&mut self) -> Vec<Refused> {
        let mut refused = std::mem::take(&mut self.refused);
        refused.sort_by_key(|refused| refused.row);
        *self = Self::new(self.counts, Vec::new());
        refused
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(row: u32) -> RowError {
        RowError { row, code: "refused".to_owned(), message: format!("row {row}") }
    }

    #[test]
    fn rows_keep_their_numbers_over_batches_of_other_sizes() {
        let mut first = Arrivals::new(true, Vec::new());
        assert!(first.arrive(3).is_empty());
        // The second sink refuses a row of what the first one has left.
        first.refuse(&[reason(0)]);
        first.refuse(&[reason(1)]);
        assert!(first.arrive(2).is_empty());
        first.refuse(&[reason(1)]);
        let refused = first.end_commit();
        assert_eq!(refused.iter().map(|refused| refused.row).collect::<Vec<_>>(), [0, 2, 4]);
        let mut again = Arrivals::new(true, refused.clone());
        let mut rows = Vec::new();
        for (batch, first) in [(1, 0), (3, 1), (1, 4)] {
            let known = again.arrive(batch);
            rows.extend(known.iter().map(|reason| first + u64::from(reason.row)));
            again.refuse(&known);
        }
        assert_eq!(rows, [0, 2, 4]);
        assert_eq!(again.end_commit(), refused);
        assert!(again.arrive(9).is_empty());
    }
}
