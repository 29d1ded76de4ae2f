//! Uses an instance: takes it, runs guest code under limits and the stop signal, classifies and records the outcome, and
//! puts the instance back.

use std::sync::Arc;

use futures_executor::block_on;
use wasmtime::Store;

use super::core::{Admission, Core};
use super::error::{CallError, CallErrorKind};
use super::generation::{Generation, Member};
use super::instance::Instance;
use super::lifecycle::Input;
use super::statistics::Row;
use crate::dock::{locate, locate_blocking};
use crate::instance::{Failure, NextStop, Stateful, Stopped, Timing, within_limits, within_limits_sync};
use crate::{HostState, Interface};

/// A call of the application.
pub(crate) async fn call<I: Interface, R>(
    core: &Arc<Core<I>>,
    export: &str,
    run: impl AsyncFnOnce(&I, &mut Store<HostState<I::State>>) -> wasmtime::Result<R>,
) -> Result<R, CallError> {
    use_instance(
        core,
        export,
        async |guest: &I, _: Option<&Stateful>, store: &mut Store<HostState<I::State>>| {
            run(guest, store).await
        },
    )
    .await
}

/// Waits for its turn, and uses an idle instance or a fresh one.
pub(crate) async fn use_instance<I: Interface, R>(
    core: &Arc<Core<I>>,
    export: &str,
    run: impl AsyncFnOnce(&I, Option<&Stateful>, &mut Store<HostState<I::State>>) -> wasmtime::Result<R>,
) -> Result<R, CallError> {
    let admission = match core.begin_at_once(export) {
        Some(admission) => admission,
        // What is rare is boxed: the future of a call is as large as all that it may hold.
        None => Box::pin(core.begin_in_turn(export)).await.map_err(|kind| core.error(export, kind))?,
    };
    let Admission { turn, generation, idle, stop, row, timing } = admission;
    let mut instance = match idle {
        Some(instance) => instance,
        None => Box::pin(start_in_turn(core, &generation, export, stop)).await?,
    };
    // From here on the instance belongs to this future: dropped or failed, it is not put back.
    match attempt(core, &mut instance, row, timing, stop, run).await {
        Ok(value) => {
            turn.put_back(Member { instance, generation }, row);
            if timing == Timing::Exact {
                // Calls that never wait must not keep other tasks of their thread waiting. Going round them costs as much as a
                // tenth of a short call, so of short calls it is one in 16, as with the clock.
                tokio::task::coop::consume_budget().await;
            }
            Ok(value)
        }
        Err(ended) => {
            drop(instance);
            Err(failed(core, &generation, export, ended))
        }
    }
}

/// A call of the application to a plugin that never waits, on the caller's own stack.
pub(crate) fn call_sync<I: Interface, R>(
    core: &Arc<Core<I>>,
    export: &str,
    run: impl FnOnce(&I, &mut Store<HostState<I::State>>) -> wasmtime::Result<R>,
) -> Result<R, CallError> {
    let admission = match core.begin_at_once(export) {
        Some(admission) => admission,
        None => block_on(core.begin_in_turn(export)).map_err(|kind| core.error(export, kind))?,
    };
    let Admission { turn, generation, idle, stop, row, timing } = admission;
    let mut instance = match idle {
        Some(instance) => instance,
        None => {
            // The application's `activate` may use timers.
            let _entered = core.settings.runtime.enter();
            block_on(start(core, &generation, export, stop))?
        }
    };
    let Instance { store, guest, .. } = &mut *instance;
    match within_limits_sync(store, timing, |store| run(guest, store)) {
        Ok(value) => {
            turn.put_back(Member { instance, generation }, row);
            Ok(value)
        }
        Err(error) => {
            core.record(row, instance.store.data().call_time(), false);
            let mut ended = ended(&mut instance, &error);
            if let Ended::Failed(failure) = &mut ended {
                locate_blocking(failure, &error, &instance.symbols);
            }
            drop(instance);
            Err(failed(core, &generation, export, ended))
        }
    }
}

/// Why an instance may not be entered again.
#[derive(Debug)]
pub(crate) enum Ended {
    /// The plugin was stopped, or a grant of it revoked.
    Cancelled,
    Failed(Box<Failure>),
}

