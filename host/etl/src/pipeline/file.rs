//! The pipeline file as it is written: the tables with the spans that messages need.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;
use toml::Spanned;
use witdock::Policy;

use super::{LookupType, OnRagged, SinkFormat, StageLimits};

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
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum SourceFormat {
    Csv,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SourceTable {
    pub(super) format: SourceFormat,
    pub(super) path: Spanned<PathBuf>,
    pub(super) delimiter: Option<Spanned<String>>,
    #[serde(default = "yes")]
    pub(super) header: bool,
    pub(super) null_values: Option<Vec<String>>,
    #[serde(default = "error")]
    pub(super) on_ragged: OnRagged,
    pub(super) batch_rows: Option<Spanned<usize>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LookupTable {
    pub(super) name: Spanned<String>,
    pub(super) path: Spanned<PathBuf>,
    pub(super) key: Spanned<Vec<String>>,
    #[serde(default)]
    pub(super) types: BTreeMap<String, LookupType>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StageTable {
    pub(super) name: Spanned<String>,
    pub(super) plugin: Spanned<PathBuf>,
    pub(super) settings: Option<Spanned<toml::Table>>,
    #[serde(default)]
    pub(super) grants: Policy,
    #[serde(default)]
    pub(super) limits: StageLimits,
    #[serde(default)]
    pub(super) outputs: BTreeMap<String, Spanned<PathBuf>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SinkTable {
    pub(super) format: SinkFormat,
    pub(super) path: Spanned<PathBuf>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct RejectedTable {
    pub(super) path: Option<Spanned<PathBuf>>,
    pub(super) max_rows: Option<u64>,
}

fn yes() -> bool {
    true
}

fn error() -> OnRagged {
    OnRagged::Error
}
