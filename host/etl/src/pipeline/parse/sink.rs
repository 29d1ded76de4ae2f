use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;
use witdock::Policy;

use super::parser::{Parser, given};
use super::store::StoreToml;
use super::targets::Targets;
use super::text::{PathText, Text};
use crate::pipeline::{
    Compression, Database, FileSinkFormat, OnNewColumns, PipelineError, PluginLimits, PluginSink,
    RejectedConfig, SinkConfig, SinkFile, SinkFormat, SinkKind, SinkMode, SinkObject, SinkTable, TextFormat,
    is_pattern,
};
use crate::store::ObjectUrl;

/// A `[[sink]]` table: the keys of all formats.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SinkToml {
    /// The format of the files, the database, or `plugin`.
    format: SinkFormat,
    /// A file, a folder with `/` at its end, a url such as `s3://bucket/rows.parquet` or `s3://bucket/rows/`, or `-` for standard output. For sqlite,
    /// the database.
    #[schemars(with = "Option<PathText>")]
    path: Option<Spanned<PathText>>,
    /// Where the object store of a url is.
    #[schemars(with = "Option<StoreToml>")]
    store: Option<Spanned<StoreToml>>,
    /// What happens to the rows that the target has. By default they are replaced.
    #[schemars(with = "Option<SinkMode>")]
    mode: Option<Spanned<SinkMode>>,
    /// The address of a PostgreSQL database.
    #[schemars(with = "Option<Text>")]
    url: Option<Spanned<Text>>,
    /// The table, with its schema if there is one: `public.flights`.
    #[schemars(with = "Option<Text>")]
    table: Option<Spanned<Text>>,
    /// What happens if rows have columns that the target does not have. By default the run ends before its first row.
    #[schemars(with = "Option<OnNewColumns>")]
    on_new_columns: Option<Spanned<OnNewColumns>>,
    /// The columns that identify a row, for an upsert.
    #[schemars(with = "Option<Vec<String>>")]
    key: Option<Spanned<Vec<String>>>,
    /// A plugin for the world `sink`: a folder, which is built, or a component.
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
}

/// The `[rejected]` table.
#[derive(Deserialize, Default, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RejectedToml {
    /// A file of JSON Lines. By default it is beside the pipeline file.
    #[schemars(with = "Option<PathText>")]
    path: Option<Spanned<PathText>>,
    /// More rejected rows than this end the run.
    max_rows: Option<u64>,
    /// A larger share of the rows read than this, in percent, ends the run.
    #[schemars(with = "Option<f64>")]
    max_percent: Option<Spanned<f64>>,
}

impl SinkToml {
    fn is_table(&self) -> bool {
        matches!(self.format, SinkFormat::Sqlite | SinkFormat::Postgres)
    }

    fn is_plugin(&self) -> bool {
        self.format == SinkFormat::Plugin
    }

    fn mode(&self) -> SinkMode {
        self.mode.as_ref().map_or(SinkMode::Replace, |mode| *mode.get_ref())
    }
}

