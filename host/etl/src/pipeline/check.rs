//! Whether what the file says can be a pipeline, with the place of what cannot.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use toml::Spanned;
use witdock::Policy;

use super::file::{
    LookupFormat, LookupTable, Paths, SinkTable as SinkFileTable, SourceFormat, SourceTable, StageTable,
    TestTable,
};
use super::text::{PathText, expand};
use super::{
    Compression, CsvFormat, Database, FileFormat, FileSinkFormat, FileSource, InputContract, JsonlFormat,
    Lookup, OnBad, OnDrift, PipelineError, PluginConfig, PluginLimits, PluginSink, PluginSource, QuerySource,
    Sink, SinkFile, SinkFormat, SinkKind, SinkMode, SinkTable, Source, SourceKind, Stage, Test, TextFormat,
};
use crate::diagnostics::{PipelineText, nearest};

/// Rows in a batch, if the pipeline does not say: what wit/etl was measured to be fastest with.
const BATCH_ROWS: usize = 8192;
/// Beyond this a batch of wide rows no longer fits a plugin's memory.
const MAX_BATCH_ROWS: usize = 1 << 17;
/// Rows of a query in one unit of work.
const UNIT_ROWS: u64 = 100_000;
/// Lines that tell the columns of JSON Lines.
const INFER_ROWS: usize = 10_000;
/// Rows that may bring a plugin down.
const MAX_FAILURES: u64 = 100;
/// More instances than this would be a mistake.
const MAX_INSTANCES: u32 = 256;

pub(super) struct Check<'a> {
    pub(super) text: &'a PipelineText,
    pub(super) base: &'a Path,
}

