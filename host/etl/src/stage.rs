//! One stage: a plugin in its place in the pipeline.

mod input;
mod memory;
mod stream;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arrow_schema::{ArrowError, SchemaRef};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use tokio::sync::watch;
use witdock::{
    CallError, Digest, Dock, Failure, Handover, Instances, LoadError, Misbehaviour, Plugin, RestartPolicy,
    Source, SourceError, WatchError,
};

use self::input::InputFit;
use self::memory::Memory;
pub use self::stream::Passage;
use crate::bindings::Transformer;
use crate::contract::{Applied, Contract, Tally};
use crate::interface::{Refusal, Setup, StageState, Told, open_session};
use crate::lookup::Lookups;
use crate::metrics::Metrics;
use crate::pipeline::{self, InputContract, Order};
use crate::plugin_events::{self, Reloads};
use crate::progress::Reporter;
use crate::rows::Rows;

/// Why a stage cannot go on.
#[derive(Debug, Error)]
#[error("stage `{stage}`{}: {kind}", place(.rows.as_ref()))]
pub struct StageError {
    /// The stage.
    pub stage: String,
    /// The rows of the source that were in its hands.
    pub rows: Option<String>,
    /// What happened.
    pub kind: Box<StageErrorKind>,
}

fn place(rows: Option<&String>) -> String {
    rows.map_or_else(String::new, |rows| format!(", {rows}"))
}

/// What happened in a stage.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StageErrorKind {
    /// There is no plugin at the path.
    #[error("{0}")]
    Source(SourceError),
    /// The plugin cannot be loaded.
    #[error("{0}")]
    Load(LoadError),
    /// The plugin cannot be watched.
    #[error("{0}")]
    Watch(WatchError),
    /// A call to the plugin failed.
    #[error("{0}")]
    Call(CallError),
    /// Too many rows brought the plugin down.
    #[error(
        "{failures} rows have brought the plugin down, and `max_failures` of the stage allows {allowed}: {last}"
    )]
    TooManyFailures {
        /// Rows, this one among them.
        failures: u64,
        /// The stage's bound.
        allowed: u64,
        /// The last failure.
        last: CallError,
    },
    /// A plugin with state cannot have several instances.
    #[error(
        "plugin {plugin} keeps state from batch to batch, so it cannot have `instances = {instances}`: remove that key"
    )]
    StateInInstances {
        /// The plugin.
        plugin: String,
        /// What the stage asks for.
        instances: u32,
    },
    /// What comes in is not what the stage's `input` says.
    #[error("its input has drifted: {0}; mend the source, or say in the stage's `input` what else is taken")]
    Drifted(String),
    /// The plugin, or the contract that it gave, does not suit the pipeline.
    #[error("plugin {plugin}: {refusal}")]
    Refused {
        /// The plugin.
        plugin: String,
        /// What does not suit.
        refusal: Refusal,
    },
    /// What the plugin held in memory between batches is gone, so that the result would be wrong.
    #[error(
        "plugin {plugin} holds what it took from earlier batches, and that is lost: {how}; run the pipeline again"
    )]
    HeldRowsLost {
        /// The plugin.
        plugin: String,
        /// What became of the instance that held them.
        how: String,
    },
    /// Arrow would not do something to a batch.
    #[error("{0}")]
    Arrow(#[from] ArrowError),
}

impl StageError {
    fn with_rows(self, rows: Option<String>) -> Self {
        Self { rows, ..self }
    }
}

/// What a stage did in a run.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct StageFigures {
    /// Where rows went.
    pub tally: Tally,
    /// Rows that brought the plugin down, and were rejected for it.
    pub failures: u64,
    /// Time in the plugin, and in bringing batches there and back.
    pub busy: Duration,
    /// Batches that went in.
    pub batches: u64,
    /// What the plugin reported.
    pub metrics: Metrics,
}

/// A stage with its plugin, loaded.
#[derive(Debug)]
pub struct Stage {
    name: String,
    plugin: Plugin<Transformer>,
    setup: Arc<Setup>,
    reloads: watch::Receiver<Reloads>,
    instances: u32,
    order: Order,
    max_failures: u64,
    input: Option<InputContract>,
    /// Makes the rows of the run fit `input`.
    fit: Mutex<Option<Arc<InputFit>>>,
}