impl Parser<'_> {
    pub(super) fn sink(
        &self,
        sink: SinkToml,
        targets: &mut Targets<'_>,
    ) -> Result<SinkConfig, PipelineError> {
        self.check_sink_key(&sink)?;
        self.check_sink_keys_of_format(&sink)?;
        if sink.is_table() {
            self.table_sink(sink, targets)
        } else if sink.is_plugin() {
            self.plugin_sink(sink)
        } else {
            self.file_sink(sink, targets)
        }
    }

    /// A run reads either everything or what is new, so its sinks agree whether they replace or add.
    pub(super) fn check_modes(&self, sinks: &[SinkToml]) -> Result<(), PipelineError> {
        let is_stdout =
            |sink: &SinkToml| sink.path.as_ref().is_some_and(|path| path.get_ref().0 == Path::new("-"));
        let replaces = |sink: &&SinkToml| sink.mode() == SinkMode::Replace;
        let Some(adding) = sinks.iter().find(|sink| !replaces(sink)) else { return Ok(()) };
        let Some(mode) =
            sinks.iter().find(|sink| replaces(sink) && !is_stdout(sink)).and(adding.mode.as_ref())
        else {
            return Ok(());
        };
        let help = "a run over a sink that replaces reads all rows, and one over a sink that appends or upserts reads only new rows: \
                    give all sinks of the pipeline one kind of mode, or write two pipelines";
        let message = "one sink adds to its target, and another one replaces it";
        Err(self.text.error(mode.span(), message, "this one adds", help.to_owned()))
    }

    /// An upsert needs a key, and nothing else has one.
    fn check_sink_key(&self, sink: &SinkToml) -> Result<(), PipelineError> {
        if let Some(mode) = sink.mode.as_ref().filter(|mode| *mode.get_ref() == SinkMode::Upsert) {
            if !sink.is_table() && !sink.is_plugin() {
                let message = format!("a {} sink cannot upsert", sink.format.name());
                let help = "upsert is for sqlite and postgres".to_owned();
                return Err(self.text.error(mode.span(), message, "files have no keys", help));
            }
            if sink.key.as_ref().is_none_or(|key| key.get_ref().is_empty()) {
                let help = "for example key = [\"id\"]".to_owned();
                return Err(self.text.error(mode.span(), "an upsert needs a key", "add `key`", help));
            }
        } else if let Some(key) = &sink.key {
            let help = "set mode = \"upsert\", or remove the key".to_owned();
            return Err(self.text.error(key.span(), "only an upsert has a key", "not used", help));
        }
        Ok(())
    }

    /// Refuses keys that only other formats have.
    fn check_sink_keys_of_format(&self, sink: &SinkToml) -> Result<(), PipelineError> {
        let is_postgres = sink.format == SinkFormat::Postgres;
        let of_plugins = "is for format = \"plugin\"";
        let keys = [
            ("table", sink.table.as_ref().map(Spanned::span), sink.is_table(), "is for sqlite and postgres"),
            (
                "url",
                sink.url.as_ref().map(Spanned::span),
                is_postgres,
                "is for postgres; others have a `path`",
            ),
            (
                "store",
                sink.store.as_ref().map(Spanned::span),
                !sink.is_table() && !sink.is_plugin(),
                "is for csv, jsonl and parquet",
            ),
            (
                "on_new_columns",
                sink.on_new_columns.as_ref().map(Spanned::span),
                !sink.is_plugin(),
                "is for files and tables: a plugin decides itself",
            ),
            ("plugin", sink.plugin.as_ref().map(Spanned::span), sink.is_plugin(), of_plugins),
            ("settings", sink.settings.as_ref().map(Spanned::span), sink.is_plugin(), of_plugins),
            ("grants", sink.grants.as_ref().map(Spanned::span), sink.is_plugin(), of_plugins),
            ("limits", sink.limits.as_ref().map(Spanned::span), sink.is_plugin(), of_plugins),
        ];
        for (key, span, allowed, help) in keys {
            if let Some(span) = span.filter(|_| !allowed) {
                let message = format!("a {} sink has no `{key}`", sink.format.name());
                return Err(self.not_here(span, message, format!("`{key}` {help}")));
            }
        }
        Ok(())
    }

    fn table_sink(&self, sink: SinkToml, targets: &mut Targets<'_>) -> Result<SinkConfig, PipelineError> {
        let mode = sink.mode();
        let database = if sink.format == SinkFormat::Sqlite {
            let path = self.needed(&sink.path, "path", "[[sink]]", "\"flights.db\"")?;
            Database::Sqlite(targets.take_database(path)?)
        } else {
            let url = self.needed(&sink.url, "url", "[[sink]]", "\"${DATABASE_URL}\"")?;
            Database::Postgres(url.get_ref().0.clone())
        };
        let named = self.needed(&sink.table, "table", "[[sink]]", "\"flights\"")?;
        let table = named.get_ref().0.clone();
        if table.is_empty() {
            let help = "name the table that gets the rows".to_owned();
            return Err(self.text.error(named.span(), "the table has no name", "empty", help));
        }
        if targets.is_queried(&database, &table) {
            let message = format!("the source's query reads `{table}`, and this sink writes it");
            let help = "the next run would read what this one writes: give the sink another table".to_owned();
            return Err(self.text.error(named.span(), message, "this table", help));
        }
        let key = sink.key.map(Spanned::into_inner).unwrap_or_default();
        let on_new_columns = given(sink.on_new_columns);
        Ok(SinkConfig { kind: SinkKind::Table(SinkTable { database, table, key, on_new_columns }), mode })
    }

    fn plugin_sink(&self, sink: SinkToml) -> Result<SinkConfig, PipelineError> {
        let mode = sink.mode();
        if let Some(path) = &sink.path {
            let help = "name the plugin with `plugin`, and say in its [sink.settings] where rows go";
            return Err(self.not_here(path.span(), "a plugin sink has no `path`", help));
        }
        let path = self.needed(&sink.plugin, "plugin", "[[sink]]", "\"plugins/archive\"")?;
        let plugin = self.plugin(path, sink.settings.as_ref(), given(sink.grants), given(sink.limits))?;
        let key = sink.key.map(Spanned::into_inner).unwrap_or_default();
        Ok(SinkConfig { kind: SinkKind::Plugin(PluginSink { plugin, key }), mode })
    }

    fn file_sink(&self, mut sink: SinkToml, targets: &mut Targets<'_>) -> Result<SinkConfig, PipelineError> {
        let store = sink.store.take();
        let mode = sink.mode();
        let path = self.needed(&sink.path, "path", "[[sink]]", "\"out/rows.parquet\"")?;
        let given = &path.get_ref().0;
        let text = match sink.format {
            SinkFormat::Csv => Some(TextFormat::Csv),
            SinkFormat::Jsonl => Some(TextFormat::Jsonl),
            _ => None,
        };
        if given == Path::new("-") {
            let Some(format) = text else {
                let message = "cannot write Parquet to standard output";
                return Err(self.text.error(path.span(), message, "here", "choose csv or jsonl".to_owned()));
            };
            return Ok(SinkConfig { kind: SinkKind::Stdout(format), mode: SinkMode::Replace });
        }
        let format = |path: &Path| match text {
            Some(text) => FileSinkFormat::Text(text, Compression::of(path)),
            None => FileSinkFormat::Parquet,
        };
        let part = format!("part-000001.{}", sink.format.name());
        if let Some(url) = ObjectUrl::parse(&given.to_string_lossy()) {
            let refuse = |message: String, help: &str| {
                self.text.error(path.span(), message, "this url", help.to_owned())
            };
            let url = url.map_err(|message| refuse(message, "for example \"s3://bucket/rows.parquet\""))?;
            let name = url.key().trim_end_matches('/');
            self.check_extension(path, Path::new(name))?;
            let format = format(Path::new(name));
            if url.scheme().is_web() {
                let help = "choose a file, or an object with s3://, gs:// or az://";
                return Err(refuse(format!("{url} is on a web server, and those are read only"), help));
            }
            if is_pattern(url.key()) {
                return Err(refuse(
                    format!("{url} is a pattern"),
                    "a sink writes one object, or below one prefix",
                ));
            }
            if mode == SinkMode::Append && !url.is_prefix() {
                let help = "end the url with `/`: each commit adds an object there";
                return Err(refuse(
                    format!("cannot append to the object {url}: stores replace objects as a whole"),
                    help,
                ));
            }
            let store = self.store(store)?;
            targets.take_object(path, &url, &store, &part)?;
            let kind = SinkKind::Object(SinkObject { url, store, format, staging: PathBuf::new() });
            return Ok(SinkConfig { kind, mode });
        }
        if let Some(store) = store {
            let help = "`store` is for urls such as \"s3://bucket/rows.parquet\"";
            return Err(self.not_here(store.span(), "a file has no `store`", help));
        }
        if given.as_os_str().to_string_lossy().ends_with(['/', std::path::MAIN_SEPARATOR]) {
            let path = targets.take_folder(path, &part)?;
            let format = format(&path);
            return Ok(SinkConfig { kind: SinkKind::Folder(SinkFile { path, format }), mode });
        }
        self.check_extension(path, given)?;
        let span = path.span();
        let path = targets.take_file(path)?;
        let format = format(&path);
        let add = sink.on_new_columns.as_ref().filter(|option| *option.get_ref() == OnNewColumns::Add);
        if let (Some(add), Some(TextFormat::Csv)) = (add, text) {
            let help =
                "give a folder, with a `/` at its end: each run adds files with the columns that it has"
                    .to_owned();
            return Err(self.text.error(add.span(), "a CSV file cannot gain columns", "one file", help));
        }
        if mode == SinkMode::Append && format == FileSinkFormat::Parquet {
            let help = "give a folder, with a `/` at its end: each commit adds a file".to_owned();
            return Err(self.text.error(span, "cannot append to a Parquet file", "one file", help));
        }
        Ok(SinkConfig { kind: SinkKind::File(SinkFile { path, format }), mode })
    }

    /// Refuses compressions that are not written.
    fn check_extension(&self, path: &Spanned<PathText>, name: &Path) -> Result<(), PipelineError> {
        let extension = name.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        if ["bz2", "xz", "lz4", "br", "zip", "7z", "lzma", "sz"]
            .contains(&extension.to_ascii_lowercase().as_str())
        {
            let message = format!("cannot write a .{extension} file");
            return Err(self.text.error(
                path.span(),
                message,
                "this file",
                "choose .gz or .zst, or no compression".to_owned(),
            ));
        }
        Ok(())
    }

    /// `default` is where rejected rows go if the pipeline does not say.
    pub(super) fn rejected(
        &self,
        rejected: RejectedToml,
        default: &Path,
        targets: &mut Targets<'_>,
    ) -> Result<RejectedConfig, PipelineError> {
        Ok(RejectedConfig {
            path: match &rejected.path {
                Some(path) => targets.take_file(path)?,
                None => targets.take_default(default, "[rejected]")?,
            },
            max_rows: rejected.max_rows,
            max_percent: rejected.max_percent.map(|percent| self.percent(&percent)).transpose()?,
        })
    }

    fn percent(&self, percent: &Spanned<f64>) -> Result<f64, PipelineError> {
        if (0.0..=100.0).contains(percent.get_ref()) {
            return Ok(*percent.get_ref());
        }
        let help = "it is a percentage of the rows read, for example 0.5".to_owned();
        Err(self.text.error(percent.span(), "max_percent must be from 0 to 100", "out of range", help))
    }
}
