use std::collections::{BTreeMap, HashSet};

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use super::parser::Parser;
use super::source::{Paths, SourceFormat, SourceToml};
use super::store::StoreToml;
use super::text::Text;
use crate::pipeline::{ColumnType, LookupConfig, PipelineError};

/// A `[[lookup]]` table.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LookupToml {
    /// The name that plugins use.
    #[schemars(with = "String")]
    name: Spanned<String>,
    /// The format. By default csv.
    #[serde(default)]
    format: LookupFormat,
    /// The file, its url, or the SQLite database.
    #[schemars(with = "Option<Paths>")]
    path: Option<Spanned<Paths>>,
    /// Where the object store of a url is.
    #[schemars(with = "Option<StoreToml>")]
    store: Option<Spanned<StoreToml>>,
    /// The address of a PostgreSQL database.
    #[schemars(with = "Option<Text>")]
    url: Option<Spanned<Text>>,
    /// The query whose result is the table.
    #[schemars(with = "Option<Text>")]
    query: Option<Spanned<Text>>,
    /// The columns of the key.
    #[schemars(with = "Vec<String>")]
    key: Spanned<Vec<String>>,
    /// The types of columns by their names. By default they are inferred.
    #[serde(default)]
    types: BTreeMap<String, ColumnType>,
}

/// The formats of a source that a table can have as well.
#[derive(Deserialize, Clone, Copy, Default, PartialEq, Eq, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum LookupFormat {
    /// Types are inferred from the values of a column, unless they are given.
    #[default]
    Csv,
    Jsonl,
    Json,
    Parquet,
    Sqlite,
    Postgres,
}

impl From<LookupFormat> for SourceFormat {
    fn from(format: LookupFormat) -> Self {
        match format {
            LookupFormat::Csv => Self::Csv,
            LookupFormat::Jsonl => Self::Jsonl,
            LookupFormat::Json => Self::Json,
            LookupFormat::Parquet => Self::Parquet,
            LookupFormat::Sqlite => Self::Sqlite,
            LookupFormat::Postgres => Self::Postgres,
        }
    }
}

impl Parser<'_> {
    pub(super) fn lookups(&self, tables: Vec<LookupToml>) -> Result<Vec<LookupConfig>, PipelineError> {
        let mut names = HashSet::new();
        let mut lookups = Vec::with_capacity(tables.len());
        for table in tables {
            if !names.insert(table.name.get_ref().clone()) {
                return Err(self.twice(&table.name, "lookup table"));
            }
            if table.key.get_ref().is_empty() {
                return Err(self.text.error(
                    table.key.span(),
                    format!("the lookup table `{}` has no key", table.name.get_ref()),
                    "name at least one column",
                    None,
                ));
            }
            let source =
                SourceToml::of_lookup(table.format.into(), table.path, table.store, table.url, table.query);
            lookups.push(LookupConfig {
                source: self.source(source)?,
                name: table.name.into_inner(),
                key: table.key.into_inner(),
                types: table.types,
            });
        }
        Ok(lookups)
    }
}
