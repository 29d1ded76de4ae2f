//! From the text of a pipeline file to a [`Pipeline`]: one file for each kind of table, with the table as it is written and
//! the checks that need its place in the text.

mod lookup;
mod parser;
mod plugin;
mod sink;
mod source;
mod stage;
mod targets;
mod text;

use std::path::Path;
use std::time::Duration;

use serde::Deserialize;
use toml::Spanned;

use self::lookup::LookupToml;
use self::parser::Parser;
use self::sink::{RejectedToml, SinkToml};
use self::source::SourceToml;
use self::stage::{StageToml, TestToml};
use self::targets::Targets;
use self::text::PathText;
use super::diagnostics::PipelineText;
use super::fingerprint::Fingerprint;
use super::{CheckpointConfig, Pipeline, PipelineError};

/// A pipeline file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PipelineToml {
    source: SourceToml,
    #[serde(default)]
    lookup: Vec<LookupToml>,
    #[serde(default)]
    stage: Vec<StageToml>,
    #[serde(default)]
    sink: Vec<SinkToml>,
    #[serde(default)]
    rejected: RejectedToml,
    #[serde(default)]
    checkpoint: CheckpointToml,
    #[serde(default)]
    test: Vec<TestToml>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct CheckpointToml {
    path: Option<Spanned<PathText>>,
    every_ms: Option<u64>,
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
        let sinks = file
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
        })
    }
}
