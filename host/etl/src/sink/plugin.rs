//! A sink that is a plugin.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::{ArrowError, SchemaRef};
use tokio::runtime::Handle;
use wasmtime::component::ResourceAny;
use witdock::{CallError, Dock, Plugin, Source};

use super::error::SinkError;
use super::refusal::Refusal;
use super::writer::{Commit, Prepared, SinkMark, SinkStart, SinkWriter};
use crate::bindings::sink::Sink as SinkWorld;
use crate::bindings::sink::exports::witdock::etl::load;
use crate::bindings::witdock::etl::types;
use crate::columns::{self, batch_to_guest, field_to_guest};
use crate::pipeline::{PluginConfig, PluginSink, SinkMode};
use crate::plugin_events;
use crate::progress::Reporter;

witdock::interface! {
    SinkWorld,
    component_type = crate::bindings::sink::COMPONENT_TYPE,
    state = OpenSession,
    link = |_| Ok(()),
}

/// The host's data for one instance of a sink's plugin: the session that takes rows.
#[derive(Debug, Default)]
pub struct OpenSession(Option<ResourceAny>);

/// A sink's plugin, loaded.
pub struct SinkPlugin {
    plugin: Plugin<SinkWorld>,
    settings: String,
    key: Vec<String>,
    mode: SinkMode,
    /// Runs the calls: sinks write on a thread that may block.
    runtime: Handle,
}

impl SinkPlugin {
    /// Builds, loads and starts the plugin.
    ///
    /// # Errors
    ///
    /// When the plugin cannot be loaded, or is refused a grant.
    pub async fn load(
        dock: &Dock,
        config: &PluginSink,
        mode: SinkMode,
        reporter: &Reporter,
    ) -> Result<Self, SinkError> {
        let PluginConfig { path, settings, grants, limits, trust } = &config.plugin;
        let failed = |message: String| SinkError::Plugin { plugin: path.display().to_string(), message };
        let source = Source::open(path).map_err(|error| failed(error.to_string()))?;
        let builder = dock.plugin::<SinkWorld>(source).limits(limits.source_or_sink_limits());
        let builder = trust.guard(builder, path, grants).map_err(|error| failed(error.to_string()))?;
        plugin_events::follow("sink", &builder, reporter.clone());
        let plugin = builder.load(OpenSession::default).await.map_err(|error| failed(error.to_string()))?;
        trust.loaded(path, &plugin);
        Ok(Self {
            plugin,
            settings: settings.clone(),
            key: config.key.clone(),
            mode,
            runtime: Handle::current(),
        })
    }

    /// The plugin's name.
    pub fn name(&self) -> &str {
        self.plugin.name()
    }

    /// Asks the plugin whether it takes rows of these columns.
    ///
    /// # Errors
    ///
    /// When it does not, in the plugin's words.
    pub async fn check(&self, schema: &SchemaRef) -> Result<(), SinkError> {
        let fields = self.fields(schema)?;
        let answer = self
            .plugin
            .call_named("check", async |guest, store| {
                let load = guest.witdock_etl_load();
                load.call_check(store, &fields, &self.settings, mode(self.mode)).await
            })
            .await;
        self.answer(answer)
    }

    fn fields(&self, schema: &SchemaRef) -> Result<Vec<types::Field>, SinkError> {
        let field = |field: &Arc<arrow_schema::Field>| {
            field_to_guest(field).map_err(|error| {
                self.failed(format!("the column `{}` cannot be described to a plugin: {error}", field.name()))
            })
        };
        schema.fields().iter().map(field).collect()
    }

    /// Starts a session, in which the plugin completes the last commit of an interrupted run.
    ///
    /// # Errors
    ///
    /// What the plugin refuses, in its words.
    pub(crate) fn open(&self, schema: &SchemaRef, run: &str, commits: u64) -> Result<(), SinkError> {
        let fields = self.fields(schema)?;
        let answer = self.runtime.block_on(self.plugin.call_named("open", async |guest, store| {
            if let Some(old) = store.data_mut().app.0.take() {
                old.resource_drop_async(&mut *store).await?;
            }
            let start =
                load::Start { run: run.to_owned(), commits, mode: mode(self.mode), key: self.key.clone() };
            let sessions = guest.witdock_etl_load().session();
            let session = sessions.call_constructor(&mut *store, &fields, &self.settings, &start).await?;
            store.data_mut().app.0 = Some(session);
            sessions.call_open(&mut *store, session).await
        }));
        self.answer(answer)
    }

