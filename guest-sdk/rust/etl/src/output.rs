//! The output of a batch: the rows, the rejected rows, and the new columns.

use crate::bindings::witdock::etl::types::{Column, Output, OutputRows, RowError};
use crate::{Batch, Error};

/// The rows of a batch. All are in the output unless you reject or omit them.
///
/// Row by row, with columns of the output's rows:
///
/// ```
/// # use witdock_etl_guest::{Batch, Error, Output, Rows, builder::Int32Builder};
/// fn process(batch: &Batch<'_>) -> Result<Output, Error> {
///     let text = batch.utf8("distance")?;
///     let mut rows = Rows::of(batch);
///     let mut distance = Int32Builder::with_capacity(batch.rows());
///     for row in 0..batch.rows() {
///         match text.get(row).unwrap_or_default().parse::<i32>() {
///             Ok(miles) => distance.push(miles),
///             Err(_) => rows.reject(row, "bad-distance", "distance: not a whole number"),
///         }
///     }
///     Ok(rows.output(vec![distance.finish()]))
/// }
/// ```
///
/// Column by column, which is faster for many columns: make every column as long as the input, reject rows as
/// needed, and call [`output_of_all`](Self::output_of_all).
#[derive(Debug)]
pub struct Rows {
    total: usize,
    // Has a value for each row once a row is not in the output; empty until then.
    left_out: Vec<bool>,
    rejected: Vec<RowError>,
}

impl Rows {
    /// The rows of this batch.
    pub fn of(batch: &Batch<'_>) -> Self {
        Self::new(batch.rows())
    }

    pub(crate) fn new(total: usize) -> Self {
        Self { total, left_out: Vec::new(), rejected: Vec::new() }
    }

    /// Rejects a row: it goes to the rejected rows instead of the output. `code` is a short code to count and
    /// branch on, for example `bad-date`; `message` tells a person which column and value is wrong, and
    /// what was expected.
    ///
    /// Only the first rejection of a row counts. Rows that are already omitted or rejected, and rows past the end, are
    /// ignored.
    pub fn reject(&mut self, row: usize, code: impl Into<String>, message: impl Into<String>) {
        if let (true, Ok(number)) = (self.leave_out(row), u32::try_from(row)) {
            self.rejected.push(RowError { row: number, code: code.into(), message: message.into() });
        }
    }

    /// Omits a row from the output without rejecting it, as a filter does. Returns whether the row was in the output
    /// before.
    pub fn leave_out(&mut self, row: usize) -> bool {
        if self.left_out.is_empty() {
            self.left_out = vec![false; self.total];
        }
        self.left_out.get_mut(row).is_some_and(|left_out| !std::mem::replace(left_out, true))
    }

    /// Whether a row is in the output.
    pub fn comes_out(&self, row: usize) -> bool {
        row < self.total && !self.left_out.get(row).copied().unwrap_or(false)
    }

    /// Returns the output. The columns have one value for each output row.
    pub fn output(self, columns: Vec<Column>) -> Output {
        let rows = match self.coming_out() {
            Some(rows) => {
                OutputRows::Selected(rows.into_iter().filter_map(|row| row.try_into().ok()).collect())
            }
            None => OutputRows::All,
        };
        Output { rows, columns, rejected: self.rejected }
    }

    /// Returns the output. The columns have one value for each *input* row; values of rows that are not in the output are
    /// removed.
    ///
    /// # Errors
    ///
    /// [`Error::Data`] for an `ipc` column, whose rows cannot be removed here.
    pub fn output_of_all(self, mut columns: Vec<Column>) -> Result<Output, Error> {
        if let Some(rows) = self.coming_out() {
            for column in &mut columns {
                *column = column.take(&rows).ok_or_else(|| {
                    Error::Data("an ipc column must have one value for each output row".to_owned())
                })?;
            }
        }
        Ok(self.output(columns))
    }

    /// The indexes of the output rows; `None` for all.
    fn coming_out(&self) -> Option<Vec<usize>> {
        if !self.left_out.contains(&true) {
            return None;
        }
        Some((0..self.total).filter(|&row| self.comes_out(row)).collect())
    }
}

impl Output {
    /// These input rows, in this order. A row may be omitted or repeated. The columns have one value for
    /// each of them.
    pub fn selected(rows: Vec<u32>, columns: Vec<Column>) -> Self {
        Self { rows: OutputRows::Selected(rows), columns, rejected: Vec::new() }
    }

    /// No rows. Columns can be omitted: the [`Session`](crate::Session) adds empty ones at a stream's end.
    pub fn nothing() -> Self {
        // Not `fresh`, which needs the columns that pass through too, and only Arrow can make an empty `ipc` column.
        Self::selected(Vec::new(), Vec::new())
    }

    /// This many new rows, with every column of the output.
    pub fn fresh(rows: u32, columns: Vec<Column>) -> Self {
        Self { rows: OutputRows::Fresh(rows), columns, rejected: Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builder::{BooleanBuilder, Float64Builder, Utf8Builder};

    #[test]
    fn all_rows_come_out_until_one_is_rejected() {
        assert_eq!(Rows::new(9).output(vec![]).rows, OutputRows::All);

        let mut rows = Rows::new(4);
        rows.reject(9, "past-the-end", "");
        assert_eq!(rows.output(vec![]), Output { rows: OutputRows::All, columns: vec![], rejected: vec![] });
    }

    #[test]
    fn a_row_is_rejected_once_and_a_row_left_out_is_not_rejected() {
        let mut rows = Rows::new(4);
        rows.reject(2, "first", "of two");
        rows.reject(2, "second", "of two");
        assert!(rows.leave_out(0));
        rows.reject(0, "late", "is left out");
        assert!(!rows.comes_out(2) && rows.comes_out(3) && !rows.comes_out(4));
        let output = rows.output(vec![]);
        assert_eq!(output.rows, OutputRows::Selected(vec![1, 3]));
        let rejected = RowError { row: 2, code: "first".into(), message: "of two".into() };
        assert_eq!(output.rejected, [rejected]);
    }

    #[test]
    fn columns_of_the_whole_input_lose_the_rows_that_do_not_come_out() {
        let text = |rows: &[Option<&str>]| rows.iter().copied().collect::<Utf8Builder>().finish();
        let numbers = |rows: &[f64]| rows.iter().copied().collect::<Float64Builder>().finish();
        let flags = |rows: &[bool]| rows.iter().copied().collect::<BooleanBuilder>().finish();

        let mut rows = Rows::new(3);
        rows.reject(1, "bad", "");
        let columns = vec![
            text(&[Some("é"), Some("no"), None]),
            numbers(&[1.0, 2.0, 3.0]),
            flags(&[true, false, true]),
        ];
        let output = rows.output_of_all(columns).unwrap();
        assert_eq!(output.columns, [text(&[Some("é"), None]), numbers(&[1.0, 3.0]), flags(&[true, true])]);
    }
}
