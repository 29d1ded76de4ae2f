//! The pipeline file: where rows come from, what they pass through, where they go.
//!
//! Unknown keys are refused, and every message shows the place in the file. Paths in a pipeline are relative to the file
//! itself; [`Pipeline::open`] resolves them.

mod column_type;
mod database;
mod diagnostics;
mod error;
mod fingerprint;
mod lookup;
mod parse;
mod place;
mod plugin;
mod sink;
mod source;
mod stage;

use std::path::{Path, PathBuf};
use std::time::Duration;

use sha2::{Digest, Sha256};
use witdock::Builds;

use crate::store::{ObjectUrl, StoreOptions};
use crate::trust::Trust;

pub use self::column_type::ColumnType;
pub use self::database::Database;
pub use self::error::{Invalid, PipelineError};
pub use self::fingerprint::Fingerprint;
pub use self::lookup::LookupConfig;
pub use self::parse::schema;
pub use self::place::Located;
pub use self::plugin::{PluginConfig, PluginLimits};
pub use self::sink::{
    Compression, FileSinkFormat, OnNewColumns, PluginSink, RejectedConfig, SinkConfig, SinkFile, SinkFormat,
    SinkKind, SinkMode, SinkObject, SinkTable, TextFormat,
};
pub(crate) use self::source::is_pattern;
pub use self::source::{
    CsvFormat, FileFormat, FileSource, JsonLayout, JsonlFormat, OnBad, OnDrift, PluginSource, QuerySource,
    SourceConfig, SourceKind, SourcePath,
};
pub use self::stage::{InputContract, Order, PluginStageConfig, StageConfig, StageWork, Step, TestConfig};

/// A pipeline: one source, any number of stages, one sink or more.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Pipeline {
    /// The pipeline file.
    pub path: PathBuf,
    /// What the file says. It decides whether an interrupted run continues.
    pub fingerprint: Fingerprint,
    /// Where rows come from.
    pub source: SourceConfig,
    /// Tables that stages look up rows in.
    pub lookups: Vec<LookupConfig>,
    /// What rows pass through, in order.
    pub stages: Vec<StageConfig>,
    /// Where rows go. Each sink gets every row.
    pub sinks: Vec<SinkConfig>,
    /// Where the rows go that a stage, or the source, rejects.
    pub rejected: RejectedConfig,
    /// What an interrupted run continues from.
    pub checkpoint: CheckpointConfig,
    /// Tests of single stages.
    pub tests: Vec<TestConfig>,
    /// Whether folders of plugins are built. The file does not say it: by default they are.
    pub builds: Builds,
    /// Which plugins are trusted, and with what.
    pub trust: Trust,
}

/// What a run writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target<'a> {
    File(&'a Path),
    /// The files in a folder.
    Folder(&'a Path),
    /// An object, or the objects below a prefix.
    Object {
        url: &'a ObjectUrl,
        store: &'a StoreOptions,
        /// The folder of this machine that its rows are in until they are uploaded.
        staging: &'a Path,
    },
}

impl<'a> Target<'a> {
    /// What is written on this machine.
    pub(crate) fn path(self) -> &'a Path {
        match self {
            Self::File(path) | Self::Folder(path) | Self::Object { staging: path, .. } => path,
        }
    }
}

/// What an interrupted run continues from.
#[derive(Debug, Clone)]
pub struct CheckpointConfig {
    /// The checkpoint file.
    pub path: PathBuf,
    /// The least time between two commits. The last commit does not wait.
    pub every: Duration,
}

impl Pipeline {
    /// The same source and stages, with all results in a folder: rows in `out.jsonl`, rejected rows in `rejected.jsonl`.
    pub fn into_folder(&self, folder: &Path) -> Self {
        let format = FileSinkFormat::Text(TextFormat::Jsonl, Compression::None);
        let kind = SinkKind::File(SinkFile { path: folder.join("out.jsonl"), format });
        let mut stages = self.stages.clone();
        for (index, stage) in stages.iter_mut().enumerate() {
            let StageWork::Plugin(plugin) = &mut stage.work else { continue };
            for (output, path) in &mut plugin.outputs {
                *path = folder.join(format!("{index}.{output}.jsonl"));
            }
        }
        Self {
            path: folder.join("pipeline.toml"),
            stages,
            checkpoint: CheckpointConfig { path: folder.join("checkpoint.json"), ..self.checkpoint },
            sinks: vec![SinkConfig { kind, mode: SinkMode::Replace }],
            rejected: RejectedConfig {
                path: folder.join("rejected.jsonl"),
                max_rows: None,
                max_percent: None,
            },
            ..self.clone()
        }
    }

    /// The same pipeline with another rule for the builds of its plugins.
    #[must_use]
    pub fn with_builds(self, builds: Builds) -> Self {
        Self { builds, ..self }
    }

    /// The same pipeline whose plugins are trusted as this says.
    #[must_use]
    pub fn with_trust(mut self, trust: Trust) -> Self {
        if let SourceKind::Plugin(source) = &mut self.source.kind {
            source.plugin.trust = trust.clone();
        }
        for stage in &mut self.stages {
            if let StageWork::Plugin(stage) = &mut stage.work {
                stage.plugin.trust = trust.clone();
            }
        }
        for sink in &mut self.sinks {
            if let SinkKind::Plugin(sink) = &mut sink.kind {
                sink.plugin.trust = trust.clone();
            }
        }
        Self { trust, ..self }
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
        let stages = self.stages.iter().filter_map(|stage| stage.plugin().map(|stage| &stage.plugin));
        source.into_iter().chain(stages).chain(sinks)
    }

    /// Whether a sink writes rows to standard output. Nothing else is printed there then.
    pub fn uses_stdout(&self) -> bool {
        self.sinks.iter().any(|sink| matches!(sink.kind, SinkKind::Stdout(_)))
    }

    /// The file's path without links and detours, or as it was given if there is no such file.
    pub fn canonical_path(&self) -> PathBuf {
        self.path.canonicalize().unwrap_or_else(|_| self.path.clone())
    }

    /// The name of the file, without its folder.
    pub(crate) fn file_name(&self) -> String {
        self.path.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// A short name for the file, the same however its path is written.
    pub(crate) fn id(&self) -> String {
        let digest = Sha256::digest(self.canonical_path().as_os_str().as_encoded_bytes());
        digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect()
    }

    /// The files, folders and objects that a run writes, but for those of plugins and servers.
    pub(crate) fn targets(&self) -> impl Iterator<Item = Target<'_>> {
        let sinks = self.sinks.iter().filter_map(|sink| match &sink.kind {
            SinkKind::File(file) => Some(Target::File(&file.path)),
            SinkKind::Folder(folder) => Some(Target::Folder(&folder.path)),
            SinkKind::Object(SinkObject { url, store, staging, .. }) => {
                Some(Target::Object { url, store, staging })
            }
            SinkKind::Table(SinkTable { database: Database::Sqlite(path), .. }) => Some(Target::File(path)),
            _ => None,
        });
        let outputs = self.stages.iter().flat_map(|stage| stage.outputs().map(|(_, path)| path));
        sinks
            .chain(outputs.chain([&self.rejected.path, &self.checkpoint.path]).map(|path| Target::File(path)))
    }

    /// Whether all sinks replace what their targets have. Then each run reads the whole source.
    pub fn replaces(&self) -> bool {
        self.sinks.iter().all(|sink| sink.mode == SinkMode::Replace)
    }
}

#[cfg(test)]
mod tests;
