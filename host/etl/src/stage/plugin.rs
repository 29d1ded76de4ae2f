use std::sync::Arc;
use std::time::Duration;

use arrow_schema::SchemaRef;
use witdock::{CallError, Dock, Instances, Plugin, RestartPolicy, Source};

use super::error::{StageError, StageErrorKind};
use super::input::InputFit;
use super::instance::{StageServices, StageState};
use super::refusal::Refusal;
use super::terms::Terms;
use crate::bindings::Transformer;
use crate::lookup::Lookups;
use crate::pipeline::{InputContract, Order, PluginConfig, PluginStageConfig, StageConfig};
use crate::plugin_events;
use crate::progress::Reporter;

/// A stage with its plugin, loaded. One run at a time may use it.
#[derive(Debug)]
pub struct PluginStage {
    name: String,
    plugin: Plugin<Transformer>,
    pub(super) services: Arc<StageServices>,
    pub(super) instances: u32,
    pub(super) order: Order,
    pub(super) max_failures: u64,
    input: Option<InputContract>,
}

impl PluginStage {
    /// Builds, loads and starts the stage's plugin for an input with these columns.
    ///
    /// # Errors
    ///
    /// When the plugin cannot be loaded, is refused a grant, or does not accept its settings or its input.
    pub async fn load(
        dock: &Dock,
        config: &StageConfig,
        plugin: &PluginStageConfig,
        lookups: Arc<Lookups>,
        input: SchemaRef,
        reporter: &Reporter,
    ) -> Result<Self, StageError> {
        let name = config.name.clone();
        let failed = |kind| StageError { stage: name.clone(), rows: None, kind: Box::new(kind) };
        let source =
            Source::open(&plugin.plugin.path).map_err(|error| failed(StageErrorKind::Source(error)))?;
        let fit = fit(config.input.as_ref(), &input);
        let fit = fit.map_err(|difference| failed(StageErrorKind::Drifted(difference)))?;
        let services = Arc::new(StageServices::new(
            plugin.plugin.settings.clone(),
            lookups,
            plugin.outputs.keys().cloned().collect(),
            Terms::new(fit.as_ref().map_or(input, InputFit::schema)),
        ));
        // Failures are limited by a count of rows, `max_failures`, and not by time.
        let restarts = RestartPolicy {
            first_back_off: Duration::ZERO,
            quarantine_after: u32::MAX,
            ..RestartPolicy::default()
        };
        let PluginConfig { path, grants, limits, trust, .. } = &plugin.plugin;
        let builder = dock.plugin::<Transformer>(source).limits(limits.limits()).restarts(restarts);
        let mut builder =
            trust.guard(builder, path, grants).map_err(|error| failed(StageErrorKind::NotLocked(error)))?;
        if plugin.instances > 1 {
            builder = builder.instances(Instances::Pool(plugin.instances as usize));
        }
        plugin_events::follow(&name, &builder, reporter.clone());
        let state = Arc::clone(&services);
        let loaded = builder
            .load(move || StageState::new(Arc::clone(&state)))
            .await
            .map_err(|error| failed(StageErrorKind::Load(error)))?;
        trust.loaded(path, &loaded);
        if plugin.instances > 1 && loaded.keeps_state() {
            let (plugin, instances) = (loaded.name().to_owned(), plugin.instances);
            return Err(failed(StageErrorKind::StateInInstances { plugin, instances }));
        }
        let PluginStageConfig { instances, order, max_failures, .. } = *plugin;
        let input = config.input.clone();
        Ok(Self { name, plugin: loaded, services, instances, order, max_failures, input })
    }

    /// The stage's name in the pipeline.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The stage's plugin.
    pub fn plugin(&self) -> &Plugin<Transformer> {
        &self.plugin
    }

    /// Reloads the plugin whenever its source changes.
    ///
    /// # Errors
    ///
    /// When the system cannot watch the source.
    pub fn watch(&self) -> Result<(), StageError> {
        self.plugin.watch().map_err(|error| self.failed(StageErrorKind::Watch(error)))
    }

    /// What makes rows with these columns fit the stage's `input`, if the pipeline has one.
    pub(super) fn fit(&self, input: &SchemaRef) -> Result<Option<InputFit>, StageError> {
        fit(self.input.as_ref(), input).map_err(|difference| self.failed(StageErrorKind::Drifted(difference)))
    }

    pub(super) fn call_failed(&self, error: CallError) -> StageError {
        self.failed(StageErrorKind::Call(error))
    }

    pub(super) fn held_rows_lost(&self, how: String) -> StageError {
        self.failed(StageErrorKind::HeldRowsLost { plugin: self.plugin.name().to_owned(), how })
    }

    pub(super) fn refused(&self, refusal: Refusal) -> StageError {
        self.failed(StageErrorKind::Refused { plugin: self.plugin.name().to_owned(), refusal })
    }

    pub(super) fn failed(&self, kind: StageErrorKind) -> StageError {
        StageError { stage: self.name.clone(), rows: None, kind: Box::new(kind) }
    }
}

fn fit(contract: Option<&InputContract>, input: &SchemaRef) -> Result<Option<InputFit>, String> {
    contract.map(|contract| InputFit::new(contract, input)).transpose()
}
