use std::collections::BTreeMap;

use super::column_type::ColumnType;
use super::source::SourceConfig;

/// A table that stages look up rows in.
#[derive(Debug, Clone)]
pub struct LookupConfig {
    /// The name that plugins open the table by.
    pub name: String,
    /// Where the table's rows come from.
    pub source: SourceConfig,
    /// The columns that make up the key.
    pub key: Vec<String>,
    /// Types of columns that must not be inferred, for example `zip = "utf8"`.
    pub types: BTreeMap<String, ColumnType>,
}
