use std::collections::BTreeMap;
use std::path::PathBuf;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use witdock_etl_expression::Expression;

use super::column_type::ColumnType;
use super::place::Located;
use super::plugin::PluginConfig;
use super::source::{FileSource, OnDrift};

/// A stage: what every row passes through.
#[derive(Debug, Clone)]
pub struct StageConfig {
    /// The name in messages, metrics and rejected rows.
    pub name: String,
    /// What happens to the rows.
    pub work: StageWork,
    /// What rows must look like before they reach the stage.
    pub input: Option<InputContract>,
}

/// What happens to the rows of a stage.
#[derive(Debug, Clone)]
#[expect(clippy::large_enum_variant, reason = "a pipeline has a few")]
pub enum StageWork {
    /// A plugin processes them.
    Plugin(PluginStageConfig),
    /// The program itself does, in these steps.
    Steps(Vec<Step>),
}

/// A plugin as a stage.
#[derive(Debug, Clone)]
pub struct PluginStageConfig {
    /// The plugin, with its settings, grants and limits.
    pub plugin: PluginConfig,
    /// A file for each side output that the plugin may write to, by the output's name.
    pub outputs: BTreeMap<String, PathBuf>,
    /// Instances that work in parallel. Only a plugin without state can have more than one.
    pub instances: u32,
    /// Whether several instances keep the order of batches.
    pub order: Order,
    /// How many rows may make the plugin fail before the run ends. Each of them is rejected.
    pub max_failures: u64,
}

/// A step of a stage without a plugin. Names and expressions are checked once the columns before it are known.
#[derive(Debug, Clone)]
pub enum Step {
    /// Keeps the rows for which a condition is true.
    Filter(Located<Expression>),
    /// Keeps these columns, in this order.
    Select(Vec<Located<String>>),
    /// Leaves these columns out.
    Drop(Vec<Located<String>>),
    /// Gives columns another type.
    Cast(Vec<(Located<String>, ColumnType)>),
    /// Gives columns another name.
    Rename(Vec<(Located<String>, Located<String>)>),
    /// Makes columns, or replaces them.
    Derive(Vec<(Located<String>, Located<Expression>)>),
}

/// The names of all steps.
pub(super) const STEPS: [&str; 6] = ["filter", "select", "drop", "cast", "rename", "derive"];

impl Step {
    /// The step's name in pipeline files.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Filter(_) => "filter",
            Self::Select(_) => "select",
            Self::Drop(_) => "drop",
            Self::Cast(_) => "cast",
            Self::Rename(_) => "rename",
            Self::Derive(_) => "derive",
        }
    }
}

impl StageConfig {
    /// The stage's plugin, if it is one.
    pub fn plugin(&self) -> Option<&PluginStageConfig> {
        match &self.work {
            StageWork::Plugin(plugin) => Some(plugin),
            StageWork::Steps(_) => None,
        }
    }

    /// The files of the plugin's side outputs, by the output's name.
    pub fn outputs(&self) -> impl Iterator<Item = (&String, &PathBuf)> {
        self.plugin().into_iter().flat_map(|plugin| &plugin.outputs)
    }
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
    /// The columns with their types, in this order.
    #[schemars(with = "BTreeMap<String, ColumnType>")]
    pub columns: IndexMap<String, ColumnType>,
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
