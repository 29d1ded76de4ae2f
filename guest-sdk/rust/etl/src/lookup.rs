//! Tables that the host lends for enrichment, asked a batch of keys at a time.
//!
//! A plugin that uses them asks for the import in its `plugin.toml`: `imports = ["witdock:etl/lookup"]`. On a
//! target that is not WebAssembly no host lends a table, so [`Table::open`] fails.

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
    /// Opens the table that the pipeline lends under this name.
    ///
    /// # Errors
    ///
    /// [`Error::Settings`] when the pipeline has no such table, [`Error::Data`] when it cannot be read.
    pub fn open(name: &str) -> Result<Self, Error> {
        if cfg!(not(target_family = "wasm")) {
            return Err(Error::Data(format!("lookup table `{name}`: there is no host to lend it")));
        }
        let table = host::open(name).map_err(|error| explain(name, error))?;
        Ok(Self { name: name.to_owned(), table })
    }

    /// The columns that make up the key, in order.
    pub fn key(&self) -> Vec<Field> {
        self.table.key()
    }

    /// The table's other columns.
    pub fn fields(&self) -> Vec<Field> {
        self.table.fields()
    }

    /// Looks up one key for each row of the batch, and gives the columns of these names. A null key matches
    /// nothing.
    ///
    /// `keys` has one column for each column of the table's key. A key of one column comes straight from the
    /// batch, uncopied: `std::slice::from_ref(batch.column("carrier")?)`.
    ///
    /// # Errors
    ///
    /// [`Error::Settings`] when the table has no such column, [`Error::Data`] when the keys are not of the key's
    /// type or the table cannot be read.
    pub fn get(&self, batch: &Batch<'_>, keys: &[Column], columns: &[String]) -> Result<Matches, Error> {
        let rows = u32::try_from(batch.rows()).unwrap_or(u32::MAX);
        let matches = self.table.get(rows, keys, columns).map_err(|error| explain(&self.name, error))?;
        Ok(Matches { found: matches.found, columns: matches.columns })
    }
}

/// What a table has for a batch of keys.
#[derive(Clone, Debug, PartialEq)]
pub struct Matches {
    pub(crate) found: Vec<u8>,
    /// The columns asked for, one row for each key; null where nothing was found.
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
