//! The pipeline file as it is written: the tables with the spans that messages need.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;
use witdock::Policy;

use super::text::{PathText, Text};
use super::{ColumnType, InputContract, OnBad, OnDrift, Order, PluginLimits, SinkFormat, SinkMode};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PipelineFile {
    pub(super) source: SourceTable,
    #[serde(default)]
    pub(super) lookup: Vec<LookupTable>,
    #[serde(default)]
    pub(super) stage: Vec<StageTable>,
    #[serde(default)]
    pub(super) sink: Vec<SinkTable>,
    #[serde(default)]
    pub(super) rejected: RejectedTable,
    #[serde(default)]
    pub(super) checkpoint: CheckpointTable,
    #[serde(default)]
    pub(super) test: Vec<TestTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TestTable {
    pub(super) stage: Spanned<String>,
    pub(super) input: Spanned<PathText>,
    pub(super) expected: Spanned<PathText>,
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(super) enum SourceFormat {
    Csv,
    Tsv,
    Jsonl,
    Parquet,
    Sqlite,
    Postgres,
    Plugin,
}

impl SourceFormat {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Tsv => "tsv",
            Self::Jsonl => "jsonl",
            Self::Parquet => "parquet",
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
            Self::Plugin => "plugin",
        }
    }
}

/// What a lookup table is read from.
#[derive(Deserialize, Clone, Copy, Default, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(super) enum LookupFormat {
    /// With types that its values suggest, where none is given.
    #[default]
    Csv,
    Jsonl,
    Parquet,
    Sqlite,
    Postgres,
}

/// One path or several.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Paths {
    One(Text),
    Many(Vec<Text>),
}

/// The keys of all formats: which of them a format has is checked with the place of each at hand.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SourceTable {
    pub(super) format: SourceFormat,
    pub(super) path: Option<Spanned<Paths>>,
    pub(super) delimiter: Option<Spanned<String>>,
    pub(super) header: Option<Spanned<bool>>,
    pub(super) null_values: Option<Spanned<Vec<String>>>,
    pub(super) columns: Option<Spanned<BTreeMap<String, ColumnType>>>,
    pub(super) infer_rows: Option<Spanned<usize>>,
    pub(super) on_bad: Option<Spanned<OnBad>>,
    pub(super) on_drift: Option<Spanned<OnDrift>>,
    pub(super) watch: Option<Spanned<bool>>,
    pub(super) settle_ms: Option<Spanned<u64>>,
    pub(super) url: Option<Spanned<Text>>,
    pub(super) query: Option<Spanned<Text>>,
    pub(super) key: Option<Spanned<String>>,
    pub(super) unit_rows: Option<Spanned<u64>>,
    pub(super) plugin: Option<Spanned<PathText>>,
    pub(super) settings: Option<Spanned<toml::Table>>,
    pub(super) grants: Option<Spanned<Policy>>,
    pub(super) limits: Option<Spanned<PluginLimits>>,
    pub(super) batch_rows: Option<Spanned<usize>>,
    /// Which table of the file this is, for messages.
    #[serde(skip, default = "source_table")]
    pub(super) table: &'static str,
}

fn source_table() -> &'static str {
    "[source]"
}

impl LookupTable {
    /// The table's source, apart from what makes it a lookup table.
    pub(super) fn source(&mut self, format: SourceFormat) -> SourceTable {
        SourceTable {
            format,
            path: self.path.take(),
            url: self.url.take(),
            query: self.query.take(),
            delimiter: None,
            header: None,
            null_values: None,
            columns: None,
            infer_rows: None,
            on_bad: None,
            on_drift: None,
            watch: None,
            settle_ms: None,
            key: None,
            unit_rows: None,
            plugin: None,
            settings: None,
            grants: None,
            limits: None,
            batch_rows: None,
            table: "[[lookup]]",
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LookupTable {
    pub(super) name: Spanned<String>,
    #[serde(default)]
    pub(super) format: LookupFormat,
    pub(super) path: Option<Spanned<Paths>>,
    pub(super) url: Option<Spanned<Text>>,
    pub(super) query: Option<Spanned<Text>>,
    pub(super) key: Spanned<Vec<String>>,
    #[serde(default)]
    pub(super) types: BTreeMap<String, ColumnType>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StageTable {
    pub(super) name: Spanned<String>,
    pub(super) plugin: Spanned<PathText>,
    pub(super) settings: Option<Spanned<toml::Table>>,
    #[serde(default)]
    pub(super) grants: Policy,
    #[serde(default)]
    pub(super) limits: PluginLimits,
    pub(super) input: Option<Spanned<InputContract>>,
    #[serde(default)]
    pub(super) outputs: BTreeMap<String, Spanned<PathText>>,
    pub(super) instances: Option<Spanned<u32>>,
    #[serde(default)]
    pub(super) order: Order,
    pub(super) max_failures: Option<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SinkTable {
    pub(super) format: SinkFormat,
    pub(super) path: Option<Spanned<PathText>>,
    pub(super) mode: Option<Spanned<SinkMode>>,
    pub(super) url: Option<Spanned<Text>>,
    pub(super) table: Option<Spanned<Text>>,
    pub(super) key: Option<Spanned<Vec<String>>>,
    pub(super) plugin: Option<Spanned<PathText>>,
    pub(super) settings: Option<Spanned<toml::Table>>,
    pub(super) grants: Option<Spanned<Policy>>,
    pub(super) limits: Option<Spanned<PluginLimits>>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct RejectedTable {
    pub(super) path: Option<Spanned<PathText>>,
    pub(super) max_rows: Option<u64>,
    pub(super) max_percent: Option<Spanned<f64>>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct CheckpointTable {
    pub(super) path: Option<Spanned<PathText>>,
    pub(super) every_ms: Option<u64>,
}
