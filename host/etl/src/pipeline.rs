//! The pipeline file: where rows come from, what they pass through, where they go.
//!
//! Unknown keys are refused, and every message shows the place in the file. Paths in a pipeline are relative to the
//! file itself; after [`Pipeline::open`] they are resolved.

mod check;
mod file;
mod text;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use arrow_schema::DataType;
use miette::{Diagnostic, NamedSource, SourceSpan};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use thiserror::Error;
use toml::Spanned;
use witdock::{Limits, Policy};

pub(crate) use self::check::is_pattern;
use self::check::{Check, Targets};
use self::file::PipelineFile;
use self::text::PathText;
use crate::columns::timestamp_us;
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
    /// The SHA-256 of the file, in hexadecimal digits: a run that was cut goes on with the same one only.
    pub sha256: String,
    /// Where rows come from.
    pub source: Source,
    /// Tables that stages may look up in.
    pub lookups: Vec<Lookup>,
    /// What rows pass through, in order.
    pub stages: Vec<Stage>,
    /// Where rows go: each gets every row.
    pub sinks: Vec<Sink>,
    /// Where rows go that a stage, or the source, rejected.
    pub rejected: Rejected,
    /// How a run that was cut goes on.
    pub checkpoint: Checkpoint,
    /// Stages with files of rows and what is to come of them.
    pub tests: Vec<Test>,
}

/// A stage, a file of rows, and what is to come of them.
#[derive(Debug, Clone)]
pub struct Test {
    /// The stage.
    pub stage: String,
    /// Rows: CSV, TSV, JSON Lines or Parquet, as the file's name says.
    pub input: FileSource,
    /// What is to come of them, as JSON Lines: the rows that come out, then `{"rejected": …}` for each that does not.
    pub expected: PathBuf,
}

/// Where rows come from.
#[derive(Debug, Clone)]
pub struct Source {
    /// What they are read from.
    pub kind: SourceKind,
    /// Rows in one batch.
    pub batch_rows: usize,
}

impl Source {
    /// Whether it is standard input, which can be read once.
    pub fn is_stdin(&self) -> bool {
        matches!(&self.kind, SourceKind::Files(files) if files.paths.iter().any(|path| path == "-"))
    }

    /// What messages call it.
    pub fn name(&self) -> String {
        match &self.kind {
            SourceKind::Files(_) if self.is_stdin() => "standard input".to_owned(),
            SourceKind::Files(files) => files.paths.join(", "),
            SourceKind::Query(query) => query.database.name(),
            SourceKind::Plugin(plugin) => plugin.plugin.path.display().to_string(),
        }
    }
}

/// What rows are read from.
#[derive(Debug, Clone)]
pub enum SourceKind {
    /// Files of one format.
    Files(FileSource),
    /// A query to a database.
    Query(QuerySource),
    /// A plugin of the world `source`.
    Plugin(PluginSource),
}

/// A plugin that rows come from.
#[derive(Debug, Clone)]
pub struct PluginSource {
    /// Which.
    pub plugin: PluginConfig,
    /// What to do with a record that is no row.
    pub on_bad: OnBad,
    /// Whether to ask again for more when there is no unit left.
    pub watch: bool,
}

/// A plugin, and what it is given.
#[derive(Debug, Clone)]
pub struct PluginConfig {
    /// A folder that is built on demand, or a component file.
    pub path: PathBuf,
    /// Its settings, as JSON text.
    pub settings: String,
    /// What it may touch.
    pub grants: Policy,
    /// What it may consume.
    pub limits: PluginLimits,
}

/// Files of one format. Each is a unit of work.
#[derive(Debug, Clone)]
pub struct FileSource {
    /// Paths of files and folders, patterns, or `-` for standard input.
    pub paths: Vec<String>,
    /// What is in them.
    pub format: FileFormat,
    /// What to do with a file whose columns are not those of the first.
    pub on_drift: OnDrift,
    /// Whether to wait for more files in the folders.
    pub watch: bool,
    /// How long a file must not change before it is taken for complete, when folders are watched.
    pub settle: Duration,
}

/// What is in a file.
#[derive(Debug, Clone)]
pub enum FileFormat {
    /// Comma-separated values, or with another delimiter.
    Csv(CsvFormat),
    /// JSON Lines: one object a row.
    Jsonl(JsonlFormat),
    /// Apache Parquet.
    Parquet,
}

