//! The pipeline file: where rows come from, what they pass through, where they go.
//!
//! Unknown keys are refused, and every message shows the place in the file. Paths in a pipeline are relative to the
//! file itself; after [`Pipeline::open`] they are resolved.

mod check;
mod file;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use miette::{Diagnostic, NamedSource, SourceSpan};
use serde::Deserialize;
use thiserror::Error;
use witdock::{Limits, Policy};

use self::check::{Check, Targets};
use self::file::PipelineFile;
use crate::diagnostics::PipelineText;

/// Why a pipeline file cannot be run.
#[derive(Debug, Error, Diagnostic)]
#[non_exhaustive]
pub enum PipelineError {
    /// The file cannot be read.
    #[error("cannot read the pipeline file {path}: {error}")]
    #[diagnostic(help("give the path of a pipeline file, for example `witdock-etl run flights.toml`"))]
    Read {
        /// The file.
        path: String,
        /// What the system said.
        error: io::Error,
    },
    /// The file says something that a pipeline cannot have.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Invalid(Box<Invalid>),
}

/// Something that a pipeline cannot have, and where it stands.
#[derive(Debug, Error, Diagnostic)]
#[error("{message}")]
pub struct Invalid {
    /// What is wrong.
    pub message: String,
    /// The whole file.
    #[source_code]
    pub source_code: NamedSource<String>,
    /// The place.
    #[label("{label}")]
    pub span: SourceSpan,
    /// What is said at the place.
    pub label: String,
    /// What to do.
    #[help]
    pub help: Option<String>,
}

/// A pipeline: one source, any number of stages, one sink or more.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Pipeline {
    /// The file that it was read from.
    pub path: PathBuf,
    /// Where rows come from.
    pub source: CsvSource,
    /// Tables that stages may look up in.
    pub lookups: Vec<Lookup>,
    /// What rows pass through, in order.
    pub stages: Vec<Stage>,
    /// Where rows go: each gets every row.
    pub sinks: Vec<Sink>,
    /// Where rows go that a stage, or the source, rejected.
    pub rejected: Rejected,
}

/// Rows from a CSV file. Every column is text; giving it a type is a plugin's job.
#[derive(Debug, Clone)]
pub struct CsvSource {
    /// The file.
    pub path: PathBuf,
    /// Between fields.
    pub delimiter: u8,
    /// Whether the first record names the columns. Without it they are `column_1`, `column_2` and so on.
    pub header: bool,
    /// Field texts that mean that there is no value.
    pub null_values: Vec<String>,
    /// What to do with a record of too few or too many fields.
    pub on_ragged: OnRagged,
    /// Rows in one batch.
    pub batch_rows: usize,
}

/// What to do with a record of too few or too many fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnRagged {
    /// End the run with an error.
    Error,
    /// Put the record among the rejected rows and go on.
    Reject,
}

/// A table that stages may look up in.
#[derive(Debug, Clone)]
pub struct Lookup {
    /// What plugins open it by.
    pub name: String,
    /// A CSV file with a header.
    pub path: PathBuf,
    /// The columns that make up its key.
    pub key: Vec<String>,
    /// Types of columns whose type should not be taken from their values: `zip = "utf8"`.
    pub types: BTreeMap<String, LookupType>,
}

/// A type that a lookup table's column may be said to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "these are the data types of wit/etl/types.wit")]
pub enum LookupType {
    Boolean,
    Int32,
    Int64,
    Float64,
    Date32,
    TimestampUs,
    Utf8,
}

/// A plugin in its place.
#[derive(Debug, Clone)]
pub struct Stage {
    /// What messages, metrics and rejected rows call it.
    pub name: String,
    /// The plugin: a folder that is built on demand, or a component file.
    pub plugin: PathBuf,
    /// The plugin's settings, as JSON text.
    pub settings: String,
    /// What the plugin may touch.
    pub grants: Policy,
    /// What the plugin may consume.
    pub limits: StageLimits,
    /// Files for the rows that the plugin sends out of the main stream, by the output's name.
    pub outputs: BTreeMap<String, PathBuf>,
}

