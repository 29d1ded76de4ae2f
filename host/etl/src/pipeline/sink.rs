use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::database::Database;
use super::plugin::PluginConfig;
use crate::store::{ObjectUrl, StoreOptions};

/// Where rows are written to.
#[derive(Debug, Clone)]
pub struct SinkConfig {
    /// The target and its format.
    pub kind: SinkKind,
    /// What happens to the rows that the target already has.
    pub mode: SinkMode,
}

impl SinkConfig {
    /// The format, as a pipeline file names it.
    pub fn format(&self) -> SinkFormat {
        match &self.kind {
            SinkKind::Stdout(TextFormat::Csv) => SinkFormat::Csv,
            SinkKind::Stdout(TextFormat::Jsonl) => SinkFormat::Jsonl,
            SinkKind::File(file) | SinkKind::Folder(file) => file.format.of_sink(),
            SinkKind::Object(object) => object.format.of_sink(),
            SinkKind::Table(SinkTable { database: Database::Sqlite(_), .. }) => SinkFormat::Sqlite,
            SinkKind::Table(_) => SinkFormat::Postgres,
            SinkKind::Plugin(_) => SinkFormat::Plugin,
        }
    }

    /// The name for messages.
    pub fn name(&self) -> String {
        match &self.kind {
            SinkKind::Stdout(_) => "standard output".to_owned(),
            SinkKind::File(file) | SinkKind::Folder(file) => file.path.display().to_string(),
            SinkKind::Object(object) => object.url.to_string(),
            SinkKind::Table(table) => format!("{} in {}", table.table, table.database.name()),
            SinkKind::Plugin(plugin) => plugin.plugin.path.display().to_string(),
        }
    }
}

/// What rows are written to.
#[derive(Debug, Clone)]
pub enum SinkKind {
    /// Standard output, batch by batch.
    Stdout(TextFormat),
    /// One file, which appears when the run has ended.
    File(SinkFile),
    /// A folder, which gets one file with each commit.
    Folder(SinkFile),
    /// An object, which appears when the run has ended, or a prefix, below which each commit adds one.
    Object(SinkObject),
    /// A table in a database.
    Table(SinkTable),
    /// A plugin of the world `sink`.
    Plugin(PluginSink),
}

/// A sink that is a plugin.
#[derive(Debug, Clone)]
pub struct PluginSink {
    /// The plugin, with its settings, grants and limits.
    pub plugin: PluginConfig,
    /// The columns that identify a row, for an upsert.
    pub key: Vec<String>,
}

/// A file, or the files of a folder.
#[derive(Debug, Clone)]
pub struct SinkFile {
    /// The file or the folder.
    pub path: PathBuf,
    /// The format of each file.
    pub format: FileSinkFormat,
}

/// An object of a store, or the objects below a prefix.
#[derive(Debug, Clone)]
pub struct SinkObject {
    /// The object, or the prefix.
    pub url: ObjectUrl,
    /// The store that has it.
    pub store: StoreOptions,
    /// The format of each object.
    pub format: FileSinkFormat,
    /// The folder of this machine that rows are in until they are published.
    pub staging: PathBuf,
}

/// A table in a database.
#[derive(Debug, Clone)]
pub struct SinkTable {
    /// The database that has the table.
    pub database: Database,
    /// The table's name, with its schema if there is one: `public.flights`.
    pub table: String,
    /// The columns that identify a row, for an upsert.
    pub key: Vec<String>,
    /// What happens if the rows have columns that the table does not have.
    pub on_new_columns: OnNewColumns,
}

/// What happens if rows have columns that their target does not have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OnNewColumns {
    /// The run ends before its first row.
    #[default]
    Refuse,
    /// The target gets them, with the first commit. Its earlier rows have null there.
    Add,
}

/// What happens to the rows that a target already has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SinkMode {
    /// They are replaced by the run's rows.
    Replace,
    /// They stay, and the run's rows are added. The next run reads only what is new in the source.
    Append,
    /// As `Append`, but a row with the key of an existing one replaces it.
    Upsert,
}

/// The format of a sink, as a pipeline file names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SinkFormat {
    /// Comma-separated values with a header.
    Csv,
    /// JSON Lines: one object on each line.
    Jsonl,
    /// Apache Parquet, compressed with Snappy.
    Parquet,
    /// A table in an SQLite file.
    Sqlite,
    /// A table in PostgreSQL.
    Postgres,
    /// A plugin decides.
    Plugin,
}

impl SinkFormat {
    /// The name in a pipeline file.
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

/// The format of a file that a sink writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileSinkFormat {
    /// Lines of text.
    Text(TextFormat, Compression),
    /// Apache Parquet.
    Parquet,
}

impl FileSinkFormat {
    /// The format of a sink that writes such files.
    pub fn of_sink(self) -> SinkFormat {
        match self {
            Self::Text(TextFormat::Csv, _) => SinkFormat::Csv,
            Self::Text(TextFormat::Jsonl, _) => SinkFormat::Jsonl,
            Self::Parquet => SinkFormat::Parquet,
        }
    }
}

/// A format of lines of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextFormat {
    /// Comma-separated values with a header.
    Csv,
    /// JSON Lines: one object on each line.
    Jsonl,
}

/// The compression of a text file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compression {
    /// Plain text.
    None,
    /// gzip, for files named `*.gz`.
    Gzip,
    /// Zstandard, for files named `*.zst`.
    Zstd,
}

impl Compression {
    /// The compression that the extension of a file's name stands for.
    pub fn of(path: &Path) -> Self {
        let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        match extension.to_ascii_lowercase().as_str() {
            "gz" => Self::Gzip,
            "zst" => Self::Zstd,
            _ => Self::None,
        }
    }
}

/// Where rejected rows go, and how many of them end the run.
#[derive(Debug, Clone)]
pub struct RejectedConfig {
    /// A JSON Lines file.
    pub path: PathBuf,
    /// More rejected rows than this end the run.
    pub max_rows: Option<u64>,
    /// A larger share of rejected rows than this, in percent of the rows read, ends the run.
    pub max_percent: Option<f64>,
}
