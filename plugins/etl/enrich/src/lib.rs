//! Adds columns of a lookup table to each row, by a key.
//!
//! ```toml
//! [stage.settings]
//! table = "airlines"
//! key = "carrier"                  # the input column, or a list of columns in the order of the table's key
//! columns = { name = "airline" }   # table column = output column
//! on_missing = "null"              # the default; "reject" rejects rows whose key is not in the table
//! ```
//!
//! It has the counters `lookup-hits` and `lookup-misses`.

mod settings;

use settings::{OnMissing, Settings};
use witdock_etl_guest::lookup::Table;
use witdock_etl_guest::{
    Batch, Column, Contract, DataType, Error, Field, Output, Rows, Schema, Transform, metrics,
};

/// The transform.
#[derive(Debug)]
pub struct Enrich {
    table: Table,
    table_name: String,
    keys: Vec<String>,
    columns: Vec<String>,
    on_missing: OnMissing,
}

witdock_etl_guest::export!(Enrich);

impl Transform for Enrich {
    type Settings = Settings;

    fn describe(input: &Schema, settings: &Settings) -> Result<Contract, Error> {
        let table = Table::open(&settings.table)?;
        let mut contract = Contract::of(input);
        let (keys, table_keys) = (settings.key.names(), table.key());
        if keys.len() != table_keys.len() {
            let expected: Vec<&str> = table_keys.iter().map(|field| field.name.as_str()).collect();
            return Err(Error::Settings(format!(
                "`key` names {} columns, but the key of table `{}` has {}: {}",
                keys.len(),
                settings.table,
                expected.len(),
                expected.join(", ")
            )));
        }
        for (name, table_key) in keys.iter().zip(&table_keys) {
            contract = contract.read(name, table_key.data_type);
        }
        contract = contract.pass_all();
        let fields = Schema::new(table.fields());
        for (column, output_name) in &settings.columns {
            let (_, field) = fields.find(column).map_err(|error| match error {
                Error::Schema(text) => {
                    Error::Settings(format!("`columns`, table `{}`: {text}", settings.table))
                }
                other => other,
            })?;
            let nullable = field.nullable || settings.on_missing == OnMissing::Null;
            contract = contract.make(Field { name: output_name.clone(), nullable, ..field.clone() });
        }
        contract.build()
    }

    fn new(_input: &Schema, settings: Settings) -> Result<Self, Error> {
        Ok(Enrich {
            table: Table::open(&settings.table)?,
            table_name: settings.table,
            keys: settings.key.names().to_vec(),
            columns: settings.columns.into_keys().collect(),
            on_missing: settings.on_missing,
        })
    }

    fn process(&mut self, batch: Batch<'_>) -> Result<Output, Error> {
        let matches = match self.keys.as_slice() {
            [key] => self.table.get(&batch, std::slice::from_ref(batch.column(key)?), &self.columns)?,
            keys => {
                let keys: Vec<Column> =
                    keys.iter().map(|key| batch.column(key).cloned()).collect::<Result<_, _>>()?;
                self.table.get(&batch, &keys, &self.columns)?
            }
        };
        let misses: Vec<usize> = (0..batch.rows()).filter(|&row| !matches.found(row)).collect();
        metrics::count("lookup-hits", (batch.rows() - misses.len()) as u64);
        metrics::count("lookup-misses", misses.len() as u64);

        let mut rows = Rows::of(&batch);
        if self.on_missing == OnMissing::Reject {
            for row in misses {
                rows.reject(row, "no-match", self.no_match(&batch, row)?);
            }
        }
        rows.output_of_all(matches.columns)
    }
}

impl Enrich {
    /// The message for a row without a match: the key's columns and values.
    fn no_match(&self, batch: &Batch<'_>, row: usize) -> Result<String, Error> {
        let mut key = Vec::with_capacity(self.keys.len());
        for name in &self.keys {
            key.push(format!("{name} {}", cell_text(batch, name, row)?));
        }
        Ok(format!("table `{}` has no row for {}", self.table_name, key.join(", ")))
    }
}

fn cell_text(batch: &Batch<'_>, name: &str, row: usize) -> Result<String, Error> {
    let data_type = batch.column(name)?.data_type();
    let text = match data_type {
        DataType::Utf8 => batch.utf8(name)?.get(row).map(|text| format!("\"{text}\"")),
        DataType::Int32 => batch.int32(name)?.get(row).map(|number| number.to_string()),
        DataType::Int64 => batch.int64(name)?.get(row).map(|number| number.to_string()),
        _ => Some(format!("of type {}", data_type.name())),
    };
    Ok(text.unwrap_or_else(|| "null".to_owned()))
}
