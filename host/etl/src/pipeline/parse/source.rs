//! `[source]`: the keys of all formats, and which format has which.

mod csv;
mod files;
mod query;

use std::collections::BTreeMap;
use std::ops::Range;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;
use witdock::Policy;

use super::parser::{Parser, given};
use super::store::StoreToml;
use super::text::{PathText, Text};
use crate::pipeline::{
    ColumnType, OnBad, OnDrift, PipelineError, PluginLimits, PluginSource, SourceConfig, SourceKind,
};

/// Rows in a batch, by default: the size at which batches pass through plugins fastest.
const BATCH_ROWS: usize = 8192;
/// Larger batches of wide rows do not fit into a plugin's memory.
const MAX_BATCH_ROWS: usize = 1 << 17;
/// Lines of JSON Lines that the columns are inferred from, by default.
pub(super) const INFER_ROWS: usize = 10_000;

/// The `[source]` table: the keys of all formats. `Parser::check_source_keys` knows which format has which.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SourceToml {
    /// The format of the files, the database, or `plugin`.
    format: SourceFormat,
    /// A file, a folder, a pattern such as `in/*.csv.gz`, a url such as `s3://bucket/in/`, `-` for standard input, or a list of these. For sqlite,
    /// the database.
    #[schemars(with = "Option<Paths>")]
    path: Option<Spanned<Paths>>,
    /// Where the object store of urls is.
    #[schemars(with = "Option<StoreToml>")]
    store: Option<Spanned<StoreToml>>,
    /// The character between CSV fields. By default a comma.
    #[schemars(with = "Option<String>")]
    delimiter: Option<Spanned<String>>,
    /// The character around CSV fields that contain others of these characters; empty for none. By default `"`.
    #[schemars(with = "Option<String>")]
    quote: Option<Spanned<String>>,
    /// The character that marks a quote inside of a quoted field. By default a quote is doubled.
    #[schemars(with = "Option<String>")]
    escape: Option<Spanned<String>>,
    /// Lines that begin with this character are skipped.
    #[schemars(with = "Option<String>")]
    comment: Option<Spanned<String>>,
    /// So many first lines are skipped.
    #[schemars(with = "Option<u64>")]
    skip_lines: Option<Spanned<u64>>,
    /// Whether the first line of a CSV file names the columns. By default it does.
    #[schemars(with = "Option<bool>")]
    header: Option<Spanned<bool>>,
    /// The names of all columns. `header` then says whether the file has a first line with other names.
    #[schemars(with = "Option<Vec<String>>")]
    names: Option<Spanned<Vec<String>>>,
    /// A name of the Encoding Standard, for example `windows-1252`.
    #[schemars(with = "Option<String>")]
    encoding: Option<Spanned<String>>,
    /// Fields with one of these texts are null. By default the empty field.
    #[schemars(with = "Option<Vec<String>>")]
    null_values: Option<Spanned<Vec<String>>>,
    /// The types of columns by their names.
    #[schemars(with = "Option<BTreeMap<String, ColumnType>>")]
    columns: Option<Spanned<IndexMap<String, ColumnType>>>,
    /// Columns in the names of folders such as `year=2013`, with their types.
    #[schemars(with = "Option<BTreeMap<String, ColumnType>>")]
    partitions: Option<Spanned<IndexMap<String, ColumnType>>>,
    /// The lines that the types of JSON columns are inferred from. By default 10000.
    #[schemars(with = "Option<usize>")]
    infer_rows: Option<Spanned<usize>>,
    /// What happens to a record that is no row. By default the run ends.
    #[schemars(with = "Option<OnBad>")]
    on_bad: Option<Spanned<OnBad>>,
    /// What happens to a file with other columns than the first one. By default the run ends.
    #[schemars(with = "Option<OnDrift>")]
    on_drift: Option<Spanned<OnDrift>>,
    /// Whether the run waits for more.
    #[schemars(with = "Option<bool>")]
    watch: Option<Spanned<bool>>,
    /// A watched file is read once it has not changed for so many milliseconds. By default 1000.
    #[schemars(with = "Option<u64>")]
    settle_ms: Option<Spanned<u64>>,
    /// The address of a PostgreSQL database.
    #[schemars(with = "Option<Text>")]
    url: Option<Spanned<Text>>,
    /// The query whose result is read.
    #[schemars(with = "Option<Text>")]
    query: Option<Spanned<Text>>,
    /// A column of the result with ascending values that are never null.
    #[schemars(with = "Option<String>")]
    key: Option<Spanned<String>>,
    /// The rows of a query in one unit of work. By default 100000.
    #[schemars(with = "Option<u64>")]
    unit_rows: Option<Spanned<u64>>,
    /// A plugin for the world `source`: a folder, which is built, or a component.
    #[schemars(with = "Option<PathText>")]
    plugin: Option<Spanned<PathText>>,
    /// The plugin's settings.
    #[schemars(with = "Option<serde_json::Map<String, serde_json::Value>>")]
    settings: Option<Spanned<toml::Table>>,
    /// What the plugin may touch: `imports`, `folders`, `env`, `network`, `clocks`, `random`, `stdio`.
    #[schemars(with = "Option<serde_json::Map<String, serde_json::Value>>")]
    grants: Option<Spanned<Policy>>,
    /// What the plugin may consume.
    #[schemars(with = "Option<PluginLimits>")]
    limits: Option<Spanned<PluginLimits>>,
    /// The rows that pass through the pipeline at once. By default 8192.
    #[schemars(with = "Option<usize>")]
    batch_rows: Option<Spanned<usize>>,
    /// The table's header, for messages: a lookup table has a source too.
    #[serde(skip, default = "source_header")]
    header_text: &'static str,
}

