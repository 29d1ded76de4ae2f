use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;
use witdock::{Policy, nearest};

use super::parser::Parser;
use super::source::INFER_ROWS;
use super::targets::Targets;
use super::text::PathText;
use crate::pipeline::{
    CsvFormat, FileFormat, FileSource, InputContract, JsonLayout, JsonlFormat, OnBad, OnDrift, Order,
    PipelineError, PluginLimits, SourcePath, StageConfig, TestConfig,
};
use crate::rows::{SINK, SOURCE};
use crate::store::StoreOptions;

/// Rows that may make a plugin fail, by default.
const MAX_FAILURES: u64 = 100;
/// More instances than this are certainly a mistake.
const MAX_INSTANCES: u32 = 256;

/// A `[[stage]]` table.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct StageToml {
    /// A unique name, for messages, metrics and rejected rows.
    #[schemars(with = "String")]
    name: Spanned<String>,
    /// A folder, which is built, or a component.
    #[schemars(with = "PathText")]
    plugin: Spanned<PathText>,
    /// The plugin's settings.
    #[schemars(with = "Option<serde_json::Map<String, serde_json::Value>>")]
    settings: Option<Spanned<toml::Table>>,
    /// What the plugin may touch: `imports`, `folders`, `env`, `network`, `clocks`, `random`, `stdio`. By default nothing.
    #[serde(default)]
    #[schemars(with = "serde_json::Map<String, serde_json::Value>")]
    grants: Policy,
    /// What the plugin may consume.
    #[serde(default)]
    limits: PluginLimits,
    /// The columns that the stage expects.
    #[schemars(with = "Option<InputContract>")]
    input: Option<Spanned<InputContract>>,
    /// A file for each side output of the plugin, by its name.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, PathText>")]
    outputs: BTreeMap<String, Spanned<PathText>>,
    /// The instances that work in parallel. By default one.
    #[schemars(with = "Option<u32>")]
    instances: Option<Spanned<u32>>,
    /// Whether several instances keep the order of batches. By default they do.
    #[serde(default)]
    order: Order,
    /// The rows that may make the plugin fail; each is rejected. By default 100.
    max_failures: Option<u64>,
}

/// A `[[test]]` table.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TestToml {
    /// The stage that is tested.
    #[schemars(with = "String")]
    stage: Spanned<String>,
    /// A file with rows: CSV, TSV, JSON Lines, JSON or Parquet.
    #[schemars(with = "PathText")]
    input: Spanned<PathText>,
    /// A file with the expected result: JSON Lines.
    #[schemars(with = "PathText")]
    expected: Spanned<PathText>,
}

impl Parser<'_> {
    pub(super) fn stages(
        &self,
        tables: Vec<StageToml>,
        targets: &mut Targets<'_>,
    ) -> Result<Vec<StageConfig>, PipelineError> {
        let mut names = HashSet::new();
        let mut stages = Vec::with_capacity(tables.len());
        for table in tables {
            if !names.insert(table.name.get_ref().clone()) {
                return Err(self.twice(&table.name, "stage"));
            }
            if [SOURCE, SINK].contains(&table.name.get_ref().as_str()) {
                let message = format!("a stage cannot have the name `{}`", table.name.get_ref());
                let help = "rejected rows of the source and the sinks have it: choose another one".to_owned();
                return Err(self.text.error(table.name.span(), message, "this name", help));
            }
            stages.push(self.stage(table, targets)?);
        }
        Ok(stages)
    }

    fn stage(&self, table: StageToml, targets: &mut Targets<'_>) -> Result<StageConfig, PipelineError> {
        let instances = match &table.instances {
            None => 1,
            Some(count) if (1..=MAX_INSTANCES).contains(count.get_ref()) => *count.get_ref(),
            Some(count) => {
                return Err(self.text.error(
                    count.span(),
                    format!("instances must be from 1 to {MAX_INSTANCES}"),
                    "out of range",
                    "the number of processors is enough".to_owned(),
                ));
            }
        };
        Ok(StageConfig {
            plugin: self.plugin(&table.plugin, table.settings.as_ref(), table.grants, table.limits)?,
            name: table.name.into_inner(),
            input: table.input.map(|input| self.input_contract(input)).transpose()?,
            outputs: table
                .outputs
                .into_iter()
                .map(|(name, path)| Ok((name, targets.take_file(&path)?)))
                .collect::<Result<_, PipelineError>>()?,
            instances,
            order: table.order,
            max_failures: table.max_failures.unwrap_or(MAX_FAILURES),
        })
    }

    fn input_contract(&self, input: Spanned<InputContract>) -> Result<InputContract, PipelineError> {
        let span = input.span();
        let input = input.into_inner();
        let unknown = input.required.iter().find(|name| !input.columns.contains_key(*name));
        let (message, help) = match unknown {
            None if !input.columns.is_empty() => return Ok(input),
            None => (
                "a stage's `input` has no `columns`".to_owned(),
                "name them: columns = { carrier = \"utf8\" }",
            ),
            Some(name) => (
                format!("`{name}` is in `required` and not in `columns`"),
                "add it to `columns` with its type",
            ),
        };
        Err(self.text.error(span, message, "here", help.to_owned()))
    }

    pub(super) fn tests(
        &self,
        tables: Vec<TestToml>,
        stages: &[StageConfig],
    ) -> Result<Vec<TestConfig>, PipelineError> {
        tables.into_iter().map(|table| self.test(table, stages)).collect()
    }

    fn test(&self, table: TestToml, stages: &[StageConfig]) -> Result<TestConfig, PipelineError> {
        let stage = table.stage.get_ref();
        let known: Vec<_> = stages.iter().map(|stage| stage.name.as_str()).collect();
        if !known.contains(&stage.as_str()) {
            let label = nearest(stage, known.iter().copied())
                .map_or_else(|| "no such stage".to_owned(), |name| format!("did you mean `{name}`?"));
            let message = format!("the pipeline has no stage `{stage}`");
            return Err(self.text.error(
                table.stage.span(),
                message,
                label,
                format!("it has {}", known.join(", ")),
            ));
        }
        let path = self.existing(&table.input, "the input")?;
        let format = match path.extension().and_then(|extension| extension.to_str()) {
            Some("csv") => FileFormat::Csv(CsvFormat::default()),
            Some("tsv") => FileFormat::Csv(CsvFormat { delimiter: b'\t', ..CsvFormat::default() }),
            Some(extension @ ("jsonl" | "json")) => FileFormat::Jsonl(JsonlFormat {
                layout: if extension == "json" { JsonLayout::Values } else { JsonLayout::Lines },
                columns: BTreeMap::new(),
                infer_rows: INFER_ROWS,
                encoding: None,
                on_bad: OnBad::Error,
            }),
            Some("parquet") => FileFormat::Parquet(OnBad::Error),
            _ => {
                let message = format!("cannot tell the format of {}", path.display());
                let help = "the name must end in .csv, .tsv, .jsonl, .json or .parquet".to_owned();
                return Err(self.text.error(table.input.span(), message, "this one", help));
            }
        };
        let input = FileSource {
            paths: vec![SourcePath::Local(path.display().to_string())],
            store: StoreOptions::default(),
            format,
            partitions: BTreeMap::new(),
            on_drift: OnDrift::Fail,
            watch: false,
            settle: Duration::ZERO,
        };
        Ok(TestConfig { stage: stage.clone(), input, expected: self.resolve(&table.expected.get_ref().0) })
    }
}