/// Comma-separated values. Every column is text; giving it a type is a plugin's job.
#[derive(Debug, Clone)]
pub struct CsvFormat {
    /// Between fields.
    pub delimiter: u8,
    /// Whether the first record names the columns. Without it they are `column_1`, `column_2` and so on.
    pub header: bool,
    /// Field texts that mean that there is no value.
    pub null_values: Vec<String>,
    /// What to do with a record of too few or too many fields, or one that is not UTF-8.
    pub on_bad: OnBad,
}

impl Default for CsvFormat {
    fn default() -> Self {
        Self { delimiter: b',', header: true, null_values: vec![String::new()], on_bad: OnBad::Error }
    }
}

/// JSON Lines. Columns have the types that the first lines suggest, where none is given.
#[derive(Debug, Clone)]
pub struct JsonlFormat {
    /// Types of columns that should not be taken from their values.
    pub columns: BTreeMap<String, ColumnType>,
    /// Lines that are looked at for the columns and their types.
    pub infer_rows: usize,
    /// What to do with a line that is no such object.
    pub on_bad: OnBad,
}

/// A query to a database.
#[derive(Debug, Clone)]
pub struct QuerySource {
    /// Which.
    pub database: Database,
    /// What is asked.
    pub query: String,
    /// A column of the result that rises and differs from row to row: with it, each range of `unit_rows` rows is a unit of work.
    pub key: Option<String>,
    /// Rows in a unit of work.
    pub unit_rows: u64,
}

/// A database.
#[derive(Debug, Clone)]
pub enum Database {
    /// A file.
    Sqlite(PathBuf),
    /// A server: `postgres://user:password@host:port/database`, or `host=… user=…`.
    Postgres(String),
}

impl Database {
    /// What messages call it: never with a password.
    pub fn name(&self) -> String {
        match self {
            Self::Sqlite(path) => path.display().to_string(),
            Self::Postgres(url) => crate::postgres::shown(url),
        }
    }
}

/// What to do with a record that is no row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnBad {
    /// End the run with an error.
    Error,
    /// Put the record among the rejected rows and go on.
    Reject,
}

/// What to do with rows whose columns are not the expected ones: a file's, which should be those of the first one, or a
/// stage's, which should be those of its contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnDrift {
    /// End the run with an error.
    Fail,
    /// Put the rows among the rejected ones and go on: a file's all, a stage's that do not fit.
    Quarantine,
    /// Take the columns that come; where one is missing, rows are null there.
    Evolve,
}

/// A table that stages may look up in.
#[derive(Debug, Clone)]
pub struct Lookup {
    /// What plugins open it by.
    pub name: String,
    /// Where its rows come from.
    pub source: Source,
    /// The columns that make up its key.
    pub key: Vec<String>,
    /// Types of columns whose type should not be taken from their values: `zip = "utf8"`.
    pub types: BTreeMap<String, ColumnType>,
}

/// A type that a column may be said to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "these are the data types of wit/etl/types.wit")]
pub enum ColumnType {
    Boolean,
    Int32,
    Int64,
    Float64,
    Date32,
    TimestampUs,
    Utf8,
}

impl ColumnType {
    /// The type as Arrow has it.
    pub fn data_type(self) -> DataType {
        match self {
            Self::Boolean => DataType::Boolean,
            Self::Int32 => DataType::Int32,
            Self::Int64 => DataType::Int64,
            Self::Float64 => DataType::Float64,
            Self::Date32 => DataType::Date32,
            Self::TimestampUs => timestamp_us(),
            Self::Utf8 => DataType::Utf8,
        }
    }
}

/// A plugin in its place.
#[derive(Debug, Clone)]
pub struct Stage {
    /// What messages, metrics and rejected rows call it.
    pub name: String,
    /// Which.
    pub plugin: PluginConfig,
    /// What rows have to be like before they go to the plugin.
    pub input: Option<InputContract>,
    /// Files for the rows that the plugin sends out of the main stream, by the output's name.
    pub outputs: BTreeMap<String, PathBuf>,
    /// Instances that work side by side. More than one only without state.
    pub instances: u32,
    /// Whether batches leave several instances as they came.
    pub order: Order,
    /// Rows that may bring the plugin down before the run is given up; each one is rejected.
    pub max_failures: u64,
}

/// Whether batches leave several instances as they came.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Order {
    /// As they came.
    #[default]
    Kept,
    /// As they are done.
    Any,
}