impl Check<'_> {
    fn resolve(&self, path: &Path) -> PathBuf {
        self.base.join(path)
    }

    /// The resolved path of something that the pipeline needs, and that must be there.
    fn existing(&self, path: &Spanned<PathText>, what: &str) -> Result<PathBuf, PipelineError> {
        let resolved = self.resolve(&path.get_ref().0);
        if resolved.exists() {
            return Ok(resolved);
        }
        Err(self.missing(path.span(), what, &resolved.display().to_string()))
    }

    fn missing(&self, span: std::ops::Range<usize>, what: &str, path: &str) -> PipelineError {
        self.text.error(
            span,
            format!("{what} {path} does not exist"),
            "no such file",
            "paths are relative to the pipeline file".to_owned(),
        )
    }

    pub(super) fn percent(&self, percent: &Spanned<f64>) -> Result<f64, PipelineError> {
        if (0.0..=100.0).contains(percent.get_ref()) {
            return Ok(*percent.get_ref());
        }
        let help = "of the rows that were read, for example 0.5".to_owned();
        Err(self.text.error(percent.span(), "max_percent has to be from 0 to 100", "out of range", help))
    }

    pub(super) fn source(&self, table: SourceTable) -> Result<Source, PipelineError> {
        let format = table.format;
        self.keys_of_format(&table)?;
        let batch_rows = match &table.batch_rows {
            None => BATCH_ROWS,
            Some(rows) if (1..=MAX_BATCH_ROWS).contains(rows.get_ref()) => *rows.get_ref(),
            Some(rows) => {
                return Err(self.text.error(
                    rows.span(),
                    format!("batch_rows has to be from 1 to {MAX_BATCH_ROWS}"),
                    "out of range",
                    format!("from 4096 to 16384 is fastest; without the key it is {BATCH_ROWS}"),
                ));
            }
        };
        let on_bad = table.on_bad.as_ref().map_or(OnBad::Error, |on_bad| *on_bad.get_ref());
        let watch = table.watch.as_ref().is_some_and(|watch| *watch.get_ref());
        let format = match format {
            SourceFormat::Csv | SourceFormat::Tsv => FileFormat::Csv(CsvFormat {
                delimiter: self.delimiter(&table)?,
                header: table.header.as_ref().is_none_or(|header| *header.get_ref()),
                null_values: table
                    .null_values
                    .as_ref()
                    .map_or_else(|| vec![String::new()], |nulls| nulls.get_ref().clone()),
                on_bad,
            }),
            SourceFormat::Jsonl => FileFormat::Jsonl(JsonlFormat {
                columns: table.columns.as_ref().map(|columns| columns.get_ref().clone()).unwrap_or_default(),
                infer_rows: table.infer_rows.as_ref().map_or(INFER_ROWS, |rows| (*rows.get_ref()).max(1)),
                on_bad,
            }),
            SourceFormat::Parquet => FileFormat::Parquet,
            SourceFormat::Sqlite | SourceFormat::Postgres => {
                return Ok(Source { kind: SourceKind::Query(self.query(table)?), batch_rows });
            }
            SourceFormat::Plugin => {
                let path = self.needed(&table.plugin, "plugin", table.table, "\"plugins/fixed-width\"")?;
                let plugin =
                    self.plugin(path, table.settings.as_ref(), given(table.grants), given(table.limits))?;
                let kind = SourceKind::Plugin(PluginSource { plugin, on_bad, watch });
                return Ok(Source { kind, batch_rows });
            }
        };
        let source = FileSource {
            paths: self.source_paths(&table, watch)?,
            format,
            on_drift: table.on_drift.as_ref().map_or(OnDrift::Fail, |on_drift| *on_drift.get_ref()),
            watch,
            settle: Duration::from_millis(table.settle_ms.as_ref().map_or(1000, |settle| *settle.get_ref())),
        };
        Ok(Source { kind: SourceKind::Files(source), batch_rows })
    }

    /// Refuses keys that only other formats have.
    fn keys_of_format(&self, table: &SourceTable) -> Result<(), PipelineError> {
        use SourceFormat::{Csv, Jsonl, Parquet, Plugin, Postgres, Sqlite, Tsv};
        const FILES: &[SourceFormat] = &[Csv, Tsv, Jsonl, Parquet];
        fn span<T>(key: Option<&Spanned<T>>) -> Option<std::ops::Range<usize>> {
            key.map(Spanned::span)
        }
        let keys = [
            ("path", span(table.path.as_ref()), &[Csv, Tsv, Jsonl, Parquet, Sqlite] as &[_]),
            ("delimiter", span(table.delimiter.as_ref()), &[Csv]),
            ("header", span(table.header.as_ref()), &[Csv, Tsv]),
            ("null_values", span(table.null_values.as_ref()), &[Csv, Tsv]),
            ("columns", span(table.columns.as_ref()), &[Jsonl]),
            ("infer_rows", span(table.infer_rows.as_ref()), &[Jsonl]),
            ("on_bad", span(table.on_bad.as_ref()), &[Csv, Tsv, Jsonl, Plugin]),
            ("on_drift", span(table.on_drift.as_ref()), FILES),
            ("watch", span(table.watch.as_ref()), &[Csv, Tsv, Jsonl, Parquet, Plugin]),
            ("settle_ms", span(table.settle_ms.as_ref()), FILES),
            ("url", span(table.url.as_ref()), &[Postgres]),
            ("query", span(table.query.as_ref()), &[Sqlite, Postgres]),
            ("key", span(table.key.as_ref()), &[Sqlite, Postgres]),
            ("unit_rows", span(table.unit_rows.as_ref()), &[Sqlite, Postgres]),
            ("plugin", span(table.plugin.as_ref()), &[Plugin]),
            ("settings", span(table.settings.as_ref()), &[Plugin]),
            ("grants", span(table.grants.as_ref()), &[Plugin]),
            ("limits", span(table.limits.as_ref()), &[Plugin]),
        ];
        for (key, span, formats) in keys {
            if let Some(span) = span.filter(|_| !formats.contains(&table.format)) {
                let have: Vec<_> = formats.iter().map(|format| format.name()).collect();
                return Err(self.text.error(
                    span,
                    format!(
                        "a {} of the format {} has no `{key}`",
                        table.table.trim_matches(['[', ']']),
                        table.format.name()
                    ),
                    "not here",
                    format!("`{key}` is for {}", have.join(", ")),
                ));
            }
        }
        Ok(())
    }

    fn delimiter(&self, table: &SourceTable) -> Result<u8, PipelineError> {
        match &table.delimiter {
            None if table.format == SourceFormat::Tsv => Ok(b'\t'),
            None => Ok(b','),
            Some(given) => match given.get_ref().as_bytes() {
                [byte] if !matches!(byte, b'"' | b'\r' | b'\n') && byte.is_ascii() => Ok(*byte),
                _ => Err(self.text.error(
                    given.span(),
                    "the delimiter has to be one ASCII character",
                    "not one",
                    "for example \",\", \";\", \"|\" or \"\\t\"".to_owned(),
                )),
            },
        }
    }

    fn needed<'t, T>(
        &self,
        key: &'t Option<Spanned<T>>,
        name: &str,
        what: &str,
        example: &str,
    ) -> Result<&'t Spanned<T>, PipelineError> {
        key.as_ref().ok_or_else(|| {
            let place = self.text.text().find(what).unwrap_or_default();
            self.text.error(
                place..place + what.len(),
                format!("the key `{name}` is missing in {what}"),
                format!("add `{name}` to this table"),
                format!("for example {name} = {example}"),
            )
        })
    }

    fn source_paths(&self, table: &SourceTable, watch: bool) -> Result<Vec<String>, PipelineError> {
        let paths = self.needed(&table.path, "path", table.table, "\"data/*.csv\"")?;
        let span = paths.span();
        let given = match paths.get_ref() {
            Paths::One(path) => std::slice::from_ref(path),
            Paths::Many(paths) => paths,
        };
        if given.is_empty() {
            return Err(self.text.error(
                span,
                "the source has no path",
                "empty",
                "name at least one".to_owned(),
            ));
        }
        let mut resolved = Vec::with_capacity(given.len());
        for path in given {
            if path.0 == "-" {
                if given.len() > 1 || watch {
                    let help = "give `-` alone and without `watch`".to_owned();
                    return Err(self.text.error(span, "standard input is a source by itself", "here", help));
                }
                resolved.push("-".to_owned());
                continue;
            }
            let path = self.resolve(Path::new(&path.0));
            let text = path.display().to_string();
            if !is_pattern(&text) && !path.exists() {
                return Err(self.missing(span, "the source", &text));
            }
            if watch && !is_pattern(&text) && !path.is_dir() {
                return Err(self.text.error(
                    span,
                    format!("{text} is no folder, and only folders are watched"),
                    "a file",
                    "give the folder, or a pattern such as \"inbox/*.csv\"".to_owned(),
                ));
            }
            resolved.push(text);
        }
        Ok(resolved)
    }

    fn query(&self, table: SourceTable) -> Result<QuerySource, PipelineError> {
        let database = if table.format == SourceFormat::Sqlite {
            let paths = self.needed(&table.path, "path", table.table, "\"flights.db\"")?;
            let span = paths.span();
            let Paths::One(path) = paths.get_ref() else {
                let help = "an SQLite source is one file".to_owned();
                return Err(self.text.error(span, "several paths", "give one path", help));
            };
            let path = self.resolve(Path::new(&path.0));
            if !path.exists() {
                return Err(self.missing(span, "the database", &path.display().to_string()));
            }
            Database::Sqlite(path)
        } else {
            let url = self.needed(&table.url, "url", table.table, "\"${DATABASE_URL}\"")?;
            Database::Postgres(url.get_ref().0.clone())
        };
        let query = self.needed(&table.query, "query", table.table, "\"select * from flights\"")?;
        let query = query.get_ref().0.trim().trim_end_matches(';').to_owned();
        Ok(QuerySource {
            database,
            query,
            key: table.key.map(Spanned::into_inner),
            unit_rows: table.unit_rows.map_or(UNIT_ROWS, |rows| rows.into_inner().max(1)),
        })
    }

    pub(super) fn sink(
        &self,
        table: SinkFileTable,
        targets: &mut Targets<'_>,
    ) -> Result<Sink, PipelineError> {
        let mode = table.mode.as_ref().map_or(SinkMode::Replace, |mode| *mode.get_ref());
        let refuse = |span, message: String, label: &str, help: &str| {
            Err(self.text.error(span, message, label, help.to_owned()))
        };
        let is_table = matches!(table.format, SinkFormat::Sqlite | SinkFormat::Postgres);
        let is_plugin = table.format == SinkFormat::Plugin;
        if let Some(mode) = table.mode.as_ref().filter(|mode| *mode.get_ref() == SinkMode::Upsert) {
            if !is_table && !is_plugin {
                let message = format!("a {} sink cannot upsert", table.format.name());
                return refuse(
                    mode.span(),
                    message,
                    "files have no keys",
                    "upsert is for sqlite and postgres",
                );
            }
            if table.key.as_ref().is_none_or(|key| key.get_ref().is_empty()) {
                let help = "for example key = [\"id\"]";
                return refuse(mode.span(), "an upsert needs a key".to_owned(), "add `key`", help);
            }
        } else if let Some(key) = &table.key {
            let message = "only an upsert has a key".to_owned();
            return refuse(key.span(), message, "not used", "set mode = \"upsert\", or remove the key");
        }
        if let Some(key) = table.table.as_ref().filter(|_| !is_table) {
            let message = format!("a {} sink has no `table`", table.format.name());
            return refuse(key.span(), message, "not here", "`table` is for sqlite and postgres");
        }
        if let Some(url) = table.url.as_ref().filter(|_| table.format != SinkFormat::Postgres) {
            let message = format!("a {} sink has no `url`", table.format.name());
            return refuse(url.span(), message, "not here", "`url` is for postgres; others have a `path`");
        }
        let of_plugins = [
            ("plugin", table.plugin.as_ref().map(Spanned::span)),
            ("settings", table.settings.as_ref().map(Spanned::span)),
            ("grants", table.grants.as_ref().map(Spanned::span)),
            ("limits", table.limits.as_ref().map(Spanned::span)),
        ];
        for (key, span) in of_plugins {
            if let Some(span) = span.filter(|_| !is_plugin) {
                let message = format!("a {} sink has no `{key}`", table.format.name());
                let help = format!("`{key}` is for format = \"plugin\"");
                return refuse(span, message, "not here", &help);
            }
        }
        if is_table {
            let database = if table.format == SinkFormat::Sqlite {
                let path = self.needed(&table.path, "path", "[[sink]]", "\"flights.db\"")?;
                Database::Sqlite(targets.take_database(path)?)
            } else {
                let url = self.needed(&table.url, "url", "[[sink]]", "\"${DATABASE_URL}\"")?;
                Database::Postgres(url.get_ref().0.clone())
            };
            let name = self.needed(&table.table, "table", "[[sink]]", "\"flights\"")?;
            let table = SinkTable {
                database,
                table: name.get_ref().0.clone(),
                key: table.key.map(Spanned::into_inner).unwrap_or_default(),
            };
            return Ok(Sink { kind: SinkKind::Table(table), mode });
        }
        if is_plugin {
            if let Some(path) = &table.path {
                let message = "a plugin sink has no `path`".to_owned();
                let help = "name the plugin by `plugin`, and tell it in its [sink.settings] where rows go";
                return refuse(path.span(), message, "not here", help);
            }
            let path = self.needed(&table.plugin, "plugin", "[[sink]]", "\"plugins/partition\"")?;
            let plugin =
                self.plugin(path, table.settings.as_ref(), given(table.grants), given(table.limits))?;
            let key = table.key.map(Spanned::into_inner).unwrap_or_default();
            return Ok(Sink { kind: SinkKind::Plugin(PluginSink { plugin, key }), mode });
        }
        let path = self.needed(&table.path, "path", "[[sink]]", "\"out/rows.parquet\"")?;
        let given = &path.get_ref().0;
        let text = match table.format {
            SinkFormat::Csv => Some(TextFormat::Csv),
            SinkFormat::Jsonl => Some(TextFormat::Jsonl),
            _ => None,
        };
        if given == Path::new("-") {
            let Some(format) = text else {
                let message = "Parquet cannot be written to standard output".to_owned();
                return refuse(path.span(), message, "here", "choose csv or jsonl");
            };
            return Ok(Sink { kind: SinkKind::Stdout(format), mode: SinkMode::Replace });
        }
        let folder = given.as_os_str().to_string_lossy().ends_with(['/', std::path::MAIN_SEPARATOR]);
        let format = |path: &Path| match text {
            Some(text) => FileSinkFormat::Text(text, Compression::of(path)),
            None => FileSinkFormat::Parquet,
        };
        if folder {
            let path = targets.take_folder(path)?;
            let format = format(&path);
            return Ok(Sink { kind: SinkKind::Folder(SinkFile { path, format }), mode });
        }
        let span = path.span();
        let path = targets.take(path)?;
        let format = format(&path);
        if mode == SinkMode::Append && format == FileSinkFormat::Parquet {
            let message = "rows cannot be added to a Parquet file".to_owned();
            let help = "give a folder, with a `/` at its end: it gets another file with each commit";
            return refuse(span, message, "one file", help);
        }
        Ok(Sink { kind: SinkKind::File(SinkFile { path, format }), mode })
    }

    pub(super) fn lookups(&self, tables: Vec<LookupTable>) -> Result<Vec<Lookup>, PipelineError> {
        let mut names = HashSet::new();
        let mut lookups = Vec::with_capacity(tables.len());
        for table in tables {
            if !names.insert(table.name.get_ref().clone()) {
                return Err(self.twice(&table.name, "lookup table"));
            }
            if table.key.get_ref().is_empty() {
                return Err(self.text.error(
                    table.key.span(),
                    format!("the lookup table `{}` has no key", table.name.get_ref()),
                    "name at least one column",
                    None,
                ));
            }
            let mut table = table;
            let source = self.source(table.source(match table.format {
                LookupFormat::Csv => SourceFormat::Csv,
                LookupFormat::Jsonl => SourceFormat::Jsonl,
                LookupFormat::Parquet => SourceFormat::Parquet,
                LookupFormat::Sqlite => SourceFormat::Sqlite,
                LookupFormat::Postgres => SourceFormat::Postgres,
            }))?;
            lookups.push(Lookup {
                source,
                name: table.name.into_inner(),
                key: table.key.into_inner(),
                types: table.types,
            });
        }
        Ok(lookups)
    }

    pub(super) fn stages(
        &self,
        tables: Vec<StageTable>,
        targets: &mut Targets<'_>,
    ) -> Result<Vec<Stage>, PipelineError> {
        let mut names = HashSet::new();
        let mut stages = Vec::with_capacity(tables.len());
        for table in tables {
            if !names.insert(table.name.get_ref().clone()) {
                return Err(self.twice(&table.name, "stage"));
            }
            let instances = match &table.instances {
                None => 1,
                Some(count) if (1..=MAX_INSTANCES).contains(count.get_ref()) => *count.get_ref(),
                Some(count) => {
                    return Err(self.text.error(
                        count.span(),
                        format!("instances has to be from 1 to {MAX_INSTANCES}"),
                        "out of range",
                        "as many as there are processors is enough".to_owned(),
                    ));
                }
            };
            let (grants, limits) = (table.grants, table.limits);
            stages.push(Stage {
                plugin: self.plugin(&table.plugin, table.settings.as_ref(), grants, limits)?,
                name: table.name.into_inner(),
                input: table.input.map(|input| self.input_contract(input)).transpose()?,
                outputs: table
                    .outputs
                    .into_iter()
                    .map(|(name, path)| Ok((name, targets.take(&path)?)))
                    .collect::<Result<_, PipelineError>>()?,
                instances,
                order: table.order,
                max_failures: table.max_failures.unwrap_or(MAX_FAILURES),
            });
        }
        Ok(stages)
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
            Some(name) => {
                (format!("`{name}` is required, and not among the `columns`"), "add it there, with its type")
            }
        };
        Err(self.text.error(span, message, "here", help.to_owned()))
    }

    fn plugin(
        &self,
        path: &Spanned<PathText>,
        settings: Option<&Spanned<toml::Table>>,
        mut grants: Policy,
        limits: PluginLimits,
    ) -> Result<PluginConfig, PipelineError> {
        let settings = settings.map_or_else(|| Ok("{}".to_owned()), |settings| self.settings(settings))?;
        for folder in &mut grants.folders {
            folder.host = self.resolve(&folder.host);
        }
        Ok(PluginConfig { path: self.existing(path, "the plugin")?, settings, grants, limits })
    }

    pub(super) fn tests(&self, tables: Vec<TestTable>, stages: &[Stage]) -> Result<Vec<Test>, PipelineError> {
        let test = |table: TestTable| {
            let stage = table.stage.get_ref();
            if !stages.iter().any(|known| known.name == *stage) {
                let known: Vec<_> = stages.iter().map(|stage| stage.name.clone()).collect();
                let label = nearest(stage, &known)
                    .map_or_else(|| "no such stage".to_owned(), |name| format!("did you mean `{name}`?"));
                let message = format!("the pipeline has no stage `{stage}`");
                return Err(self.text.error(
                    table.stage.span(),
                    message,
                    label,
                    format!("it has {}", known.join(", ")),
                ));
            }
            let path = self.existing(&table.input, "the rows of a test")?;
            let format = match path.extension().and_then(|extension| extension.to_str()) {
                Some("csv") => FileFormat::Csv(CsvFormat::default()),
                Some("tsv") => FileFormat::Csv(CsvFormat { delimiter: b'\t', ..CsvFormat::default() }),
                Some("jsonl") => FileFormat::Jsonl(JsonlFormat {
                    columns: Default::default(),
                    infer_rows: INFER_ROWS,
                    on_bad: OnBad::Error,
                }),
                Some("parquet") => FileFormat::Parquet,
                _ => {
                    let message = format!("{} has no name that tells what is in it", path.display());
                    let help = "its name has to end in .csv, .tsv, .jsonl or .parquet".to_owned();
                    return Err(self.text.error(table.input.span(), message, "this one", help));
                }
            };
            let input = FileSource {
                paths: vec![path.display().to_string()],
                format,
                on_drift: OnDrift::Fail,
                watch: false,
                settle: Duration::ZERO,
            };
            Ok(Test { stage: stage.clone(), input, expected: self.resolve(&table.expected.get_ref().0) })
        };
        tables.into_iter().map(test).collect()
    }

    fn twice(&self, name: &Spanned<String>, what: &str) -> PipelineError {
        self.text.error(
            name.span(),
            format!("two {what}s have the name `{}`", name.get_ref()),
            "the second one",
            "give each a name of its own".to_owned(),
        )
    }

    fn settings(&self, settings: &Spanned<toml::Table>) -> Result<String, PipelineError> {
        let mut object = serde_json::Map::new();
        for (key, value) in settings.get_ref() {
            let value = json(value).map_err(|problem| {
                self.text.error(
                    settings.span(),
                    format!("the setting `{key}`: {problem}"),
                    "in these settings",
                    "settings reach the plugin as JSON, with `${NAME}` in strings put in place".to_owned(),
                )
            })?;
            object.insert(key.clone(), value);
        }
        Ok(serde_json::Value::Object(object).to_string())
    }
}

