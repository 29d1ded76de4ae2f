//! Uses an instance: takes it, runs guest code under limits and the stop signal, classifies and records the outcome, and
//! puts the instance back.

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;

use futures_executor::block_on;
use tokio::sync::futures::Notified;
use wasmtime::Store;

use super::core::{Admission, Core};
use super::error::{CallError, CallErrorKind};
use super::generation::{Generation, Member};
use super::instance::Instance;
use super::lifecycle::Input;
use crate::instance::{CallTime, Failure, Stateful, Stopped, Timing, within_limits, within_limits_sync};
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

/// Waits for a permit, and uses an idle instance or a fresh one.
pub(crate) async fn use_instance<I: Interface, R>(
    core: &Arc<Core<I>>,
    export: &str,
    run: impl AsyncFnOnce(&I, Option<&Stateful>, &mut Store<HostState<I::State>>) -> wasmtime::Result<R>,
) -> Result<R, CallError> {
    let refuse = |kind| core.error(export, kind);
    let _permit = match core.permits.try_acquire() {
        Ok(permit) => permit,
        Err(_) => {
            core.admit().map_err(refuse)?;
            // Never closed.
            core.permits.acquire().await.map_err(|_| refuse(CallErrorKind::Stopped))?
        }
    };
    let Admission { generation, idle, stop, timing } = core.begin(export).map_err(refuse)?;
    let mut stop = pin!(stop);
    let instance = match idle {
        Some(instance) => instance,
        None => start(core, &generation, export, stop.as_mut()).await?,
    };
    // From here on the instance belongs to this future: dropped or failed, it is not put back.
    match attempt(core, instance, export, timing, stop, run).await {
        Ok(Used { instance, value, time }) => {
            core.put_back(Member { instance, generation }, export, time);
            if timing == Timing::Exact {
                // Calls that never wait must not keep other tasks of their thread waiting. Going round them costs as much as a
                // tenth of a short call, so of short calls it is one in 16, as with the clock.
                tokio::task::coop::consume_budget().await;
            }
            Ok(value)
        }
        Err(ended) => Err(failed(core, &generation, export, ended)),
    }
}

/// A call of the application to a plugin that never waits, on the caller's own stack.
pub(crate) fn call_sync<I: Interface, R>(
    core: &Arc<Core<I>>,
    export: &str,
    run: impl FnOnce(&I, &mut Store<HostState<I::State>>) -> wasmtime::Result<R>,
) -> Result<R, CallError> {
    let refuse = |kind| core.error(export, kind);
    let _permit = match core.permits.try_acquire() {
        Ok(permit) => permit,
        Err(_) => {
            core.admit().map_err(refuse)?;
            block_on(core.permits.acquire()).map_err(|_| refuse(CallErrorKind::Stopped))?
        }
    };
    let Admission { generation, idle, stop, timing } = core.begin(export).map_err(refuse)?;
    let mut instance = match idle {
        Some(instance) => instance,
        None => {
            // The application's `activate` may use timers.
            let _entered = core.settings.runtime.enter();
            block_on(start(core, &generation, export, pin!(stop)))?
        }
    };
    let Instance { store, guest, .. } = &mut *instance;
    let outcome = within_limits_sync(store, timing, |store| run(guest, store));
    match conclude(core, instance, export, Some(outcome)) {
        Ok(Used { instance, value, time }) => {
            core.put_back(Member { instance, generation }, export, time);
            Ok(value)
        }
        Err(ended) => Err(failed(core, &generation, export, ended)),
    }
}

/// An instance that may be entered again, with the result of its use.
pub(crate) struct Used<I: Interface, R> {
    pub(crate) instance: Box<Instance<I>>,
    pub(crate) value: R,
    /// None if its clock never started.
    pub(crate) time: Option<CallTime>,
}

/// Why an instance may not be entered again.
#[derive(Debug)]
pub(crate) enum Ended {
    /// The plugin was stopped.
    Cancelled,
    Failed(Failure),
}

/// Runs guest code in an instance. Classifies and records a failure; the lifecycle decides what follows.
pub(crate) async fn attempt<I: Interface, R>(
    core: &Core<I>,
    mut instance: Box<Instance<I>>,
    export: &str,
    timing: Timing,
    stop: Pin<&mut Notified<'_>>,
    run: impl AsyncFnOnce(&I, Option<&Stateful>, &mut Store<HostState<I::State>>) -> wasmtime::Result<R>,
) -> Result<Used<I, R>, Ended> {
    let outcome = {
        let Instance { store, guest, state } = &mut *instance;
        let work = pin!(within_limits(store, timing, async |store: &mut Store<HostState<I::State>>| {
            run(guest, state.as_ref(), store).await
        }));
        unless_stopped(stop, work).await
    };
    conclude(core, instance, export, outcome)
}

/// What has come of a use. None: the plugin was stopped while it waited.
fn conclude<I: Interface, R>(
    core: &Core<I>,
    mut instance: Box<Instance<I>>,
    export: &str,
    outcome: Option<wasmtime::Result<R>>,
) -> Result<Used<I, R>, Ended> {
    let time = instance.store.data().call_time();
    let error = match outcome {
        Some(Ok(value)) => return Ok(Used { instance, value, time }),
        Some(Err(error)) if !error.is::<Stopped>() => Some(error),
        Some(Err(_)) | None => None,
    };
    core.record(export, time, false);
    Err(match error {
        Some(error) => Ended::Failed(Failure::classify(&error, instance.store.data_mut())),
        None => Ended::Cancelled,
    })
}

/// Starts a fresh instance in place of one that a failed call dropped.
pub(crate) async fn start<I: Interface>(
    core: &Arc<Core<I>>,
    generation: &Generation<I>,
    export: &str,
    stop: Pin<&mut Notified<'_>>,
) -> Result<Box<Instance<I>>, CallError> {
    let number = generation.number;
    let start = pin!(generation.linked.start(&core.settings, number, generation.handover_after_failure()));
    match unless_stopped(stop, start).await {
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
        None => Err(core.error_of(number, export, CallErrorKind::Cancelled)),
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
        Ended::Cancelled => CallErrorKind::Cancelled,
        Ended::Failed(failure) => {
            let input = Input::Failed {
                generation: number,
                export: export.to_owned(),
                counts: failure.is_plugins_fault(),
                failure: failure.clone(),
            };
            let rolled_back_to = core.apply(input, None).rolled_back_to();
            CallErrorKind::Failed { failure, rolled_back_to }
        }
    };
    core.error_of(number, export, kind)
}

/// Runs the work, or drops it when the plugin is stopped. The signal is checked only while the work waits: a call that never
/// waits does not pay for it. The work is pinned where it was made: moving it would copy all that it will ever hold.
pub(crate) async fn unless_stopped<R>(
    mut stop: Pin<&mut Notified<'_>>,
    mut work: Pin<&mut impl Future<Output = R>>,
) -> Option<R> {
    std::future::poll_fn(|context| match work.as_mut().poll(context) {
        Poll::Ready(value) => Poll::Ready(Some(value)),
        Poll::Pending => stop.as_mut().poll(context).map(|()| None),
    })
    .await
}
