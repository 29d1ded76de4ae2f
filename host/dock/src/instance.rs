//! A live instance: a store, and the guest's bindings in it.

use wasmtime::component::Instance;
use wasmtime::{Store, UpdateDeadline};

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::blame::Reached;
use crate::dock::EPOCH_TICK;
use crate::error::LoadError;
use crate::failure::{DeadlineExceeded, Failure};
use crate::grants::{self, Granted};
use crate::host_state::{CallClock, HostState};
use crate::limiter::{Limiter, MemoryGauge};
use crate::limits::Limits;
use crate::linked::Linked;
use crate::log_sink::LogSink;
use crate::services::Stateful;
use crate::settings::Settings;
use crate::source::Digest;
use crate::tracked::Tracked;
use crate::{Dock, Interface};

/// One instance that can take a call.
pub(crate) struct Live<I: Interface> {
    pub(crate) store: Store<HostState<I::State>>,
    pub(crate) guest: I,
    /// The exports of `witdock:plugin/state`, if it has them.
    pub(crate) state: Option<Stateful>,
}

impl<I: Interface> Live<I> {
    /// Starts a fresh instance and makes it ready to serve.
    pub(crate) async fn start(settings: &Settings<I>, linked: &Linked<I>) -> Result<Self, LoadError> {
        let limits = &settings.limits;
        let mut store =
            new_store(settings, linked).map_err(|error| not_accepted(settings, format!("{error:#}")))?;
        let started = within_limits(&settings.dock, &mut store, limits, async |store| {
            let instance: Instance = linked.pre.instantiate_async(&mut *store).await?;
            let guest = I::bind(store, &instance)?;
            let state = linked.keeps_state.then(|| Stateful::new(&mut *store, &instance)).transpose()?;
            Ok((guest, state))
        })
        .await;
        let (guest, state) = match started {
            Ok(started) => started,
            Err(error) => {
                let failure = Failure::classify(&error, store.data_mut(), limits);
                return Err(LoadError::Start { plugin: settings.name.clone(), failure });
            }
        };
        let activated =
            within_limits(&settings.dock, &mut store, limits, async |store| guest.activate(store).await)
                .await;
        match activated {
            Ok(()) => Ok(Self { store, guest, state }),
            Err(error) => Err(match Failure::classify(&error, store.data_mut(), limits) {
                Failure::Host { message } => not_accepted(settings, message),
                failure => LoadError::Start { plugin: settings.name.clone(), failure },
            }),
        }
    }
}

fn not_accepted<I: Interface>(settings: &Settings<I>, message: String) -> LoadError {
    LoadError::NotAccepted { plugin: settings.name.clone(), message }
}

fn new_store<I: Interface>(
    settings: &Settings<I>,
    linked: &Linked<I>,
) -> wasmtime::Result<Store<HostState<I::State>>> {
    let parts = Parts {
        app: (settings.make_state)(),
        digest: linked.digest,
        granted: &linked.granted,
        log: settings.log.clone(),
        gauge: settings.gauge.clone(),
        limits: &settings.limits,
    };
    store(&settings.dock, parts)
}

/// What a store is made of.
pub(crate) struct Parts<'a, S> {
    pub(crate) app: S,
    pub(crate) digest: Digest,
    pub(crate) granted: &'a Granted,
    pub(crate) log: LogSink,
    pub(crate) gauge: Arc<MemoryGauge>,
    pub(crate) limits: &'a Limits,
}

/// A store that is held to its limits.
pub(crate) fn store<S: Send + 'static>(
    dock: &Dock,
    parts: Parts<'_, S>,
) -> wasmtime::Result<Store<HostState<S>>> {
    let Parts { app, digest, granted, log, gauge, limits } = parts;
    let mut table = wasmtime::component::ResourceTable::new();
    table.set_max_capacity(limits.handles);
    let state = HostState {
        app: Tracked::new(app),
        table: Tracked::new(table),
        digest,
        wasi: grants::context(granted, &log)?,
        limiter: Limiter::new(limits.memory_bytes, limits.table_elements, gauge),
        log,
        panic: None,
        clock: CallClock::default(),
        reached: Reached::default(),
    };
    let mut store = Store::new(dock.engine(), state);
    store.limiter(|state| &mut state.limiter);
    store.set_hostcall_fuel(limits.host_call_bytes);
    store.call_hook(|mut context, hook| {
        context.data_mut().on_call_hook(hook);
        Ok(())
    });
    store.epoch_deadline_callback(|context| {
        if context.data().clock.is_over(Instant::now()) {
            return Err(DeadlineExceeded.into());
        }
        // A busy guest gives its thread back at each tick, so that other tasks run and the call can be dropped.
        Ok(UpdateDeadline::Yield(1))
    });
    Ok(store)
}

/// Runs guest code under the limits of one call. Two clocks watch it: the epoch stops code that runs, and knows where it
/// was; the timer ends a call that waits in a host function, where no epoch is looked at.
pub(crate) async fn within_limits<S: Send + 'static, R>(
    dock: &Dock,
    store: &mut Store<HostState<S>>,
    limits: &Limits,
    run: impl AsyncFnOnce(&mut Store<HostState<S>>) -> wasmtime::Result<R>,
) -> wasmtime::Result<R> {
    store.data_mut().begin_call(limits.call_deadline);
    store.set_epoch_deadline(1);
    if dock.meters_fuel() {
        store.set_fuel(limits.fuel.unwrap_or(u64::MAX))?;
    }
    match tokio::time::timeout(timer_limit(limits), run(store)).await {
        Ok(result) => result,
        Err(_) => Err(DeadlineExceeded.into()),
    }
}

/// Later than the epoch can be, so that a guest that loops is stopped by the epoch and its place is known.
fn timer_limit(limits: &Limits) -> Duration {
    limits.call_deadline.saturating_add(EPOCH_TICK * 3)
}
