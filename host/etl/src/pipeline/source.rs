use std::fmt;
use std::path::Path;
use std::time::Duration;

use encoding_rs::Encoding;
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use super::column_type::ColumnType;
use super::database::Database;
use super::plugin::PluginConfig;
use crate::input::{STDIN, is_stream};
use crate::store::{ObjectUrl, StoreOptions};

/// Where rows come from.
#[derive(Debug, Clone)]
pub struct SourceConfig {
    /// What rows are read from.
    pub kind: SourceKind,
    /// Rows in one batch.
    pub batch_rows: usize,
}

impl SourceConfig {
    /// Whether the source is standard input, a pipe or a device, which can be read only once.
    pub fn is_stream(&self) -> bool {
        matches!(&self.kind, SourceKind::Files(files) if files.paths.iter().any(SourcePath::is_stream))
    }

    /// Whether the source has no end: it is watched for more.
    pub fn is_watched(&self) -> bool {
        match &self.kind {
            SourceKind::Files(files) => files.watch,
            SourceKind::Plugin(plugin) => plugin.watch,
            SourceKind::Query(_) => false,
        }
    }

    /// The name for messages.
    pub fn name(&self) -> String {
        match &self.kind {
            SourceKind::Files(files) => files.names(),
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

/// A source that is a plugin.
#[derive(Debug, Clone)]
pub struct PluginSource {
    /// The plugin, with its settings, grants and limits.
    pub plugin: PluginConfig,
    /// What to do with a record that is no row.
    pub on_bad: OnBad,
    /// Whether to keep asking the plugin for units when it has none left.
    pub watch: bool,
}

/// Files of one format. Each file is a unit of work.
#[derive(Debug, Clone)]
pub struct FileSource {
    /// Where the files are.
    pub paths: Vec<SourcePath>,
    /// The store of those that are urls.
    pub store: StoreOptions,
    /// The format of all files.
    pub format: FileFormat,
    /// Columns that are in the names of folders, with their types. Folders are then read with the folders in them.
    pub partitions: IndexMap<String, ColumnType>,
    /// What to do with a file whose columns differ from those of the first file.
    pub on_drift: OnDrift,
    /// Whether to wait for more files in the folders.
    pub watch: bool,
    /// How long a file in a watched folder must stay unchanged before it counts as complete.
    pub settle: Duration,
}

impl FileSource {
    /// The paths, for messages.
    pub fn names(&self) -> String {
        self.paths.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    }
}

/// What stands for one file or several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SourcePath {
    /// The path of a file or a folder, a pattern, or `-` for standard input.
    Local(String),
    /// The url of an object or a prefix, or a pattern with its bucket.
    Url(ObjectUrl),
}

impl SourcePath {
    fn is_stream(&self) -> bool {
        matches!(self, Self::Local(path) if is_stream(Path::new(path)))
    }
}

impl fmt::Display for SourcePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Local(path) if path == STDIN => f.write_str("standard input"),
            Self::Local(path) => f.write_str(path),
            Self::Url(url) => url.fmt(f),
        }
    }
}

/// The format of a file.
#[derive(Debug, Clone)]
pub enum FileFormat {
    /// Comma-separated values, or values with another delimiter.
    Csv(CsvFormat),
    /// JSON: objects on lines of their own, or in a list.
    Jsonl(JsonlFormat),
    /// Apache Parquet, with what to do with a row that has a time with nanoseconds in the old format INT96.
    Parquet(OnBad),
}

/// Comma-separated values. A column that `columns` does not name is text: a plugin turns it into other types.
#[derive(Debug, Clone)]
pub struct CsvFormat {
    /// The byte between fields.
    pub delimiter: u8,
    /// The byte around fields that hold other ones of these bytes. Without one, quotes are text.
    pub quote: Option<u8>,
    /// The byte that takes away the meaning of the one after it. A doubled quote is a quote in any case.
    pub escape: Option<u8>,
    /// The first byte of lines to skip.
    pub comment: Option<u8>,
    /// Lines to skip at the beginning of the file.
    pub skip_lines: u64,
    /// Whether the first record names the columns. Without it they are `column_1`, `column_2` and so on.
    pub header: bool,
    /// The names of all columns, in place of those in the file.
    pub names: Option<Vec<String>>,
    /// Types of columns.
    pub columns: IndexMap<String, ColumnType>,
    /// The encoding, if it is not UTF-8.
    pub encoding: Option<&'static Encoding>,
    /// Field texts that are read as null.
    pub null_values: Vec<String>,
    /// What to do with a record that has too few or too many fields, or a value that is none of its column.
    pub on_bad: OnBad,
}

impl Default for CsvFormat {
    fn default() -> Self {
        Self {
            delimiter: b',',
            quote: Some(b'"'),
            escape: None,
            comment: None,
            skip_lines: 0,
            header: true,
            names: None,
            columns: IndexMap::new(),
            encoding: None,
            null_values: vec![String::new()],
            on_bad: OnBad::Error,
        }
    }
}

/// JSON. The first objects set the type of each column that `columns` does not name.
#[derive(Debug, Clone)]
pub struct JsonlFormat {
    /// Where the objects are.
    pub layout: JsonLayout,
    /// Types of columns that must not be inferred.
    pub columns: IndexMap<String, ColumnType>,
    /// How many lines the types are inferred from.
    pub infer_rows: usize,
    /// The encoding, if it is not UTF-8.
    pub encoding: Option<&'static Encoding>,
    /// What to do with a line that is not a JSON object, or does not fit the columns.
    pub on_bad: OnBad,
}

/// Where the objects of a JSON file are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JsonLayout {
    /// JSON Lines: one object on each line.
    Lines,
    /// The items of a list, or objects one after the other, over any number of lines.
    Values,
}

/// A query to a database.
#[derive(Debug, Clone)]
pub struct QuerySource {
    /// The database that runs the query.
    pub database: Database,
    /// The SQL text, without a semicolon at its end.
    pub query: String,
    /// A column of the result that is never null. With it, each range of about `unit_rows` rows is a unit of work: rows with the same
    /// key are in the same one.
    pub key: Option<String>,
    /// Rows in a unit of work.
    pub unit_rows: u64,
}

/// What to do with a record that is no row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OnBad {
    /// End the run with an error.
    Error,
    /// Add the record to the rejected rows and continue.
    Reject,
}

/// What to do with rows whose columns are not the expected ones. A source expects those of its first file; a stage, those of
/// its `input`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OnDrift {
    /// End the run with an error.
    Fail,
    /// Reject the rows and continue: all rows of such a file, or those rows of a stage that do not fit.
    Quarantine,
    /// Accept the columns as they are. A missing column is null.
    Evolve,
}

/// Whether a path is a pattern that can match several files.
pub(crate) fn is_pattern(path: &str) -> bool {
    path.contains(['*', '?', '['])
}