/// How often a batch is sent again to a plugin that was rolled back, or that rests.
const ATTEMPTS: usize = 5;
/// How long the news of a reload may take to come by, once its generation serves.
const NEWS: Duration = Duration::from_secs(2);

/// What a plugin is asked.
#[derive(Clone, Copy)]
enum Ask<'a> {
    Process(&'a Rows),
    Finish,
}

/// Whether other rows may fare better: a grant that is missing is missed by all.
fn is_about_rows(failure: &Failure) -> bool {
    failure.is_plugins_fault() && !matches!(failure, Failure::NotGranted { .. })
}

/// Why an answer did not come.
enum Failed {
    /// The plugin failed in the call, and its instance is gone.
    Call(CallError),
    /// The run cannot go on.
    Run(StageError),
}

impl From<StageError> for Failed {
    fn from(error: StageError) -> Self {
        Self::Run(error)
    }
}

struct Answer {
    applied: Applied,
    told: Told,
    /// The component that answered.
    digest: Digest,
    /// Which instance answered.
    instance: u64,
}

impl Ask<'_> {
    fn name(self) -> &'static str {
        match self {
            Self::Process(_) => "process",
            Self::Finish => "finish",
        }
    }

    /// The rows of the source that it is about, in words.
    fn rows(self) -> Option<String> {
        let Self::Process(rows) = self else { return None };
        let (first, last) = rows.origin.range()?;
        let unit = rows.origin.unit().unwrap_or_default();
        let lines = match (first.line, last.line) {
            (Some(first), Some(last)) => format!(" (lines {first} to {last})"),
            _ => String::new(),
        };
        Some(format!("{unit} rows {} to {}{lines}", first.row, last.row))
    }
}

impl Stage {
    /// Builds, loads and starts the stage's plugin for an input of this schema.
    ///
    /// # Errors
    ///
    /// When the plugin cannot be loaded, is refused a grant, or does not accept its settings or its input.
    pub async fn load(
        dock: &Dock,
        config: &pipeline::Stage,
        lookups: Arc<Lookups>,
        input: SchemaRef,
        reporter: &Reporter,
    ) -> Result<Self, StageError> {
        let name = config.name.clone();
        let failed = |kind| StageError { stage: name.clone(), rows: None, kind: Box::new(kind) };
        let source =
            Source::open(&config.plugin.path).map_err(|error| failed(StageErrorKind::Source(error)))?;
        let fit = fit(config.input.as_ref(), &input);
        let fit = fit.map_err(|difference| failed(StageErrorKind::Drifted(difference)))?;
        let setup = Arc::new(Setup::new(
            config.plugin.settings.clone(),
            lookups,
            fit.as_ref().map_or(input, |fit| fit.schema()),
            config.outputs.keys().cloned(),
        ));
        // How many failures are bearable is said in rows, by `max_failures`.
        let restarts = RestartPolicy {
            first_back_off: Duration::ZERO,
            quarantine_after: u32::MAX,
            ..RestartPolicy::default()
        };
        let mut builder = dock
            .plugin::<Transformer>(source)
            .policy(config.plugin.grants.clone())
            .limits(config.plugin.limits.limits())
            .restarts(restarts);
        if config.instances > 1 {
            builder = builder.instances(Instances::Pool(config.instances as usize));
        }
        let reloads = plugin_events::follow(&name, builder.events(), reporter.clone());
        let state = Arc::clone(&setup);
        let plugin = builder
            .load(move || StageState::new(Arc::clone(&state)))
            .await
            .map_err(|error| failed(StageErrorKind::Load(error)))?;
        if config.instances > 1 && plugin.keeps_state() {
            let plugin = plugin.name().to_owned();
            return Err(failed(StageErrorKind::StateInInstances { plugin, instances: config.instances }));
        }
        let (instances, order, max_failures) = (config.instances, config.order, config.max_failures);
        let (input, fit) = (config.input.clone(), Mutex::new(fit));
        Ok(Self { name, plugin, setup, reloads, instances, order, max_failures, input, fit })
    }

