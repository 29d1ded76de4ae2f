use std::collections::BTreeMap;
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Deserialize;

use super::column_type::ColumnType;
use super::plugin::PluginConfig;
use super::source::{FileSource, OnDrift};

/// A stage: a plugin that every row passes through.
#[derive(Debug, Clone)]
pub struct StageConfig {
    /// The name in messages, metrics and rejected rows.
    pub name: String,
    /// The plugin, with its settings, grants and limits.
    pub plugin: PluginConfig,
    /// What rows must look like before they reach the plugin.
    pub input: Option<InputContract>,
    /// A file for each side output that the plugin may write to, by the output's name.
    pub outputs: BTreeMap<String, PathBuf>,
    /// Instances that work in parallel. Only a plugin without state can have more than one.
    pub instances: u32,
    /// Whether several instances keep the order of batches.
    pub order: Order,
    /// How many rows may make the plugin fail before the run ends. Each of them is rejected.
    pub max_failures: u64,
}

/// Whether several instances keep the order of batches.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Order {
    /// Batches leave in the order in which they arrived.
    #[default]
    Kept,
    /// Batches leave as soon as they are processed.
    Any,
}

/// The columns that a stage expects.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InputContract {
    /// What to do with rows that have other columns or values.
    pub on_drift: OnDrift,
    /// The columns with their types.
    pub columns: BTreeMap<String, ColumnType>,
    /// The columns that are never null.
    #[serde(default)]
    pub required: Vec<String>,
}

/// A test: a stage, rows for it, and the result that is expected.
#[derive(Debug, Clone)]
pub struct TestConfig {
    /// The stage's name.
    pub stage: String,
    /// A file with rows. Its extension tells the format: CSV, TSV, JSON Lines or Parquet.
    pub input: FileSource,
    /// A JSON Lines file with the expected result: the rows that come out, then `{"rejected": …}` for each rejected row.
    pub expected: PathBuf,
}
