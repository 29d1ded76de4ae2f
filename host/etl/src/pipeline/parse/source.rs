use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;
use std::time::Duration;

use serde::Deserialize;
use toml::Spanned;
use witdock::Policy;

use super::parser::{Parser, given};
use super::text::{PathText, Text};
use crate::pipeline::{
    ColumnType, CsvFormat, Database, FileFormat, FileSource, JsonlFormat, OnBad, OnDrift, PipelineError,
    PluginLimits, PluginSource, QuerySource, SourceConfig, SourceKind, is_pattern,
};

/// Rows in a batch, by default: the size at which batches pass through plugins fastest.
const BATCH_ROWS: usize = 8192;
/// Larger batches of wide rows do not fit into a plugin's memory.
const MAX_BATCH_ROWS: usize = 1 << 17;
/// Rows of a query in one unit of work, by default.
const UNIT_ROWS: u64 = 100_000;
/// Lines of JSON Lines that the columns are inferred from, by default.
pub(super) const INFER_ROWS: usize = 10_000;

/// The `[source]` table: the keys of all formats. `Parser::check_source_keys` knows which format has which.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SourceToml {
    format: SourceFormat,
    path: Option<Spanned<Paths>>,
    delimiter: Option<Spanned<String>>,
    header: Option<Spanned<bool>>,
    null_values: Option<Spanned<Vec<String>>>,
    columns: Option<Spanned<BTreeMap<String, ColumnType>>>,
    infer_rows: Option<Spanned<usize>>,
    on_bad: Option<Spanned<OnBad>>,
    on_drift: Option<Spanned<OnDrift>>,
    watch: Option<Spanned<bool>>,
    settle_ms: Option<Spanned<u64>>,
    url: Option<Spanned<Text>>,
    query: Option<Spanned<Text>>,
    key: Option<Spanned<String>>,
    unit_rows: Option<Spanned<u64>>,
    plugin: Option<Spanned<PathText>>,
    settings: Option<Spanned<toml::Table>>,
    grants: Option<Spanned<Policy>>,
    limits: Option<Spanned<PluginLimits>>,
    batch_rows: Option<Spanned<usize>>,
    /// The table's header, for messages: a lookup table has a source too.
    #[serde(skip, default = "source_header")]
    header_text: &'static str,
}

fn source_header() -> &'static str {
    "[source]"
}