    /// The stage's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The stage's plugin.
    pub fn plugin(&self) -> &Plugin<Transformer> {
        &self.plugin
    }

    /// The reloads of the stage's plugin so far.
    pub fn reloads(&self) -> watch::Receiver<Reloads> {
        self.reloads.clone()
    }

    /// Reloads the plugin whenever its source changes.
    ///
    /// # Errors
    ///
    /// When the system cannot watch it.
    pub fn watch(&self) -> Result<(), StageError> {
        self.plugin.watch().map_err(|error| self.failed(StageErrorKind::Watch(error)))
    }

    /// Opens a fresh session for a run over input of this schema, and gives the contract. Until [`Stage::end`] the plugin is
    /// held to it, over all reloads.
    ///
    /// # Errors
    ///
    /// When the plugin does not accept the input, or its contract is not one.
    pub async fn begin(&self, input: SchemaRef) -> Result<Arc<Contract>, StageError> {
        let fit = fit(self.input.as_ref(), &input);
        let fit = fit.map_err(|difference| self.failed(StageErrorKind::Drifted(difference)))?;
        let input = fit.as_ref().map_or(input, |fit| fit.schema());
        *self.fit.lock().unwrap_or_else(PoisonError::into_inner) = fit;
        self.setup.agree(|agreement| {
            agreement.input = input;
            agreement.promised = None;
        });
        self.setup.forget_side_schemas();
        let mut attempt = 1;
        let opened = loop {
            let opened = self
                .plugin
                .call_named("describe", async |guest, store| {
                    let refused = open_session(guest, store).await?.err();
                    let state = &mut store.data_mut().app;
                    state.told = Told::default();
                    Ok(match (refused, &state.session) {
                        (Some(refusal), _) => Err(refusal),
                        (None, Some(session)) => Ok(Arc::clone(&session.contract)),
                        (None, None) => return Err(wasmtime::Error::msg("no session was opened")),
                    })
                })
                .await;
            match opened {
                Ok(opened) => break opened,
                Err(error) => {
                    if !self.may_ask_again(&error, &mut attempt).await {
                        return Err(self.call_failed(error));
                    }
                }
            }
        };
        let contract = opened.map_err(|refusal| self.refused(refusal))?;
        self.setup.agree(|agreement| agreement.promised = Some(contract.schema()));
        Ok(contract)
    }

    /// The run is over: from now on a new generation may give another output.
    pub fn end(&self) {
        self.setup.agree(|agreement| agreement.promised = None);
    }

    /// Puts a plugin that hands state over where a run that was cut has left it.
    ///
    /// # Errors
    ///
    /// When the plugin does not take the state.
    pub async fn go_on(&self, state: &[u8]) -> Result<(), StageError> {
        self.plugin.start_anew(Some(state)).await.map_err(|error| self.call_failed(error))
    }

    /// Asks the plugin, and brings it back to where it was if that is needed to answer.
    async fn ask(&self, ask: Ask<'_>, agreed: &Contract, memory: &mut Memory) -> Result<Answer, Failed> {
        let mut attempt = 1;
        loop {
            match self.call(ask, agreed).await {
                Ok(Ok(answer)) => match self.lacks(answer.instance, memory).await {
                    None => return Ok(answer),
                    // It answered without what the one before it held: asked again with it.
                    Some(how) => {
                        attempt += 1;
                        if attempt > ATTEMPTS || !memory.recall(self, agreed).await? {
                            return Err(self.held_rows_lost(how).into());
                        }
                    }
                },
                Ok(Err(refusal)) => return Err(self.refused(refusal).into()),
                Err(error) => {
                    let rolled_back = error.rolled_back_to().is_some();
                    if !self.may_ask_again(&error, &mut attempt).await {
                        let blamed = error.failure().is_some_and(is_about_rows);
                        return Err(if blamed {
                            Failed::Call(error)
                        } else {
                            self.call_failed(error).into()
                        });
                    }
                    if rolled_back
                        && !memory.held.roll_back(error.generation())
                        && !memory.recall(self, agreed).await?
                    {
                        return Err(self.held_rows_lost(error.to_string()).into());
                    }
                }
            }
        }
    }

