//! The batch that a transform receives: the columns that its contract reads.

use crate::Error;
use crate::bindings::witdock::etl::types::Column;
use crate::contract::Contract;
use crate::input::Input;
use crate::ipc::IpcView;
use crate::view::{BinaryView, BooleanView, PrimitiveView, Utf8View};

/// Rows that are passed together, as the columns that the contract reads.
///
/// Get a column by its name, once a batch, and read it row by row:
///
/// ```
/// # use witdock_etl_guest::{Batch, Error};
/// fn late(batch: &Batch<'_>) -> Result<usize, Error> {
///     Ok(batch.int32("dep_delay")?.iter().flatten().filter(|&minutes| minutes > 15).count())
/// }
/// ```
///
/// Every method that returns a column fails with [`Error::Data`] if the contract does not read it or it has
/// another type. That is a mistake in the plugin, and the first batch shows it.
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

    pub(crate) fn into_columns(self) -> Vec<Column> {
        self.columns
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// A column of any type, for example for the keys of a lookup.
    pub fn column(&self, name: &str) -> Result<&Column, Error> {
        self.input(name).map(|input| input.column)
    }

    fn input(&self, name: &str) -> Result<Input<'_>, Error> {
        self.inputs().find(|input| input.name == name).ok_or_else(|| {
            Error::Data(format!("the plugin uses column `{name}`, which its contract does not read"))
        })
    }

    /// The columns, in the contract's order.
    pub(crate) fn inputs(&self) -> impl Iterator<Item = Input<'_>> {
        let named = self.contract.reads().iter().zip(&self.columns);
        named.map(|(read, column)| Input { name: &read.name, column, rows: self.rows })
    }

    pub(crate) fn contract(&self) -> &'a Contract {
        self.contract
    }
}

impl Batch<'_> {
    /// A column of a type without a data type of its own, such as a decimal, a list or a struct.
    pub fn ipc(&self, name: &str) -> Result<IpcView<'_>, Error> {
        self.input(name)?.ipc()
    }
}

macro_rules! views {
    ($($(#[$doc:meta])* $method:ident $view:ident $(<$native:ty>)?;)*) => {
        impl Batch<'_> {$(
            $(#[$doc])*
            pub fn $method(&self, name: &str) -> Result<$view<'_ $(, $native)?>, Error> {
                self.input(name)?.$method()
            }
        )*}
    };
}

views! {
    /// A column of truth values.
    boolean BooleanView;
    /// A column of whole numbers of 32 bits.
    int32 PrimitiveView<i32>;
    /// A column of whole numbers of 64 bits.
    int64 PrimitiveView<i64>;
    /// A column of floating-point numbers of 64 bits.
    float64 PrimitiveView<f64>;
    /// A column of dates: days since 1970-01-01.
    date32 PrimitiveView<i32>;
    /// A column of instants: microseconds since 1970-01-01T00:00:00 UTC.
    timestamp_us PrimitiveView<i64>;
    /// A column of text.
    utf8 Utf8View;
    /// A column of bytes.
    binary BinaryView;
}