    /// Calls the open session.
    fn call<R>(
        &self,
        name: &str,
        run: impl AsyncFnOnce(
            load::GuestSession<'_>,
            &mut wasmtime::Store<witdock::HostState<OpenSession>>,
            ResourceAny,
        ) -> wasmtime::Result<Result<R, types::Error>>,
    ) -> Result<R, SinkError> {
        let answer = self.runtime.block_on(self.plugin.call_named(name, async |guest, store| {
            let Some(session) = store.data().app.0 else {
                return Err(wasmtime::Error::msg("the instance that took the rows has been replaced"));
            };
            run(guest.witdock_etl_load().session(), store, session).await
        }));
        self.answer(answer)
    }

    fn answer<R>(&self, answer: Result<Result<R, types::Error>, CallError>) -> Result<R, SinkError> {
        answer.map_err(|error| self.failed(error.to_string()))?.map_err(|error| {
            self.failed(match error {
                types::Error::Settings(text) => format!("it does not accept its settings: {text}"),
                types::Error::Schema(text) => format!("it does not take these columns: {text}"),
                types::Error::Data(text) => text,
            })
        })
    }

    fn failed(&self, message: String) -> SinkError {
        SinkError::Plugin { plugin: self.plugin.name().to_owned(), message }
    }
}

fn mode(mode: SinkMode) -> load::Mode {
    match mode {
        SinkMode::Replace => load::Mode::Replace,
        SinkMode::Append => load::Mode::Append,
        SinkMode::Upsert => load::Mode::Upsert,
    }
}

/// A run's rows on their way to a plugin.
pub(super) struct PluginWriter {
    plugin: Arc<SinkPlugin>,
    /// Whether the plugin has the last batch and takes all of it.
    offered: bool,
    prepared: Option<load::Commit>,
}

impl PluginWriter {
    pub(super) fn open(
        plugin: Arc<SinkPlugin>,
        schema: &SchemaRef,
        start: &SinkStart<'_>,
    ) -> Result<Self, SinkError> {
        plugin.open(schema, start.run, start.commits)?;
        Ok(Self { plugin, offered: false, prepared: None })
    }
}

impl PluginWriter {
    fn refusal(&self, refused: types::RowError, rows: usize) -> Result<Refusal, SinkError> {
        let types::RowError { row, code, message } = refused;
        match usize::try_from(row).ok().filter(|row| *row < rows) {
            Some(row) => Ok(Refusal::new(row, code, message)),
            None => Err(self.plugin.failed(format!("it refuses the row {row} of {rows}, counted from 0"))),
        }
    }
}

impl SinkWriter for PluginWriter {
    fn offer(&mut self, batch: &RecordBatch) -> Result<Vec<Refusal>, SinkError> {
        self.offered = false;
        if batch.num_rows() == 0 {
            return Ok(Vec::new());
        }
        let failed = |error: ArrowError| self.plugin.failed(error.to_string());
        let mut unseen = BTreeMap::new();
        for (field, column) in batch.schema().fields().iter().zip(batch.columns()) {
            for (row, problem) in columns::unseen(field.name(), column).map_err(failed)? {
                unseen.entry(row).or_insert_with(|| Refusal::new(row, "value", problem));
            }
        }
        if !unseen.is_empty() {
            return Ok(unseen.into_values().collect());
        }
        let rows = batch_to_guest(batch).map_err(failed)?;
        let refused = self.plugin.call("offer", async |sessions, store, session| {
            sessions.call_offer(store, session, &rows).await
        })?;
        self.offered = refused.is_empty();
        refused.into_iter().map(|refused| self.refusal(refused, batch.num_rows())).collect()
    }

    fn write(&mut self, batch: &RecordBatch) -> Result<(), SinkError> {
        if batch.num_rows() == 0 {
            return Ok(());
        }
        if !self.offered
            && let Some(refusal) = self.offer(batch)?.first()
        {
            return Err(self.plugin.failed(format!(
                "row {} of a batch: {}",
                refusal.row + 1,
                refusal.message
            )));
        }
        self.offered = false;
        self.plugin.call("write", async |sessions, store, session| sessions.call_write(store, session).await)
    }

    fn prepare(&mut self, commit: &Commit) -> Result<Prepared, SinkError> {
        let commit = load::Commit { number: commit.number, last: commit.last };
        self.plugin.call("prepare", async |sessions, store, session| {
            sessions.call_prepare(store, session, commit).await
        })?;
        self.prepared = Some(commit);
        Ok(Prepared { mark: SinkMark::None, publish: Vec::new() })
    }

    fn commit(&mut self) -> Result<(), SinkError> {
        Ok(())
    }

    fn publish(&mut self) -> Result<(), SinkError> {
        let Some(commit) = self.prepared.take() else { return Ok(()) };
        self.plugin.call("publish", async |sessions, store, session| {
            sessions.call_publish(store, session, commit).await
        })
    }
}