    /// Asks the plugin where no failure is expected.
    async fn ask_once(&self, ask: Ask<'_>, agreed: &Contract) -> Result<Answer, StageError> {
        match self.call(ask, agreed).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(refusal)) => Err(self.refused(refusal)),
            Err(error) => Err(self.call_failed(error)),
        }
    }

    async fn call(&self, ask: Ask<'_>, agreed: &Contract) -> Result<Result<Answer, Refusal>, CallError> {
        self.plugin
            .call_named(ask.name(), async |guest, store| {
                let app = &store.data().app;
                let instance = app.instance;
                let Some(session) = app.session.clone() else {
                    return Err(wasmtime::Error::msg("the instance has no open session"));
                };
                // A generation that was started while the run began may have been asked about another input.
                if let Some(difference) = session.contract.difference(agreed) {
                    return Ok(Err(Refusal::OutputChanged(difference)));
                }
                let transform = guest.witdock_etl_transform();
                let answer = match ask {
                    Ask::Process(rows) => {
                        let batch = session.contract.read(&rows.batch)?;
                        transform.session().call_process(&mut *store, session.handle, &batch).await?
                    }
                    Ask::Finish => transform.session().call_finish(&mut *store, session.handle).await?,
                };
                let output = match answer {
                    Ok(output) => output,
                    Err(error) => return Ok(Err(Refusal::from(error))),
                };
                // Within the call, so that a generation that lies is rolled back as one that traps.
                let applied = match ask {
                    Ask::Process(rows) => agreed.apply(rows, output),
                    Ask::Finish => agreed.apply_finish(output),
                };
                let applied =
                    applied.map_err(|error| Misbehaviour(format!("breaks its contract: {error}")))?;
                let told = std::mem::take(&mut store.data_mut().app.told);
                Ok(Ok(Answer { applied, told, instance, digest: store.data().digest() }))
            })
            .await
    }

    /// Whether a call that failed may be made again: after a roll-back, or after a rest.
    async fn may_ask_again(&self, error: &CallError, attempt: &mut usize) -> bool {
        *attempt += 1;
        if *attempt > ATTEMPTS {
            return false;
        }
        if let Some(wait) = error.retry_after() {
            tokio::time::sleep(wait).await;
            return true;
        }
        error.rolled_back_to().is_some()
    }

    /// When another instance than before has answered without what that one held: how that came.
    async fn lacks(&self, instance: u64, memory: &mut Memory) -> Option<String> {
        if self.instances > 1 || !memory.held.changes(instance) {
            return None;
        }
        let generation = self.plugin.generation();
        let mut reloads = self.reloads.clone();
        let news = reloads.wait_for(|reloads| reloads.generation >= generation);
        let handover = match tokio::time::timeout(NEWS, news).await {
            Ok(Ok(reloads)) => reloads.handover,
            _ => Handover::Lost,
        };
        if memory.held.hand_over(instance, generation, handover) {
            return None;
        }
        let how = match handover {
            Handover::None => "and the plugin exports no `witdock:plugin/state` to hand it over by",
            _ => "and the state was not handed over",
        };
        Some(format!("generation {generation} serves now, {how}"))
    }

    /// What makes rows fit the stage's input contract, if it has one.
    fn fit(&self) -> Option<Arc<InputFit>> {
        self.fit.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn call_failed(&self, error: CallError) -> StageError {
        self.failed(StageErrorKind::Call(error))
    }

    fn held_rows_lost(&self, how: String) -> StageError {
        self.failed(StageErrorKind::HeldRowsLost { plugin: self.plugin.name().to_owned(), how })
    }

    fn refused(&self, refusal: Refusal) -> StageError {
        self.failed(StageErrorKind::Refused { plugin: self.plugin.name().to_owned(), refusal })
    }

    fn failed(&self, kind: StageErrorKind) -> StageError {
        StageError { stage: self.name.clone(), rows: None, kind: Box::new(kind) }
    }
}

fn fit(contract: Option<&InputContract>, input: &SchemaRef) -> Result<Option<Arc<InputFit>>, String> {
    contract.map(|contract| InputFit::new(contract, input).map(Arc::new)).transpose()
}
