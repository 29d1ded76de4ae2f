use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;
use std::time::Duration;

use encoding_rs::Encoding;
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;
use witdock::Policy;

use super::parser::{Parser, given};
use super::store::StoreToml;
use super::text::{PathText, Text};
use crate::input::{STDIN, is_stream};
use crate::pipeline::{
    ColumnType, CsvFormat, Database, FileFormat, FileSource, JsonLayout, JsonlFormat, OnBad, OnDrift,
    PipelineError, PluginLimits, PluginSource, QuerySource, SourceConfig, SourceKind, SourcePath, is_pattern,
};
use crate::store::ObjectUrl;

/// Rows in a batch, by default: the size at which batches pass through plugins fastest.
const BATCH_ROWS: usize = 8192;
/// Larger batches of wide rows do not fit into a plugin's memory.
const MAX_BATCH_ROWS: usize = 1 << 17;
/// Rows of a query in one unit of work, by default.
const UNIT_ROWS: u64 = 100_000;
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

    fn file_source(&self, mut source: SourceToml) -> Result<FileSource, PipelineError> {
        let store = self.store(source.store.take())?;
        let source = &source;
        let format = match source.format {
            SourceFormat::Jsonl | SourceFormat::Json => FileFormat::Jsonl(JsonlFormat {
                layout: if source.format == SourceFormat::Json {
                    JsonLayout::Values
                } else {
                    JsonLayout::Lines
                },
                columns: source.columns.as_ref().map(|columns| columns.get_ref().clone()).unwrap_or_default(),
                infer_rows: source.infer_rows.as_ref().map_or(INFER_ROWS, |rows| (*rows.get_ref()).max(1)),
                encoding: self.encoding(source)?,
                on_bad: source.on_bad(),
            }),
            SourceFormat::Parquet => FileFormat::Parquet(source.on_bad()),
            _ => FileFormat::Csv(self.csv(source)?),
        };
        let settle_ms = source.settle_ms.as_ref().map_or(1000, |settle| *settle.get_ref());
        Ok(FileSource {
            paths: self.source_paths(source)?,
            store,
            format,
            partitions: source
                .partitions
                .as_ref()
                .map(|columns| columns.get_ref().clone())
                .unwrap_or_default(),
            on_drift: source.on_drift.as_ref().map_or(OnDrift::Fail, |on_drift| *on_drift.get_ref()),
            watch: source.watch(),
            settle: Duration::from_millis(settle_ms),
        })
    }

    fn csv(&self, source: &SourceToml) -> Result<CsvFormat, PipelineError> {
        let delimiter = match &source.delimiter {
            None if source.format == SourceFormat::Tsv => b'\t',
            None => b',',
            Some(_) => {
                let help = "for example \",\", \";\", \"|\" or \"\\t\"";
                self.character(source.delimiter.as_ref(), "delimiter", help)?.unwrap_or(b',')
            }
        };
        let quote = match &source.quote {
            None => Some(b'"'),
            Some(none) if none.get_ref().is_empty() => None,
            Some(_) => {
                self.character(source.quote.as_ref(), "quote", "for example \"'\", or \"\" for none")?
            }
        };
        let escape = self.character(source.escape.as_ref(), "escape", "for example \"\\\\\"")?;
        let comment = self.character(source.comment.as_ref(), "comment", "for example \"#\"")?;
        let roles = [
            ("delimiter", Some(delimiter), source.delimiter.as_ref()),
            ("quote", quote, source.quote.as_ref()),
            ("escape", escape.filter(|_| escape != quote), source.escape.as_ref()),
            ("comment", comment, source.comment.as_ref()),
        ];
        for (index, (name, byte, given)) in roles.iter().enumerate() {
            let earlier = roles.iter().take(index).find(|(_, earlier, _)| byte.is_some() && earlier == byte);
            if let Some((other, _, first)) = earlier {
                let span = given.or(*first).map_or(0..0, Spanned::span);
                let message = format!("`{name}` and `{other}` are the same character");
                return Err(self.text.error(span, message, "here", "choose another one".to_owned()));
            }
        }
        if let Some(names) = &source.names {
            self.check_names(names)?;
            if source.header.is_none() {
                let help = "header = true: the names replace those in the first line; header = false: the first line is a row";
                return Err(self.text.error(
                    names.span(),
                    "`names` is given, and not whether the file has a header",
                    "add `header` to this table",
                    help.to_owned(),
                ));
            }
        }
        Ok(CsvFormat {
            delimiter,
            quote,
            escape: escape.filter(|_| escape != quote),
            comment,
            skip_lines: source.skip_lines.as_ref().map_or(0, |lines| *lines.get_ref()),
            header: source.header.as_ref().is_none_or(|header| *header.get_ref()),
            names: source.names.as_ref().map(|names| names.get_ref().clone()),
            columns: source.columns.as_ref().map(|columns| columns.get_ref().clone()).unwrap_or_default(),
            encoding: self.encoding(source)?,
            null_values: source
                .null_values
                .as_ref()
                .map_or_else(|| vec![String::new()], |nulls| nulls.get_ref().clone()),
            on_bad: source.on_bad(),
        })
    }

    /// One of the characters that structure a CSV file.
    fn character(
        &self,
        given: Option<&Spanned<String>>,
        name: &str,
        help: &str,
    ) -> Result<Option<u8>, PipelineError> {
        let Some(given) = given else { return Ok(None) };
        match given.get_ref().as_bytes() {
            [byte] if byte.is_ascii() && !matches!(byte, b'\r' | b'\n') => Ok(Some(*byte)),
            _ => Err(self.text.error(
                given.span(),
                format!("the {name} must be one ASCII character"),
                "invalid",
                help.to_owned(),
            )),
        }
    }

    fn check_names(&self, names: &Spanned<Vec<String>>) -> Result<(), PipelineError> {
        let mut seen = std::collections::HashSet::new();
        let problem = if names.get_ref().is_empty() {
            "`names` names no column".to_owned()
        } else if names.get_ref().iter().any(String::is_empty) {
            "a column's name is empty".to_owned()
        } else if let Some(twice) = names.get_ref().iter().find(|name| !seen.insert(name.as_str())) {
            format!("two columns have the name `{twice}`")
        } else {
            return Ok(());
        };
        let help = "give each column of the file a unique name, in order".to_owned();
        Err(self.text.error(names.span(), problem, "here", help))
    }

    fn encoding(&self, source: &SourceToml) -> Result<Option<&'static Encoding>, PipelineError> {
        let Some(given) = &source.encoding else { return Ok(None) };
        let found = Encoding::for_label_no_replacement(given.get_ref().as_bytes());
        found.map(Some).ok_or_else(|| {
            let message = format!("unknown encoding `{}`", given.get_ref());
            let help =
                "for example \"utf-8\", \"windows-1252\", \"iso-8859-15\", \"utf-16le\" or \"shift_jis\"";
            self.text.error(
                given.span(),
                message,
                "a name of https://encoding.spec.whatwg.org",
                help.to_owned(),
            )
        })
    }

    fn source_paths(&self, source: &SourceToml) -> Result<Vec<SourcePath>, PipelineError> {
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
            if let Some(url) = ObjectUrl::parse(&path.0) {
                resolved.push(SourcePath::Url(self.source_url(url, span.clone(), source.watch())?));
                continue;
            }
            let is_stdin = path.0 == STDIN;
            let path = if is_stdin { STDIN.into() } else { self.resolve(Path::new(&path.0)) };
            let text = path.display().to_string();
            if is_stream(&path) {
                let what = if is_stdin {
                    "standard input".to_owned()
                } else {
                    format!("{text}, a pipe or a device,")
                };
                let problem = if source.format == SourceFormat::Parquet {
                    Some((
                        format!("{what} cannot be read as Parquet"),
                        "write it to a file first: a Parquet file is read from its end",
                    ))
                } else if given.len() > 1 || source.watch() {
                    Some((
                        format!("{what} cannot be combined with other paths or `watch`"),
                        "it is read once: give only this path, without `watch`",
                    ))
                } else {
                    None
                };
                if let Some((message, help)) = problem {
                    return Err(self.text.error(span, message, "here", help.to_owned()));
                }
                resolved.push(SourcePath::Local(text));
                continue;
            }
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
            resolved.push(SourcePath::Local(text));
        }
        Ok(resolved)
    }

    fn source_url(
        &self,
        url: Result<ObjectUrl, String>,
        span: Range<usize>,
        watch: bool,
    ) -> Result<ObjectUrl, PipelineError> {
        let refuse =
            |message: String, help: &str| self.text.error(span.clone(), message, "this url", help.to_owned());
        let help = "for example \"s3://bucket/in/*.csv\" or \"https://example.org/flights.csv\"";
        let url = url.map_err(|message| refuse(message, help))?;
        if watch {
            let help = "run the pipeline again and again without `watch`, for example with a timer: with sinks that append, each run reads only \
                        the objects that are new";
            return Err(refuse(format!("{url} cannot be watched: stores do not tell of new objects"), help));
        }
        Ok(url)
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
