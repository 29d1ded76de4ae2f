use std::collections::{BTreeMap, HashSet};
use std::ops::Range;
use std::time::Duration;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;
use witdock::{Policy, nearest};

use super::parser::{Parser, given};
use super::source::INFER_ROWS;
use super::steps::{STEPS, StepsToml};
use super::targets::Targets;
use super::text::{PathText, Text};
use crate::pipeline::{
    ColumnType, CsvFormat, FileFormat, FileSource, InputContract, JsonLayout, JsonlFormat, OnBad, OnDrift,
    Order, PipelineError, PluginLimits, PluginStageConfig, SourcePath, StageConfig, StageWork, TestConfig,
};
use crate::rows::{SINK, SOURCE};
use crate::store::StoreOptions;

/// Rows that may make a plugin fail, by default.
const MAX_FAILURES: u64 = 100;
/// More instances than this are certainly a mistake.
const MAX_INSTANCES: u32 = 256;

/// A `[[stage]]` table: a plugin, or steps.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct StageToml {
    /// A unique name, for messages, metrics and rejected rows. By default that of the stage's first step.
    #[schemars(with = "Option<String>")]
    name: Option<Spanned<String>>,
    /// A folder, which is built, or a component.
    #[schemars(with = "Option<PathText>")]
    plugin: Option<Spanned<PathText>>,
    /// The columns that the stage expects.
    #[schemars(with = "Option<InputContract>")]
    input: Option<Spanned<InputContract>>,
    /// The plugin's settings.
    #[schemars(with = "Option<serde_json::Map<String, serde_json::Value>>")]
    settings: Option<Spanned<toml::Table>>,
    /// What the plugin may touch: `imports`, `folders`, `env`, `network`, `clocks`, `random`, `stdio`. By default nothing.
    #[schemars(with = "Option<serde_json::Map<String, serde_json::Value>>")]
    grants: Option<Spanned<Policy>>,
    /// What the plugin may consume.
    #[schemars(with = "Option<PluginLimits>")]
    limits: Option<Spanned<PluginLimits>>,
    /// A file for each side output of the plugin, by its name.
    #[schemars(with = "Option<BTreeMap<String, PathText>>")]
    outputs: Option<Spanned<BTreeMap<String, Spanned<PathText>>>>,
    /// The instances of the plugin that work in parallel. By default one.
    #[schemars(with = "Option<u32>")]
    instances: Option<Spanned<u32>>,
    /// Whether several instances keep the order of batches. By default they do.
    #[schemars(with = "Option<Order>")]
    order: Option<Spanned<Order>>,
    /// The rows that may make the plugin fail; each is rejected. By default 100.
    #[schemars(with = "Option<u64>")]
    max_failures: Option<Spanned<u64>>,
    /// A condition: the rows for which it is true are kept. This and the keys after it are steps of the program itself, taken in
    /// the order in which they are written.
    #[schemars(with = "Option<String>")]
    filter: Option<Spanned<Text>>,
    /// The columns to keep, in this order.
    #[schemars(with = "Option<Vec<String>>")]
    select: Option<Spanned<Vec<Spanned<String>>>>,
    /// The columns to leave out.
    #[schemars(with = "Option<Vec<String>>")]
    drop: Option<Spanned<Vec<Spanned<String>>>>,
    /// The columns that get another type.
    #[schemars(with = "Option<BTreeMap<String, ColumnType>>")]
    cast: Option<Spanned<IndexMap<Spanned<String>, ColumnType>>>,
    /// The columns that get another name: `old = "new"`.
    #[schemars(with = "Option<BTreeMap<String, String>>")]
    rename: Option<Spanned<IndexMap<Spanned<String>, Spanned<String>>>>,
    /// The columns that are made or replaced, each by an expression.
    #[schemars(with = "Option<BTreeMap<String, String>>")]
    derive: Option<Spanned<IndexMap<Spanned<String>, Spanned<Text>>>>,
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
        tables: Vec<Spanned<StageToml>>,
        targets: &mut Targets<'_>,
    ) -> Result<Vec<StageConfig>, PipelineError> {
        let mut names = HashSet::new();
        let mut stages = Vec::with_capacity(tables.len());
        for table in tables {
            let header = table.span();
            let table = table.into_inner();
            let place = table.name.as_ref().map_or_else(|| header.clone(), Spanned::span);
            let stage = self.stage(table, header, targets)?;
            if !names.insert(stage.name.clone()) {
                return Err(self.twice(&Spanned::new(place, stage.name), "stage"));
            }
            if [SOURCE, SINK].contains(&stage.name.as_str()) {
                let message = format!("a stage cannot have the name `{}`", stage.name);
                let help = "rejected rows of the source and the sinks have it: choose another one".to_owned();
                return Err(self.text.error(place, message, "this name", help));
            }
            stages.push(stage);
        }
        Ok(stages)
    }

    fn stage(
        &self,
        table: StageToml,
        header: Range<usize>,
        targets: &mut Targets<'_>,
    ) -> Result<StageConfig, PipelineError> {
        let StageToml { name, plugin, input, filter, select, drop, cast, rename, derive, .. } = table;
        let (settings, grants, limits) = (table.settings, table.grants, table.limits);
        let (outputs, instances, order) = (table.outputs, table.instances, table.order);
        let mut steps = self.steps(StepsToml { filter, select, drop, cast, rename, derive })?;
        let input = input.map(|input| self.input_contract(input)).transpose()?;
        let Some(plugin) = plugin else {
            if steps.is_empty() {
                let help = format!("add `plugin`, or steps: {STEPS}");
                return Err(self.text.error(header, "the stage does nothing", "this stage", help));
            }
            let only_plugins = [
                ("settings", settings.map(|key| key.span())),
                ("grants", grants.map(|key| key.span())),
                ("limits", limits.map(|key| key.span())),
                ("outputs", outputs.map(|key| key.span())),
                ("instances", instances.map(|key| key.span())),
                ("order", order.map(|key| key.span())),
                ("max_failures", table.max_failures.map(|key| key.span())),
            ];
            if let Some((key, span)) = only_plugins.into_iter().find_map(|(key, span)| Some((key, span?))) {
                return Err(self.not_here(
                    span,
                    format!("`{key}` is for a plugin, and this stage has none"),
                    "remove it, or add `plugin` to the stage",
                ));
            }
            let named = name.map(Spanned::into_inner);
            let default = steps.first().map(|step| step.name().to_owned());
            let name = named.or(default).unwrap_or_default();
            return Ok(StageConfig { name, work: StageWork::Steps(steps), input });
        };
        if let Some(step) = steps.pop() {
            return Err(self.not_here(
                header,
                format!("the stage has a plugin and `{}`", step.name()),
                format!("make two stages of it, in the order that you want: {STEPS} are stages of their own"),
            ));
        }
        let Some(name) = name else {
            let help = "add it, for example name = \"clean\"".to_owned();
            return Err(self.text.error(
                header,
                "the key `name` is missing",
                "add `name` to this table",
                help,
            ));
        };
        let instances = match instances {
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
        let plugin = PluginStageConfig {
            plugin: self.plugin(&plugin, settings.as_ref(), given(grants), given(limits))?,
            outputs: given(outputs)
                .into_iter()
                .map(|(name, path)| Ok((name, targets.take_file(&path)?)))
                .collect::<Result<_, PipelineError>>()?,
            instances,
            order: given(order),
            max_failures: table.max_failures.map_or(MAX_FAILURES, Spanned::into_inner),
        };
        Ok(StageConfig { name: name.into_inner(), work: StageWork::Plugin(plugin), input })
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
                columns: IndexMap::new(),
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
            partitions: IndexMap::new(),
            on_drift: OnDrift::Fail,
            watch: false,
            settle: Duration::ZERO,
        };
        Ok(TestConfig { stage: stage.clone(), input, expected: self.resolve(&table.expected.get_ref().0) })
    }
}
