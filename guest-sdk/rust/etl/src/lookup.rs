//! Tables for enrichment, which the host provides. A plugin looks up a batch of keys at a time.
//!
//! Request the import in `plugin.toml`: `imports = ["witdock:etl/lookup"]`. On other targets than WebAssembly there are no
//! tables, and [`Table::open`] fails.

use crate::bindings::witdock::etl::lookup as host;
use crate::bindings::witdock::etl::types::{Column, Field};
use crate::bitmap::bit;
use crate::{Batch, Error};

/// A keyed table of the pipeline.
#[derive(Debug)]
pub struct Table {
    name: String,
    table: host::Table,
}

impl Table {
    /// Opens the pipeline's table of this name.
    ///
    /// # Errors
    ///
    /// [`Error::Settings`] if the pipeline has no such table, [`Error::Data`] if it cannot be read.
    pub fn open(name: &str) -> Result<Self, Error> {
        if cfg!(not(target_family = "wasm")) {
            return Err(Error::Data(format!("lookup table `{name}`: there is no host to provide it")));
        }
        let table = host::open(name).map_err(|error| explain(name, error))?;
        Ok(Self { name: name.to_owned(), table })
    }

    /// The key's columns, in order.
    pub fn key(&self) -> Vec<Field> {
        self.table.key()
    }

    /// The table's other columns.
    pub fn fields(&self) -> Vec<Field> {
        self.table.fields()
    }

    /// Looks up one key for each row of the batch, and returns the columns of these names. A null key matches
    /// nothing.
    ///
    /// `keys` has one column for each column of the table's key. A key of one column can be used without a
    /// copy: `std::slice::from_ref(batch.column("carrier")?)`.
    ///
    /// # Errors
    ///
    /// [`Error::Settings`] if the table has no such column, [`Error::Data`] if the keys have the wrong
    /// type or the table cannot be read.
    pub fn get(&self, batch: &Batch<'_>, keys: &[Column], columns: &[String]) -> Result<Matches, Error> {
        let rows = u32::try_from(batch.rows()).unwrap_or(u32::MAX);
        let matches = self.table.get(rows, keys, columns).map_err(|error| explain(&self.name, error))?;
        Ok(Matches { found: matches.found, columns: matches.columns })
    }
}

/// The result of a lookup for a batch of keys.
#[derive(Clone, Debug, PartialEq)]
pub struct Matches {
    pub(crate) found: Vec<u8>,
    /// The requested columns, one row for each key; null where the table has no row.
    pub columns: Vec<Column>,
}

impl Matches {
    /// Whether the table has a row for the key of this row.
    pub fn found(&self, row: usize) -> bool {
        bit(&self.found, row)
    }
}

fn explain(table: &str, error: host::LookupError) -> Error {
    match error {
        host::LookupError::NoSuchTable(text) => Error::Settings(format!("lookup table `{table}`: {text}")),
        host::LookupError::NoSuchColumn(text) => {
            Error::Settings(format!("lookup table `{table}` has no such column: {text}"))
        }
        host::LookupError::Keys(text) => Error::Data(format!("keys of lookup table `{table}`: {text}")),
        host::LookupError::Unavailable(text) => Error::Data(format!("lookup table `{table}`: {text}")),
    }
}