fn source_header() -> &'static str {
    "[source]"
}

/// One path or several.
#[derive(Deserialize, JsonSchema)]
#[serde(untagged)]
pub(super) enum Paths {
    One(Text),
    Many(Vec<Text>),
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum SourceFormat {
    Csv,
    Tsv,
    Jsonl,
    Json,
    Parquet,
    Sqlite,
    Postgres,
    Plugin,
}

impl SourceFormat {
    fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Tsv => "tsv",
            Self::Jsonl => "jsonl",
            Self::Json => "json",
            Self::Parquet => "parquet",
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
            Self::Plugin => "plugin",
        }
    }
}

impl SourceToml {
    /// The source of a lookup table.
    pub(super) fn of_lookup(
        format: SourceFormat,
        path: Option<Spanned<Paths>>,
        store: Option<Spanned<StoreToml>>,
        url: Option<Spanned<Text>>,
        query: Option<Spanned<Text>>,
    ) -> Self {
        Self {
            format,
            path,
            store,
            url,
            query,
            delimiter: None,
            quote: None,
            escape: None,
            comment: None,
            skip_lines: None,
            header: None,
            names: None,
            encoding: None,
            null_values: None,
            columns: None,
            partitions: None,
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
            header_text: "[[lookup]]",
        }
    }

    fn watch(&self) -> bool {
        self.watch.as_ref().is_some_and(|watch| *watch.get_ref())
    }

    fn on_bad(&self) -> OnBad {
        self.on_bad.as_ref().map_or(OnBad::Error, |on_bad| *on_bad.get_ref())
    }
}