/// The value of a table that may be left out.
fn given<T: Default>(table: Option<Spanned<T>>) -> T {
    table.map(Spanned::into_inner).unwrap_or_default()
}

/// Dates and times become their text.
fn json(value: &toml::Value) -> Result<serde_json::Value, String> {
    use serde_json::Value;
    Ok(match value {
        toml::Value::String(text) => Value::from(expand(text, |name| std::env::var(name).ok())?),
        toml::Value::Integer(number) => Value::from(*number),
        toml::Value::Float(number) => {
            Value::Number(serde_json::Number::from_f64(*number).ok_or("JSON can write neither nan nor inf")?)
        }
        toml::Value::Boolean(truth) => Value::from(*truth),
        toml::Value::Datetime(time) => Value::from(time.to_string()),
        toml::Value::Array(items) => Value::Array(items.iter().map(json).collect::<Result<_, _>>()?),
        toml::Value::Table(table) => Value::Object(
            table
                .iter()
                .map(|(key, value)| Ok((key.clone(), json(value)?)))
                .collect::<Result<_, String>>()?,
        ),
    })
}

/// Whether a path is a pattern for several files.
pub(crate) fn is_pattern(path: &str) -> bool {
    path.contains(['*', '?', '['])
}

/// Files that the pipeline will write: no two may be one, and none the source.
pub(super) struct Targets<'a> {
    check: &'a Check<'a>,
    sources: Vec<PathBuf>,
    taken: HashSet<PathBuf>,
}

