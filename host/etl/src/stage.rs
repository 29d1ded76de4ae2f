//! One stage: a plugin in its place in the pipeline.

use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow_schema::{ArrowError, SchemaRef};
use thiserror::Error;
use tokio::sync::{mpsc, watch};
use witdock::{
    CallError, Digest, Dock, Handover, LoadError, Misbehaviour, Plugin, Source, SourceError, WatchError,
};

use crate::bindings::Transformer;
use crate::contract::{Applied, Contract, Tally};
use crate::held::Held;
use crate::interface::{Refusal, Setup, StageState, Told, open_session};
use crate::lookup::Lookups;
use crate::metrics::Metrics;
use crate::pipeline;
use crate::plugin_events::{self, Reloads};
use crate::progress::Reporter;
use crate::rows::Rows;
use crate::side_stream::{RejectedRows, SideRows};

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
#[derive(Debug, Clone)]
pub struct StageFigures {
    /// Where rows went.
    pub tally: Tally,
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
        Some(format!("source rows {} to {} (lines {} to {})", first.row, last.row, first.line, last.line))
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
        let source = Source::open(&config.plugin).map_err(|error| failed(StageErrorKind::Source(error)))?;
        let setup =
            Arc::new(Setup::new(config.settings.clone(), lookups, input, config.outputs.keys().cloned()));
        let builder =
            dock.plugin::<Transformer>(source).policy(config.grants.clone()).limits(config.limits.limits());
        let reloads = plugin_events::follow(&name, builder.events(), reporter.clone());
        let state = Arc::clone(&setup);
        let plugin = builder
            .load(move || StageState::new(Arc::clone(&state)))
            .await
            .map_err(|error| failed(StageErrorKind::Load(error)))?;
        Ok(Self { name, plugin, setup, reloads })
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
                Err(error) => self.again(error, &mut attempt, None).await?,
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

    /// Takes batches until there are no more, and gives what comes of them under the contract of [`Stage::begin`]. It ends early, without an error, when
    /// nobody takes its output any more.
    ///
    /// # Errors
    ///
    /// When a call fails for good, or what comes of it is not what was promised.
    pub async fn run(
        &self,
        agreed: &Contract,
        mut input: mpsc::Receiver<Rows>,
        output: mpsc::Sender<Rows>,
        side: mpsc::Sender<SideRows>,
        batch_rows: usize,
    ) -> Result<StageFigures, StageError> {
        let mut figures = StageFigures {
            tally: Tally::default(),
            busy: Duration::ZERO,
            batches: 0,
            metrics: Metrics::default(),
        };
        let mut held = Held::default();
        while let Some(rows) = input.recv().await {
            let begun = Instant::now();
            figures.batches += 1;
            let (applied, digest) =
                self.step(Ask::Process(&rows), agreed, &mut held, &mut figures.metrics, &side).await?;
            figures.tally.add(applied.tally);
            figures.busy += begun.elapsed();
            if !applied.rejected.is_empty() {
                let rejected = RejectedRows::new(&self.name, &digest.to_string(), &rows, applied.rejected)
                    .map_err(|error| self.failed(error.into()))?;
                if side.send(SideRows::Rejected(Box::new(rejected))).await.is_err() {
                    return Ok(figures);
                }
            }
            if !send(&output, applied.rows, batch_rows).await {
                return Ok(figures);
            }
        }
        let begun = Instant::now();
        let (applied, _) = self.step(Ask::Finish, agreed, &mut held, &mut figures.metrics, &side).await?;
        figures.busy += begun.elapsed();
        figures.tally.add(applied.tally);
        send(&output, applied.rows, batch_rows).await;
        Ok(figures)
    }

    /// Asks the plugin and takes what it answers and tells.
    async fn step(
        &self,
        ask: Ask<'_>,
        agreed: &Contract,
        held: &mut Held,
        metrics: &mut Metrics,
        side: &mpsc::Sender<SideRows>,
    ) -> Result<(Applied, Digest), StageError> {
        let answer = self.ask(ask, agreed, held).await.map_err(|error| error.with_rows(ask.rows()))?;
        self.check_held(answer.instance, held).await?;
        held.took(answer.applied.tally.absorbed > 0);
        metrics.merge(answer.told.metrics);
        for (output, batch) in answer.told.emitted {
            // The writer ends early only with an error of its own, which ends the run.
            let _ = side.send(SideRows::Emitted { stage: self.name.clone(), output, batch }).await;
        }
        Ok((answer.applied, answer.digest))
    }

    async fn ask(&self, ask: Ask<'_>, agreed: &Contract, held: &mut Held) -> Result<Answer, StageError> {
        let mut attempt = 1;
        loop {
            let answered = self
                .plugin
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
                .await;
            match answered {
                Ok(Ok(answer)) => return Ok(answer),
                Ok(Err(refusal)) => return Err(self.refused(refusal)),
                Err(error) => self.again(error, &mut attempt, Some(&mut *held)).await?,
            }
        }
    }

    /// Waits until a failed call may be made again, or gives up.
    async fn again(
        &self,
        error: CallError,
        attempt: &mut usize,
        held: Option<&mut Held>,
    ) -> Result<(), StageError> {
        if *attempt >= ATTEMPTS {
            return Err(self.failed(StageErrorKind::Call(error)));
        }
        *attempt += 1;
        if let Some(wait) = error.retry_after() {
            tokio::time::sleep(wait).await;
            return Ok(());
        }
        if error.rolled_back_to().is_none() {
            return Err(self.failed(StageErrorKind::Call(error)));
        }
        match held.map(|held| held.roll_back(error.generation())) {
            Some(false) => Err(self.held_rows_lost(error.to_string())),
            _ => Ok(()),
        }
    }

    /// Makes sure that another instance than before took over what that one held.
    async fn check_held(&self, instance: u64, held: &mut Held) -> Result<(), StageError> {
        if !held.changes(instance) {
            return Ok(());
        }
        let generation = self.plugin.generation();
        let mut reloads = self.reloads.clone();
        let news = reloads.wait_for(|reloads| reloads.generation >= generation);
        let handover = match tokio::time::timeout(NEWS, news).await {
            Ok(Ok(reloads)) => reloads.handover,
            _ => Handover::Lost,
        };
        if held.hand_over(instance, generation, handover) {
            Ok(())
        } else {
            let how = match handover {
                Handover::None => "and the plugin exports no `witdock:plugin/state` to hand it over by",
                _ => "and the state was not handed over",
            };
            Err(self.held_rows_lost(format!("generation {generation} serves now, {how}")))
        }
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

/// Sends rows on in batches of a bearable size. False when nobody takes them any more.
async fn send(output: &mpsc::Sender<Rows>, rows: Rows, batch_rows: usize) -> bool {
    for piece in rows.pieces(batch_rows) {
        if output.send(piece).await.is_err() {
            return false;
        }
    }
    true
}
