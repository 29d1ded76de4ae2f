//! From the text of a pipeline file to a [`Pipeline`]: one file for each kind of table, with the table as it is written and
//! the checks that need its place in the text.

mod lookup;
mod parser;
mod plugin;
mod sink;
mod source;
mod stage;
mod steps;
mod store;
mod targets;
mod text;

use std::path::{Path, PathBuf};
use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use toml::Spanned;
use witdock::Builds;

use crate::trust::Trust;

use self::lookup::LookupToml;
use self::parser::Parser;
use self::sink::{RejectedToml, SinkToml};
use self::source::SourceToml;
use self::stage::{StageToml, TestToml};
use self::targets::Targets;
use self::text::PathText;
use super::diagnostics::PipelineText;
use super::fingerprint::Fingerprint;
use super::{CheckpointConfig, Pipeline, PipelineError, SinkKind};
use crate::store::ObjectUrl;

/// A pipeline file as it is written.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct PipelineToml {
    /// Where rows come from.
    source: SourceToml,
    /// Tables that the host provides to plugins.
    #[serde(default)]
    lookup: Vec<LookupToml>,
    /// What rows pass through, in order.
    #[serde(default)]
    #[schemars(with = "Vec<StageToml>")]
    stage: Vec<Spanned<StageToml>>,
    /// Where rows go. Each sink gets every row.
    #[serde(default)]
    sink: Vec<SinkToml>,
    /// Where the rows go that the source, a stage or a sink rejects.
    #[serde(default)]
    rejected: RejectedToml,
    /// What an interrupted run continues from.
    #[serde(default)]
    checkpoint: CheckpointToml,
    /// Tests of single stages, for `witdock-etl test`.
    #[serde(default)]
    test: Vec<TestToml>,
}

#[derive(Deserialize, Default, JsonSchema)]
#[serde(deny_unknown_fields)]
struct CheckpointToml {
    /// The checkpoint file. By default it is beside the pipeline file.
    #[schemars(with = "Option<PathText>")]
    path: Option<Spanned<PathText>>,
    /// The least time between two commits, in milliseconds. By default 1000.
    every_ms: Option<u64>,
}

/// The JSON Schema of pipeline files, from which editors know their keys.
pub fn schema() -> serde_json::Value {
    let mut schema = schemars::schema_for!(PipelineToml);
    schema.insert("title".to_owned(), "A pipeline of witdock-etl".into());
    schema.to_value()
}

/// The folder of an object's rows until they are uploaded: beside the checkpoint, which says what is committed of them.
fn staging(checkpoint: &Path, index: usize, url: &ObjectUrl) -> PathBuf {
    let name = checkpoint.file_name().unwrap_or_default().to_string_lossy();
    let digest = Sha256::digest(url.to_string());
    let digest: String = digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    checkpoint.with_file_name(format!(".{name}.uploads")).join(format!("{index}-{digest}"))
}

impl Pipeline {
    /// Reads and checks a pipeline file. Files and plugins that it names must exist; none is opened.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, is not TOML, or does not describe a pipeline.
    pub fn open(path: &Path) -> Result<Self, PipelineError> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| PipelineError::Read { path: path.display().to_string(), error })?;
        Self::parse(path, text)
    }

    pub(super) fn parse(path: &Path, text: String) -> Result<Self, PipelineError> {
        let text = PipelineText::new(path, text);
        let file: PipelineToml = toml::from_str(text.text()).map_err(|error| text.toml_error(&error))?;
        let base = path.parent().unwrap_or(Path::new(""));
        let parser = Parser { text: &text, base };

        let source = parser.source(file.source)?;
        let lookups = parser.lookups(file.lookup)?;
        let mut targets = Targets::new(&parser, &source, path);
        let stages = parser.stages(file.stage, &mut targets)?;
        if file.sink.is_empty() {
            let end = text.text().len();
            return Err(text.error(
                end..end,
                "the pipeline has no sink",
                "rows need somewhere to go",
                "add for example:\n\n[[sink]]\nformat = \"parquet\"\npath = \"out/rows.parquet\"".to_owned(),
            ));
        }
        let modes = parser.check_modes(&file.sink);
        let mut sinks: Vec<_> = file
            .sink
            .into_iter()
            .map(|sink| parser.sink(sink, &mut targets))
            .collect::<Result<_, PipelineError>>()?;
        modes?;
        let rejected =
            parser.rejected(file.rejected, &path.with_extension("rejected.jsonl"), &mut targets)?;
        let checkpoint = CheckpointConfig {
            path: match &file.checkpoint.path {
                Some(path) => targets.take_file(path)?,
                None => targets.take_default(&path.with_extension("checkpoint.json"), "[checkpoint]")?,
            },
            every: Duration::from_millis(file.checkpoint.every_ms.unwrap_or(1000)),
        };
        for (index, sink) in sinks.iter_mut().enumerate() {
            if let SinkKind::Object(object) = &mut sink.kind {
                object.staging = staging(&checkpoint.path, index, &object.url);
            }
        }
        let tests = parser.tests(file.test, &stages)?;
        Ok(Self {
            path: path.to_owned(),
            fingerprint: Fingerprint::of(&text.text().parse().map_err(|error| text.toml_error(&error))?),
            source,
            lookups,
            stages,
            sinks,
            rejected,
            checkpoint,
            tests,
            builds: Builds::default(),
            trust: Trust::default(),
        })
    }
}