impl<'a> Targets<'a> {
    pub(super) fn new(check: &'a Check<'a>, source: &Source) -> Self {
        let sources = match &source.kind {
            SourceKind::Files(files) => files.paths.iter().map(PathBuf::from).collect(),
            SourceKind::Query(QuerySource { database: Database::Sqlite(path), .. }) => vec![path.clone()],
            SourceKind::Query(_) | SourceKind::Plugin(_) => Vec::new(),
        };
        Self { check, sources, taken: HashSet::new() }
    }

    pub(super) fn take(&mut self, path: &Spanned<PathText>) -> Result<PathBuf, PipelineError> {
        let resolved = self.check.resolve(&path.get_ref().0);
        if self.sources.iter().any(|source| same_file(&resolved, source)) {
            let message = format!("{} is the source: it would be overwritten", resolved.display());
            return Err(self.refuse(path, message));
        }
        // What is written into a folder that is read would be read by the next run.
        let parent = resolved.parent().filter(|parent| !parent.as_os_str().is_empty());
        if parent.is_some_and(|parent| self.is_read(parent)) {
            let message = format!("{} is in a folder that the source reads", resolved.display());
            return Err(self.refuse(path, message));
        }
        if !self.taken.insert(resolved.clone()) {
            return Err(self.refuse(path, format!("{} is written twice", resolved.display())));
        }
        if resolved.is_dir() {
            let message = format!("{} is a folder, and a file is to be written there", resolved.display());
            return Err(self.refuse(path, message));
        }
        Ok(resolved)
    }

