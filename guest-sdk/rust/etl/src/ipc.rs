//! Columns of the type `ipc`: decimals, times, durations, lists, structs and maps, as Arrow writes them.
//!
//! [`Batch::ipc`](crate::Batch::ipc) decodes a column without copying its values, and without Arrow, which would make a plugin 2 MB larger:
//!
//! ```
//! # use witdock_etl_guest::{Batch, Error, ipc::Value};
//! fn longest(batch: &Batch<'_>) -> Result<usize, Error> {
//!     let tags = batch.ipc("tags")?;
//!     Ok(tags.iter().map(|tags| if let Value::List(tags) = tags { tags.len() } else { 0 }).max().unwrap_or(0))
//! }
//! ```

mod array;
mod flat;
mod kind;
mod message;
mod value;

pub use self::kind::Unit;
pub use self::value::{Decimal, List, Map, Struct, Value};

use self::array::Array;

/// A column of the type `ipc`.
#[derive(Debug)]
pub struct IpcView<'a>(Array<'a>);

impl<'a> IpcView<'a> {
    pub(crate) fn new(bytes: &'a [u8], rows: usize) -> Result<Self, String> {
        let array = message::decode(bytes)?;
        if array.len() != rows {
            return Err(format!("it has {} values for {rows} rows", array.len()));
        }
        Ok(Self(array))
    }

    /// The number of rows.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value of a row; null past the end.
    pub fn get(&self, row: usize) -> Value<'_> {
        self.0.get(row)
    }

    /// The rows, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Value<'_>> {
        (0..self.len()).map(|row| self.get(row))
    }
}

#[cfg(test)]
mod tests;