/// One path or several.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Paths {
    One(Text),
    Many(Vec<Text>),
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(super) enum SourceFormat {
    Csv,
    Tsv,
    Jsonl,
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
        url: Option<Spanned<Text>>,
        query: Option<Spanned<Text>>,
    ) -> Self {
        Self {
            format,
            path,
            url,
            query,
            delimiter: None,
            header: None,
            null_values: None,
            columns: None,
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
            SourceFormat::Csv | SourceFormat::Tsv | SourceFormat::Jsonl | SourceFormat::Parquet => {
                SourceKind::Files(self.file_source(&source)?)
            }
            SourceFormat::Sqlite | SourceFormat::Postgres => SourceKind::Query(self.query_source(source)?),
            SourceFormat::Plugin => SourceKind::Plugin(self.plugin_source(source)?),
        };
        Ok(SourceConfig { kind, batch_rows })
    }

    /// Refuses keys that only other formats have.
    fn check_source_keys(&self, source: &SourceToml) -> Result<(), PipelineError> {
        use SourceFormat::{Csv, Jsonl, Parquet, Plugin, Postgres, Sqlite, Tsv};
        const FILES: &[SourceFormat] = &[Csv, Tsv, Jsonl, Parquet];
        fn span<T>(key: Option<&Spanned<T>>) -> Option<Range<usize>> {
            key.map(Spanned::span)
        }
        let keys = [
            ("path", span(source.path.as_ref()), &[Csv, Tsv, Jsonl, Parquet, Sqlite] as &[_]),
            ("delimiter", span(source.delimiter.as_ref()), &[Csv]),
            ("header", span(source.header.as_ref()), &[Csv, Tsv]),
            ("null_values", span(source.null_values.as_ref()), &[Csv, Tsv]),
            ("columns", span(source.columns.as_ref()), &[Jsonl]),
            ("infer_rows", span(source.infer_rows.as_ref()), &[Jsonl]),
            ("on_bad", span(source.on_bad.as_ref()), &[Csv, Tsv, Jsonl, Plugin]),
            ("on_drift", span(source.on_drift.as_ref()), FILES),
            ("watch", span(source.watch.as_ref()), &[Csv, Tsv, Jsonl, Parquet, Plugin]),
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

    fn file_source(&self, source: &SourceToml) -> Result<FileSource, PipelineError> {
        let format = match source.format {
            SourceFormat::Jsonl => FileFormat::Jsonl(JsonlFormat {
                columns: source.columns.as_ref().map(|columns| columns.get_ref().clone()).unwrap_or_default(),
                infer_rows: source.infer_rows.as_ref().map_or(INFER_ROWS, |rows| (*rows.get_ref()).max(1)),
                on_bad: source.on_bad(),
            }),
            SourceFormat::Parquet => FileFormat::Parquet,
            _ => FileFormat::Csv(CsvFormat {
                delimiter: self.delimiter(source)?,
                header: source.header.as_ref().is_none_or(|header| *header.get_ref()),
                null_values: source
                    .null_values
                    .as_ref()
                    .map_or_else(|| vec![String::new()], |nulls| nulls.get_ref().clone()),
                on_bad: source.on_bad(),
            }),
        };
        let settle_ms = source.settle_ms.as_ref().map_or(1000, |settle| *settle.get_ref());
        Ok(FileSource {
            paths: self.source_paths(source)?,
            format,
            on_drift: source.on_drift.as_ref().map_or(OnDrift::Fail, |on_drift| *on_drift.get_ref()),
            watch: source.watch(),
            settle: Duration::from_millis(settle_ms),
        })
    }

    fn delimiter(&self, source: &SourceToml) -> Result<u8, PipelineError> {
        match &source.delimiter {
            None if source.format == SourceFormat::Tsv => Ok(b'\t'),
            None => Ok(b','),
            Some(given) => match given.get_ref().as_bytes() {
                [byte] if !matches!(byte, b'"' | b'\r' | b'\n') && byte.is_ascii() => Ok(*byte),
                _ => Err(self.text.error(
                    given.span(),
                    "the delimiter must be one ASCII character",
                    "invalid",
                    "for example \",\", \";\", \"|\" or \"\\t\"".to_owned(),
                )),
            },
        }
    }

    fn source_paths(&self, source: &SourceToml) -> Result<Vec<String>, PipelineError> {
        let paths = self.needed(&source.path, "path", source.header_text, "\"data/*.csv\"")?;
        let span = paths.span();
        let given = match paths.get_ref() {
            Paths::One(path) => std::slice::from_ref(path),
            Paths::Many(paths) => paths,
        };
        if given.is_empty() {
            let help = "name at least one".to_owned();
            return Err(self.text.error(span, "the source has no path", "empty", help));
        }
        let mut resolved = Vec::with_capacity(given.len());
        for path in given {
            if path.0 == "-" {
                if given.len() > 1 || source.watch() {
                    let help = "give only `-`, without `watch`".to_owned();
                    return Err(self.text.error(
                        span,
                        "standard input cannot be combined with other paths or `watch`",
                        "here",
                        help,
                    ));
                }
                resolved.push("-".to_owned());
                continue;
            }
            let path = self.resolve(Path::new(&path.0));
            let text = path.display().to_string();
            if !is_pattern(&text) && !path.exists() {
                return Err(self.missing(span, "the source", &text));
            }
            if source.watch() && !is_pattern(&text) && !path.is_dir() {
                return Err(self.text.error(
                    span,
                    format!("{text} is not a folder, and only folders can be watched"),
                    "a file",
                    "give the folder, or a pattern such as \"inbox/*.csv\"".to_owned(),
                ));
            }
            resolved.push(text);
        }
        Ok(resolved)
    }

    fn query_source(&self, source: SourceToml) -> Result<QuerySource, PipelineError> {
        let database = if source.format == SourceFormat::Sqlite {
            let paths = self.needed(&source.path, "path", source.header_text, "\"flights.db\"")?;
            let span = paths.span();
            let Paths::One(path) = paths.get_ref() else {
                let help = "an SQLite source is a single file".to_owned();
                return Err(self.text.error(span, "several paths", "give one path", help));
            };
            let path = self.resolve(Path::new(&path.0));
            if !path.exists() {
                return Err(self.missing(span, "the database", &path.display().to_string()));
            }
            Database::Sqlite(path)
        } else {
            let url = self.needed(&source.url, "url", source.header_text, "\"${DATABASE_URL}\"")?;
            Database::Postgres(url.get_ref().0.clone())
        };
        let query = self.needed(&source.query, "query", source.header_text, "\"select * from flights\"")?;
        let query = query.get_ref().0.trim().trim_end_matches(';').to_owned();
        Ok(QuerySource {
            database,
            query,
            key: source.key.map(Spanned::into_inner),
            unit_rows: source.unit_rows.map_or(UNIT_ROWS, |rows| rows.into_inner().max(1)),
        })
    }

    fn plugin_source(&self, source: SourceToml) -> Result<PluginSource, PipelineError> {
        let (on_bad, watch) = (source.on_bad(), source.watch());
        let path = self.needed(&source.plugin, "plugin", source.header_text, "\"plugins/archive\"")?;
        let plugin =
            self.plugin(path, source.settings.as_ref(), given(source.grants), given(source.limits))?;
        Ok(PluginSource { plugin, on_bad, watch })
    }
}