/// The columns that a stage expects.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InputContract {
    /// What to do with rows of other columns, or other values.
    pub on_drift: OnDrift,
    /// The columns with their types.
    pub columns: BTreeMap<String, ColumnType>,
    /// Those of them that are never null.
    #[serde(default)]
    pub required: Vec<String>,
}

/// What a plugin may consume. What is not given has the dock's default.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PluginLimits {
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

impl PluginLimits {
    /// The limits of a source's or a sink's plugin: its calls wait for disks and networks.
    pub fn limits_at_an_end(&self) -> Limits {
        let deadline_ms = self.deadline_ms.or(Some(60_000));
        Self { deadline_ms, ..self.clone() }.limits()
    }

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

/// Where the pipeline's rows are written to.
#[derive(Debug, Clone)]
pub struct Sink {
    /// What.
    pub kind: SinkKind,
    /// What becomes of what is there already.
    pub mode: SinkMode,
}

/// What rows are written to.
#[derive(Debug, Clone)]
pub enum SinkKind {
    /// Standard output, as rows come.
    Stdout(TextFormat),
    /// One file, which is there when the run has ended.
    File(SinkFile),
    /// A folder, which gets a file at each commit.
    Folder(SinkFile),
    /// A table.
    Table(SinkTable),
    /// A plugin of the world `sink`.
    Plugin(PluginSink),
}

/// A plugin that rows go to.
#[derive(Debug, Clone)]
pub struct PluginSink {
    /// Which.
    pub plugin: PluginConfig,
    /// The columns that tell rows apart, for an upsert.
    pub key: Vec<String>,
}

/// Files that a sink writes.
#[derive(Debug, Clone)]
pub struct SinkFile {
    /// Where.
    pub path: PathBuf,
    /// How.
    pub format: FileSinkFormat,
}

/// A table that a sink fills.
#[derive(Debug, Clone)]
pub struct SinkTable {
    /// Where.
    pub database: Database,
    /// Its name, with the schema's if there is one: `public.flights`.
    pub table: String,
    /// The columns that tell rows apart, for an upsert.
    pub key: Vec<String>,
}

/// What becomes of what a sink's target holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SinkMode {
    /// The run's rows take its place.
    Replace,
    /// The run's rows are added. The next run reads only what is new in the source.
    Append,
    /// The run's rows are added, and take the place of those with the same key. The next run reads only what is new.
    Upsert,
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
    /// A table in an SQLite file.
    Sqlite,
    /// A table in PostgreSQL.
    Postgres,
    /// Whatever a plugin makes of them.
    Plugin,
}

impl SinkFormat {
    /// As it stands in a pipeline.
    pub fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Jsonl => "jsonl",
            Self::Parquet => "parquet",
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
            Self::Plugin => "plugin",
        }
    }
}

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileSinkFormat {
    /// As text, line by line.
    Text(TextFormat, Compression),
    /// As Apache Parquet.
    Parquet,
}

/// Text, line by line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextFormat {
    /// Comma-separated values with a header.
    Csv,
    /// JSON Lines: one object a row.
    Jsonl,
}

/// How text is compressed: as the file's name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compression {
    /// Not.
    None,
    /// `.gz`.
    Gzip,
    /// `.zst`.
    Zstd,
}

impl Compression {
    /// What the name of a file says.
    pub fn of(path: &Path) -> Self {
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("gz") => Self::Gzip,
            Some("zst") => Self::Zstd,
            _ => Self::None,
        }
    }
}

impl Sink {
    /// As it stands in a pipeline.
    pub fn format(&self) -> SinkFormat {
        match &self.kind {
            SinkKind::Stdout(TextFormat::Csv) => SinkFormat::Csv,
            SinkKind::Stdout(TextFormat::Jsonl) => SinkFormat::Jsonl,
            SinkKind::File(file) | SinkKind::Folder(file) => match file.format {
                FileSinkFormat::Text(TextFormat::Csv, _) => SinkFormat::Csv,
                FileSinkFormat::Text(TextFormat::Jsonl, _) => SinkFormat::Jsonl,
                FileSinkFormat::Parquet => SinkFormat::Parquet,
            },
            SinkKind::Table(SinkTable { database: Database::Sqlite(_), .. }) => SinkFormat::Sqlite,
            SinkKind::Table(_) => SinkFormat::Postgres,
            SinkKind::Plugin(_) => SinkFormat::Plugin,
        }
    }

