//! One call: admitted, given an instance, run under limits, and its outcome taken note of.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use wasmtime::Store;

use crate::core::Core;
use crate::error::{CallError, CallErrorKind};
use crate::event::Event;
use crate::failure::Failure;
use crate::generation::Generation;
use crate::instance::{Live, within_limits};
use crate::lock::lock;
use crate::probation;
use crate::status::{FailureReport, Phase};
use crate::supervisor::{self, Action};
use crate::{HostState, Interface};

pub(crate) async fn call<I: Interface, R>(
    core: &Arc<Core<I>>,
    export: &str,
    run: impl AsyncFnOnce(&I, &mut Store<HostState<I::State>>) -> wasmtime::Result<R>,
) -> Result<R, CallError> {
    let refuse = |kind| CallError {
        plugin: core.settings.name.clone(),
        export: export.to_owned(),
        generation: core.status.borrow().generation,
        kind,
    };
    admit(core).map_err(refuse)?;
    let Ok(_permit) = core.permits.acquire().await else {
        return Err(refuse(CallErrorKind::Stopped));
    };
    // Calls before this one may have failed while it waited.
    admit(core).map_err(refuse)?;

    let generation = core.current();
    let mut live = match generation.take_idle() {
        Some(live) => live,
        None => match Live::start(&core.settings, &generation.linked).await {
            Ok(live) => live,
            Err(error) => {
                let message = error.to_string();
                note_failure(core, &generation, export, &error.into_failure(), true);
                return Err(refuse(CallErrorKind::Start { message }));
            }
        },
    };

    let settings = &core.settings;
    let mut stopped = core.stopped.subscribe();
    let begun = Instant::now();
    // From here on the instance belongs to this future: dropped or failed, it is not put back.
    let outcome = tokio::select! {
        biased;
        _ = stopped.wait_for(|stopped| *stopped) => None,
        result = within_limits(&settings.dock, &mut live.store, &settings.limits, async |store| {
            run(&live.guest, store).await
        }) => Some(result),
    };
    let in_host = live.store.data().clock.in_host();
    core.recorder.record(export, begun.elapsed(), in_host, matches!(outcome, Some(Ok(_))));
    match outcome {
        Some(Ok(value)) => {
            generation.put_idle(live);
            Ok(value)
        }
        Some(Err(error)) => {
            let failure = Failure::classify(&error, live.store.data_mut(), &settings.limits);
            drop(live);
            let counts = failure.is_plugins_fault();
            let rolled_back_to = note_failure(core, &generation, export, &failure, counts);
            Err(CallError {
                plugin: settings.name.clone(),
                export: export.to_owned(),
                generation: generation.number,
                kind: CallErrorKind::Failed { failure, rolled_back_to },
            })
        }
        None => Err(refuse(CallErrorKind::Cancelled)),
    }
}

/// Whether a call may be made now.
pub(crate) fn admit<I: Interface>(core: &Core<I>) -> Result<(), CallErrorKind> {
    if *core.stopped.borrow() {
        return Err(CallErrorKind::Stopped);
    }
    let action = lock(&core.supervisor).admission(Instant::now());
    match action {
        Action::Serve => Ok(()),
        Action::BackOff(retry_after) => Err(CallErrorKind::BackingOff { retry_after }),
        Action::Quarantine => Err(CallErrorKind::Quarantined { reason: last_failure(core) }),
    }
}

fn last_failure<I: Interface>(core: &Core<I>) -> String {
    let status = core.status.borrow();
    status.last_failure.as_ref().map_or_else(String::new, |failure| failure.reason.clone())
}

/// Reports a failed call and, if it `counts` against the plugin, what follows from it: the generation to which it was
/// rolled back, if it was on probation.
pub(crate) fn note_failure<I: Interface>(
    core: &Arc<Core<I>>,
    generation: &Arc<Generation<I>>,
    export: &str,
    failure: &Failure,
    counts: bool,
) -> Option<u64> {
    let reason = failure.to_string();
    core.status.send_modify(|status| {
        status.last_failure = Some(FailureReport {
            export: export.to_owned(),
            generation: generation.number,
            reason: reason.clone(),
            at: SystemTime::now(),
        });
    });
    core.emit(Event::Failed { export: export.to_owned(), failure: failure.clone() });
    if !counts {
        return None;
    }
    let rolled_back_to = probation::roll_back(core, generation, &reason);
    if rolled_back_to.is_none() {
        fail(core, generation);
    }
    rolled_back_to
}

/// Counts a failure against the plugin, unless another generation serves by now.
fn fail<I: Interface>(core: &Arc<Core<I>>, generation: &Arc<Generation<I>>) {
    if !Arc::ptr_eq(generation, &core.current()) {
        return;
    }
    let action = lock(&core.supervisor).on(supervisor::Event::Failed, Instant::now());
    match action {
        Action::Serve => {}
        Action::BackOff(wait) => {
            core.status.send_modify(|status| status.phase = Phase::BackingOff { wait });
            core.emit(Event::BackingOff { wait });
            end_rest_later(core, wait);
        }
        Action::Quarantine => {
            let reason = last_failure(core);
            core.status.send_modify(|status| status.phase = Phase::Quarantined { reason: reason.clone() });
            core.emit(Event::Quarantined { reason });
        }
    }
}

/// Says that the plugin serves again, for those who only look at its status.
fn end_rest_later<I: Interface>(core: &Arc<Core<I>>, wait: Duration) {
    let core = Arc::downgrade(core);
    tokio::spawn(async move {
        tokio::time::sleep(wait).await;
        let Some(core) = core.upgrade() else { return };
        core.status.send_if_modified(|status| {
            let rested = status.phase == Phase::BackingOff { wait };
            if rested {
                status.phase = Phase::Serving;
            }
            rested
        });
    });
}