/// What a stage's plugin may consume. What is not given has the dock's default.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StageLimits {
    /// Memory of one instance, in MiB.
    pub memory_mb: Option<u32>,
    /// Time for one call, in milliseconds.
    pub deadline_ms: Option<u64>,
    /// Instructions for one call.
    pub fuel: Option<u64>,
    /// Handles to host resources that are open at once.
    pub handles: Option<usize>,
    /// What one call to the host may carry, in MiB.
    pub host_call_mb: Option<u32>,
    /// Log lines that are kept in a second.
    pub log_lines_per_second: Option<u32>,
}

impl StageLimits {
    /// The dock's limits with these in their place.
    pub fn limits(&self) -> Limits {
        let default = Limits::default();
        Limits {
            memory_bytes: self.memory_mb.map_or(default.memory_bytes, mebibytes),
            call_deadline: self.deadline_ms.map_or(default.call_deadline, Duration::from_millis),
            fuel: self.fuel,
            handles: self.handles.unwrap_or(default.handles),
            host_call_bytes: self.host_call_mb.map_or(default.host_call_bytes, mebibytes),
            log_lines_per_second: self.log_lines_per_second.unwrap_or(default.log_lines_per_second),
            ..default
        }
    }
}

fn mebibytes(count: u32) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX).saturating_mul(1 << 20)
}

/// A file that the pipeline's rows are written to.
#[derive(Debug, Clone)]
pub struct Sink {
    /// How.
    pub format: SinkFormat,
    /// Where.
    pub path: PathBuf,
}

/// How a sink writes rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SinkFormat {
    /// Comma-separated values with a header.
    Csv,
    /// JSON Lines: one object a row.
    Jsonl,
    /// Apache Parquet, compressed with Snappy.
    Parquet,
}

/// Where rejected rows go, and how many are bearable.
#[derive(Debug, Clone)]
pub struct Rejected {
    /// A JSON Lines file.
    pub path: PathBuf,
    /// More rejected rows than this end the run.
    pub max_rows: Option<u64>,
}

impl Pipeline {
    /// Reads and checks a pipeline file. Nothing that it names is opened but to see that it is there.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, is not TOML, or does not describe a pipeline.
    pub fn open(path: &Path) -> Result<Self, PipelineError> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| PipelineError::Read { path: path.display().to_string(), error })?;
        Self::parse(path, text)
    }

    fn parse(path: &Path, text: String) -> Result<Self, PipelineError> {
        let text = PipelineText::new(path, text);
        let file: PipelineFile = toml::from_str(text.text()).map_err(|error| text.toml_error(&error))?;
        let base = path.parent().unwrap_or(Path::new(""));
        let check = Check { text: &text, base };

        let source = check.source(file.source)?;
        let lookups = check.lookups(file.lookup)?;
        let mut targets = Targets::new(&check, source.path.clone());
        let stages = check.stages(file.stage, &mut targets)?;
        if file.sink.is_empty() {
            let end = text.text().len();
            return Err(text.error(
                end..end,
                "the pipeline has no sink",
                "rows need somewhere to go",
                "add for example:\n\n[[sink]]\nformat = \"parquet\"\npath = \"out/rows.parquet\"".to_owned(),
            ));
        }
        let sinks = file
            .sink
            .into_iter()
            .map(|sink| Ok(Sink { format: sink.format, path: targets.take(&sink.path)? }))
            .collect::<Result<_, PipelineError>>()?;
        let rejected = Rejected {
            path: match &file.rejected.path {
                Some(path) => targets.take(path)?,
                None => path.with_extension("rejected.jsonl"),
            },
            max_rows: file.rejected.max_rows,
        };
        Ok(Self { path: path.to_owned(), source, lookups, stages, sinks, rejected })
    }
}

#[cfg(test)]
mod tests;