/// [`enter`], for a use under this row of the statistics: records a failure, which is classified. The lifecycle decides what follows.
pub(crate) async fn attempt<I: Interface, R>(
    core: &Core<I>,
    instance: &mut Instance<I>,
    row: Row,
    timing: Timing,
    stop: NextStop<'_>,
    run: impl AsyncFnOnce(&I, Option<&Stateful>, &mut Store<HostState<I::State>>) -> wasmtime::Result<R>,
) -> Result<R, Ended> {
    let outcome = enter(instance, timing, stop, run).await;
    if outcome.is_err() {
        core.record(row, instance.store.data().call_time(), false);
    }
    outcome
}

/// Runs guest code in an instance, which may be entered again if this returns a value. Classifies a failure.
#[inline]
pub(crate) async fn enter<I: Interface, R>(
    instance: &mut Instance<I>,
    timing: Timing,
    stop: NextStop<'_>,
    run: impl AsyncFnOnce(&I, Option<&Stateful>, &mut Store<HostState<I::State>>) -> wasmtime::Result<R>,
) -> Result<R, Ended> {
    let Instance { store, guest, state, .. } = &mut *instance;
    let outcome = within_limits(store, timing, Some(stop), async |store: &mut Store<HostState<I::State>>| {
        run(guest, state.as_ref(), store).await
    })
    .await;
    match outcome {
        Ok(value) => Ok(value),
        Err(error) => {
            let mut ended = ended(instance, &error);
            if let Ended::Failed(failure) = &mut ended {
                // What is rare is boxed.
                Box::pin(locate(failure, &error, &instance.symbols)).await;
            }
            Err(ended)
        }
    }
}

#[cold]
fn ended<I: Interface>(instance: &mut Instance<I>, error: &wasmtime::Error) -> Ended {
    let state = instance.store.data_mut();
    match error.is::<Stopped>() {
        true => Ended::Cancelled,
        false => Ended::Failed(Box::new(Failure::classify(error, state))),
    }
}

/// [`start`] after the other tasks of the thread had their turn: whoever calls a plugin that fails each time would start instances without end.
async fn start_in_turn<I: Interface>(
    core: &Arc<Core<I>>,
    generation: &Generation<I>,
    export: &str,
    stop: NextStop<'_>,
) -> Result<Box<Instance<I>>, CallError> {
    tokio::task::yield_now().await;
    start(core, generation, export, stop).await
}

/// Starts a fresh instance in place of one that a failed call dropped.
pub(crate) async fn start<I: Interface>(
    core: &Arc<Core<I>>,
    generation: &Generation<I>,
    export: &str,
    stop: NextStop<'_>,
) -> Result<Box<Instance<I>>, CallError> {
    let number = generation.number;
    let start = generation.linked.start(&core.settings, number, generation.handover_after_failure());
    match stop.unless(start).await {
        Some(Ok(instance)) => Ok(instance),
        Some(Err(error)) => {
            let message = error.to_string();
            let failure = error.into_failure();
            core.apply(
                Input::Failed { generation: number, export: export.to_owned(), failure, counts: true },
                None,
            );
            Err(core.error_of(number, export, CallErrorKind::Start { message }))
        }
        None => Err(core.error_of(number, export, core.cancelled())),
    }
}

/// Reports a use that ended without a value to the lifecycle, and returns the caller's error.
pub(crate) fn failed<I: Interface>(
    core: &Arc<Core<I>>,
    generation: &Generation<I>,
    export: &str,
    ended: Ended,
) -> CallError {
    let number = generation.number;
    let kind = match ended {
        Ended::Cancelled => core.cancelled(),
        Ended::Failed(failure) => {
            let input = Input::Failed {
                generation: number,
                export: export.to_owned(),
                counts: failure.is_plugins_fault(),
                failure: (*failure).clone(),
            };
            let rolled_back_to = core.apply(input, None).rolled_back_to();
            CallErrorKind::Failed { failure: *failure, rolled_back_to }
        }
    };
    core.error_of(number, export, kind)
}
