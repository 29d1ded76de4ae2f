//! The batch that a transform is given: the columns that its contract reads.

use crate::Error;
use crate::bindings::witdock::etl::types::{Column, Values};
use crate::contract::Contract;
use crate::view::{BinaryView, BooleanView, PrimitiveView, Utf8View, Validity};

/// Rows that travel together, as the columns that the contract reads.
///
/// A column is asked for by its name, once a batch, and then read row by row:
///
/// ```
/// # use witdock_etl_guest::{Batch, Error};
/// fn late(batch: &Batch<'_>) -> Result<usize, Error> {
///     Ok(batch.int32("dep_delay")?.iter().flatten().filter(|&minutes| minutes > 15).count())
/// }
/// ```
///
/// Every method that asks for a column fails with [`Error::Data`] when the contract does not read it or it is
/// of another type: a mistake in the plugin, which a first batch brings to light.
#[derive(Debug)]
pub struct Batch<'a> {
    rows: usize,
    columns: Vec<Column>,
    contract: &'a Contract,
}

impl<'a> Batch<'a> {
    pub(crate) fn new(rows: usize, columns: Vec<Column>, contract: &'a Contract) -> Result<Self, Error> {
        if columns.len() != contract.reads().len() {
            return Err(Error::Data(format!(
                "the batch has {} columns, and the contract reads {}",
                columns.len(),
                contract.reads().len()
            )));
        }
        Ok(Self { rows, columns, contract })
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// A column as it came, whatever its type: for the keys of a lookup.
    pub fn column(&self, name: &str) -> Result<&Column, Error> {
        let index = self.contract.reads().iter().position(|read| read.name == name);
        index.and_then(|index| self.columns.get(index)).ok_or_else(|| {
            Error::Data(format!("the plugin asks for column `{name}`, which its contract does not read"))
        })
    }

    fn view<'b, V>(
        &'b self,
        name: &str,
        expected: &str,
        view: impl FnOnce(&'b Values, Validity<'b>) -> Option<Result<V, String>>,
    ) -> Result<V, Error> {
        let column = self.column(name)?;
        let wrong = |problem| Error::Data(format!("column `{name}`: {problem}"));
        let validity = Validity::new(column.validity.as_deref(), self.rows).map_err(wrong)?;
        match view(&column.values, validity) {
            Some(view) => view.map_err(wrong),
            None => Err(Error::Data(format!(
                "the plugin reads column `{name}` as {expected}, and it is {}",
                column.data_type().name()
            ))),
        }
    }
}

macro_rules! views {
    ($($(#[$doc:meta])* $method:ident $view:ident $(<$native:ty>)?, $expected:literal,
        $values:pat => $new:expr;)*) => {
        impl Batch<'_> {$(
            $(#[$doc])*
            pub fn $method(&self, name: &str) -> Result<$view<'_ $(, $native)?>, Error> {
                let rows = self.rows;
                self.view(name, $expected, |values, validity| match values {
                    $values => Some($new(validity, rows)),
                    _ => None,
                })
            }
        )*}
    };
}

views! {
    /// A column of truth values.
    boolean BooleanView, "boolean",
        Values::Boolean(bits) => |validity, rows| BooleanView::new(bits, validity, rows);
    /// A column of whole numbers of 32 bits.
    int32 PrimitiveView<i32>, "int32",
        Values::Int32(values) => |validity, rows| PrimitiveView::new(values, validity, rows);
    /// A column of whole numbers of 64 bits.
    int64 PrimitiveView<i64>, "int64",
        Values::Int64(values) => |validity, rows| PrimitiveView::new(values, validity, rows);
    /// A column of floating-point numbers of 64 bits.
    float64 PrimitiveView<f64>, "float64",
        Values::Float64(values) => |validity, rows| PrimitiveView::new(values, validity, rows);
    /// A column of dates: days since 1970-01-01.
    date32 PrimitiveView<i32>, "date32",
        Values::Date32(values) => |validity, rows| PrimitiveView::new(values, validity, rows);
    /// A column of instants: microseconds since 1970-01-01T00:00:00 UTC.
    timestamp_us PrimitiveView<i64>, "timestamp-us",
        Values::TimestampUs(values) => |validity, rows| PrimitiveView::new(values, validity, rows);
    /// A column of text.
    utf8 Utf8View, "utf8",
        Values::Utf8(bytes) => |validity, rows| Utf8View::new(&bytes.offsets, &bytes.data, validity, rows);
    /// A column of bytes.
    binary BinaryView, "binary",
        Values::Binary(bytes) => |validity, rows| BinaryView::new(&bytes.offsets, &bytes.data, validity, rows);
}
