//! The values of an expression for the rows of a batch.
//!
//! The kernels compute whole columns and know no rows that fail: where one does, they compute nothing. Then each row is evaluated
//! for itself, which also says what counts for it: `b != 0 and a / b > 1` fails for no row.

use arrow_array::{Array, ArrayRef};
use arrow_schema::ArrowError;
use witdock_etl_expression::{Checked, Failure};

use super::build::ValueColumn;
use super::kernels::kernels;
use super::view::{RowView, Views, arrow_type};

/// The values for some rows.
pub(super) struct Evaluated {
    /// A value for each row. Where there is a failure it is null.
    pub(super) values: ArrayRef,
    /// The rows without a value.
    pub(super) failures: Vec<(usize, Failure)>,
}

pub(super) fn evaluate(expression: &Checked, views: &Views, rows: usize) -> Result<Evaluated, ArrowError> {
    match kernels(expression.root(), views, rows)? {
        Some(values) if values.len() == rows => Ok(Evaluated { values, failures: Vec::new() }),
        _ => by_row(expression, views, rows),
    }
}

pub(super) fn by_row(expression: &Checked, views: &Views, rows: usize) -> Result<Evaluated, ArrowError> {
    let data_type = arrow_type(expression.data_type()).unwrap_or(arrow_schema::DataType::Boolean);
    let mut values = ValueColumn::new(&data_type, rows)?;
    let mut failures = Vec::new();
    for row in 0..rows {
        match expression.evaluate(&RowView { views, row }) {
            Ok(value) => values.append(&value),
            Err(failure) => {
                values.append(&witdock_etl_expression::Value::Null);
                failures.push((row, failure));
            }
        }
    }
    Ok(Evaluated { values: values.finish(), failures })
}