    pub(super) fn take_folder(&mut self, path: &Spanned<PathText>) -> Result<PathBuf, PipelineError> {
        let resolved = self.check.resolve(&path.get_ref().0);
        if self.is_read(&resolved) {
            let message = format!("{} is a folder that the source reads", resolved.display());
            return Err(self.refuse(path, message));
        }
        if resolved.exists() && !resolved.is_dir() {
            let message = format!("{} is a file, and a folder is to be filled there", resolved.display());
            return Err(self.refuse(path, message));
        }
        if !self.taken.insert(resolved.clone()) {
            return Err(self.refuse(path, format!("{} is written twice", resolved.display())));
        }
        Ok(resolved)
    }

    /// A commit is a transaction of each sink, and SQLite has one writer at a time.
    fn take_database(&mut self, path: &Spanned<PathText>) -> Result<PathBuf, PipelineError> {
        let resolved = self.check.resolve(&path.get_ref().0);
        if !self.taken.insert(resolved.clone()) {
            let message = format!("two sinks write into {}, and SQLite has one writer", resolved.display());
            let help = "give each table a file of its own; SQLite joins them by `ATTACH`".to_owned();
            return Err(self.check.text.error(path.span(), message, "this one too", help));
        }
        Ok(resolved)
    }

    fn is_read(&self, folder: &Path) -> bool {
        self.sources.iter().any(|source| source.is_dir() && same_file(folder, source))
    }

    fn refuse(&self, path: &Spanned<PathText>, message: String) -> PipelineError {
        let help = "give each file that is written a path of its own".to_owned();
        self.check.text.error(path.span(), message, "this one", help)
    }
}

fn same_file(one: &Path, other: &Path) -> bool {
    match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        _ => one == other,
    }
}