impl Parser<'_> {
    pub(super) fn source(&self, source: SourceToml) -> Result<SourceConfig, PipelineError> {
        self.check_source_keys(&source)?;
        let batch_rows = self.batch_rows(&source)?;
        let kind = match source.format {
            SourceFormat::Csv
            | SourceFormat::Tsv
            | SourceFormat::Jsonl
            | SourceFormat::Json
            | SourceFormat::Parquet => SourceKind::Files(self.file_source(source)?),
            SourceFormat::Sqlite | SourceFormat::Postgres => SourceKind::Query(self.query_source(source)?),
            SourceFormat::Plugin => SourceKind::Plugin(self.plugin_source(source)?),
        };
        Ok(SourceConfig { kind, batch_rows })
    }

    /// Refuses keys that only other formats have.
    fn check_source_keys(&self, source: &SourceToml) -> Result<(), PipelineError> {
        use SourceFormat::{Csv, Json, Jsonl, Parquet, Plugin, Postgres, Sqlite, Tsv};
        const FILES: &[SourceFormat] = &[Csv, Tsv, Jsonl, Json, Parquet];
        fn span<T>(key: Option<&Spanned<T>>) -> Option<Range<usize>> {
            key.map(Spanned::span)
        }
        let keys = [
            ("path", span(source.path.as_ref()), &[Csv, Tsv, Jsonl, Json, Parquet, Sqlite] as &[_]),
            ("store", span(source.store.as_ref()), FILES),
            ("delimiter", span(source.delimiter.as_ref()), &[Csv]),
            ("quote", span(source.quote.as_ref()), &[Csv, Tsv]),
            ("escape", span(source.escape.as_ref()), &[Csv, Tsv]),
            ("comment", span(source.comment.as_ref()), &[Csv, Tsv]),
            ("skip_lines", span(source.skip_lines.as_ref()), &[Csv, Tsv]),
            ("header", span(source.header.as_ref()), &[Csv, Tsv]),
            ("names", span(source.names.as_ref()), &[Csv, Tsv]),
            ("encoding", span(source.encoding.as_ref()), &[Csv, Tsv, Jsonl, Json]),
            ("null_values", span(source.null_values.as_ref()), &[Csv, Tsv]),
            ("columns", span(source.columns.as_ref()), &[Csv, Tsv, Jsonl, Json]),
            ("partitions", span(source.partitions.as_ref()), FILES),
            ("infer_rows", span(source.infer_rows.as_ref()), &[Jsonl, Json]),
            ("on_bad", span(source.on_bad.as_ref()), &[Csv, Tsv, Jsonl, Json, Parquet, Plugin]),
            ("on_drift", span(source.on_drift.as_ref()), FILES),
            ("watch", span(source.watch.as_ref()), &[Csv, Tsv, Jsonl, Json, Parquet, Plugin]),
            ("settle_ms", span(source.settle_ms.as_ref()), FILES),
            ("url", span(source.url.as_ref()), &[Postgres]),
            ("query", span(source.query.as_ref()), &[Sqlite, Postgres]),
            ("key", span(source.key.as_ref()), &[Sqlite, Postgres]),
            ("unit_rows", span(source.unit_rows.as_ref()), &[Sqlite, Postgres]),
            ("plugin", span(source.plugin.as_ref()), &[Plugin]),
            ("settings", span(source.settings.as_ref()), &[Plugin]),
            ("grants", span(source.grants.as_ref()), &[Plugin]),
            ("limits", span(source.limits.as_ref()), &[Plugin]),
        ];
        for (key, span, formats) in keys {
            if let Some(span) = span.filter(|_| !formats.contains(&source.format)) {
                let (table, format) = (source.header_text.trim_matches(['[', ']']), source.format.name());
                let message = format!("a {table} of the format {format} has no `{key}`");
                let have: Vec<_> = formats.iter().map(|format| format.name()).collect();
                return Err(self.not_here(span, message, format!("`{key}` is for {}", have.join(", "))));
            }
        }
        Ok(())
    }

    fn batch_rows(&self, source: &SourceToml) -> Result<usize, PipelineError> {
        match &source.batch_rows {
            None => Ok(BATCH_ROWS),
            Some(rows) if (1..=MAX_BATCH_ROWS).contains(rows.get_ref()) => Ok(*rows.get_ref()),
            Some(rows) => Err(self.text.error(
                rows.span(),
                format!("batch_rows must be from 1 to {MAX_BATCH_ROWS}"),
                "out of range",
                format!("4096 to 16384 is fastest; the default is {BATCH_ROWS}"),
            )),
        }
    }

    fn plugin_source(&self, source: SourceToml) -> Result<PluginSource, PipelineError> {
        let (on_bad, watch) = (source.on_bad(), source.watch());
        let path = self.needed(&source.plugin, "plugin", source.header_text, "\"plugins/archive\"")?;
        let plugin =
            self.plugin(path, source.settings.as_ref(), given(source.grants), given(source.limits))?;
        Ok(PluginSource { plugin, on_bad, watch })
    }
}