    /// What messages call it.
    pub fn name(&self) -> String {
        match &self.kind {
            SinkKind::Stdout(_) => "standard output".to_owned(),
            SinkKind::File(file) | SinkKind::Folder(file) => file.path.display().to_string(),
            SinkKind::Table(table) => format!("{} in {}", table.table, table.database.name()),
            SinkKind::Plugin(plugin) => plugin.plugin.path.display().to_string(),
        }
    }
}

/// Where rejected rows go, and how many are bearable.
#[derive(Debug, Clone)]
pub struct Rejected {
    /// A JSON Lines file.
    pub path: PathBuf,
    /// More rejected rows than this end the run.
    pub max_rows: Option<u64>,
    /// More rejected rows than this, in percent of those read, end the run.
    pub max_percent: Option<f64>,
}

/// How a run that was cut goes on.
#[derive(Debug, Clone)]
pub struct Checkpoint {
    /// What is done so far.
    pub path: PathBuf,
    /// At least this long between two commits, but for the last.
    pub every: Duration,
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

    /// The same source and stages with other ends: what comes out goes into a folder, as `out.jsonl` and `rejected.jsonl`.
    pub fn into_folder(&self, folder: &Path) -> Self {
        let format = FileSinkFormat::Text(TextFormat::Jsonl, Compression::None);
        let kind = SinkKind::File(SinkFile { path: folder.join("out.jsonl"), format });
        let mut stages = self.stages.clone();
        for (index, stage) in stages.iter_mut().enumerate() {
            for (output, path) in &mut stage.outputs {
                *path = folder.join(format!("{index}.{output}.jsonl"));
            }
        }
        Self {
            path: folder.join("pipeline.toml"),
            stages,
            checkpoint: Checkpoint { path: folder.join("checkpoint.json"), ..self.checkpoint },
            sinks: vec![Sink { kind, mode: SinkMode::Replace }],
            rejected: Rejected { path: folder.join("rejected.jsonl"), max_rows: None, max_percent: None },
            ..self.clone()
        }
    }

    /// All plugins: the source's, the stages', the sinks'.
    pub fn plugins(&self) -> impl Iterator<Item = &PluginConfig> {
        let source = match &self.source.kind {
            SourceKind::Plugin(source) => Some(&source.plugin),
            _ => None,
        };
        let sinks = self.sinks.iter().filter_map(|sink| match &sink.kind {
            SinkKind::Plugin(sink) => Some(&sink.plugin),
            _ => None,
        });
        source.into_iter().chain(self.stages.iter().map(|stage| &stage.plugin)).chain(sinks)
    }

    /// Whether rows go to standard output, where nothing else belongs then.
    pub fn uses_stdout(&self) -> bool {
        self.sinks.iter().any(|sink| matches!(sink.kind, SinkKind::Stdout(_)))
    }

    /// Whether all sinks take the place of what was there: then a new run starts over.
    pub fn replaces(&self) -> bool {
        self.sinks.iter().all(|sink| sink.mode == SinkMode::Replace)
    }

    fn parse(path: &Path, text: String) -> Result<Self, PipelineError> {
        let text = PipelineText::new(path, text);
        let file: PipelineFile = toml::from_str(text.text()).map_err(|error| text.toml_error(&error))?;
        let base = path.parent().unwrap_or(Path::new(""));
        let check = Check { text: &text, base };

        let source = check.source(file.source)?;
        let lookups = check.lookups(file.lookup)?;
        let mut targets = Targets::new(&check, &source);
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
            .map(|sink| check.sink(sink, &mut targets))
            .collect::<Result<_, PipelineError>>()?;
        let beside =
            |given: &Option<Spanned<PathText>>, extension: &str, targets: &mut Targets<'_>| match given {
                Some(path) => targets.take(path),
                None => Ok(path.with_extension(extension)),
            };
        let rejected = Rejected {
            path: beside(&file.rejected.path, "rejected.jsonl", &mut targets)?,
            max_rows: file.rejected.max_rows,
            max_percent: file.rejected.max_percent.map(|percent| check.percent(&percent)).transpose()?,
        };
        let checkpoint = Checkpoint {
            path: beside(&file.checkpoint.path, "checkpoint.json", &mut targets)?,
            every: Duration::from_millis(file.checkpoint.every_ms.unwrap_or(1000)),
        };
        let tests = check.tests(file.test, &stages)?;
        let sha256 = format!("{:x}", Sha256::digest(text.text()));
        Ok(Self {
            path: path.to_owned(),
            sha256,
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

#[cfg(test)]
mod tests;
