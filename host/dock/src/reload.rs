//! Reload as a transaction: whatever fails, the old generation goes on serving, and the status says why.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use serde::Serialize;
use tokio::sync::SemaphorePermit;

use crate::Interface;
use crate::candidate::Candidate;
use crate::core::{Core, Reloads};
use crate::error::LoadError;
use crate::event::{Event, Handover};
use crate::failure::Failure;
use crate::generation::Generation;
use crate::instance::{Live, within_limits};
use crate::linked::Linked;
use crate::lock::lock;
use crate::probation;
use crate::settings::{Instances, Settings};
use crate::source::Digest;
use crate::status::{Phase, ReloadOutcome, ReloadReport};
use crate::supervisor;

/// What a reload did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "reload", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Reload {
    /// The source is what already runs, or what was rejected a moment ago.
    Unchanged,
    /// A new generation serves.
    Swapped {
        /// Which.
        generation: u64,
        /// From the start of the reload to the swap.
        took: Duration,
        /// What became of the state.
        state: Handover,
    },
}

/// Who wants the reload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trigger {
    /// A person, who may insist on what was rejected before.
    Person,
    /// A changed file.
    Watch,
    /// The application, whose start of an instance has changed: what already runs is taken as well.
    Restart,
}

/// Reloads in a task of its own: half a transaction, dropped with its caller, would lose the state that is on its way from
/// one generation to the next.
pub(crate) async fn reload<I: Interface>(core: &Arc<Core<I>>, trigger: Trigger) -> Result<Reload, LoadError> {
    let own = core.clone();
    let task = tokio::spawn(async move { reload_in_turn(&own, trigger).await });
    task.await.unwrap_or_else(|error| {
        let plugin = core.settings.name.clone();
        Err(LoadError::Runtime { plugin, step: "reloaded", message: error.to_string() })
    })
}

async fn reload_in_turn<I: Interface>(core: &Arc<Core<I>>, trigger: Trigger) -> Result<Reload, LoadError> {
    let mut reloads = core.reloads.lock().await;
    if *core.stopped.borrow() {
        return Err(LoadError::Stopped { plugin: core.settings.name.clone() });
    }
    let result = transact(core, &mut reloads, trigger).await;
    if let Err(error) = &result {
        reject(core, reloads.newest + 1, error.to_string());
    }
    result
}

async fn transact<I: Interface>(
    core: &Arc<Core<I>>,
    reloads: &mut Reloads,
    trigger: Trigger,
) -> Result<Reload, LoadError> {
    let settings = &core.settings;
    let begun = Instant::now();
    let candidate = Candidate::read(settings).await?;
    let identity = candidate.identity();
    let running = core.current();
    if identity == running.identity && trigger != Trigger::Restart {
        reloads.last_tried = identity;
        unchanged(core, running.number);
        return Ok(Reload::Unchanged);
    }
    if trigger == Trigger::Watch && identity == reloads.last_tried {
        return Ok(Reload::Unchanged);
    }
    reloads.last_tried = identity.clone();

    let linked = Linked::prepare(settings, candidate).await?;
    let mut shadow = Live::start(settings, &linked).await?;
    // Held until the swap: no call runs from the moment when the state is saved.
    let (state, _quiet) = match settings.instances {
        Instances::Stateful => {
            let quiet = quiesce(core).await?;
            (take_over(core, &mut shadow).await?, Some(quiet))
        }
        Instances::Pool(_) => (Handover::None, None),
    };
    let generation = reloads.newest + 1;
    reloads.newest = generation;
    let took = begun.elapsed();
    // Before the swap: the first call may fail at once, and what it says of the generation must come last.
    announce(core, generation, identity.digest, took, state);
    let events = settings.events.clone();
    probation::swap(core, Arc::new(Generation::new(generation, identity, linked, shadow, events)));
    Ok(Reload::Swapped { generation, took, state })
}

/// Waits for the call that runs. Calls come and go in order, and each has a deadline: this wait ends, and so does that
/// of the calls behind it.
async fn quiesce<I: Interface>(core: &Core<I>) -> Result<SemaphorePermit<'_>, LoadError> {
    let all = core.settings.instances.count();
    let stopped = |_| LoadError::Stopped { plugin: core.settings.name.clone() };
    core.permits.acquire_many(all).await.map_err(stopped)
}

/// Hands the running instance's state to the new one, if there is any.
async fn take_over<I: Interface>(core: &Core<I>, shadow: &mut Live<I>) -> Result<Handover, LoadError> {
    let running = core.current();
    let Some(mut old) = running.take_idle() else {
        // It trapped before, and its state is gone with it.
        return Ok(Handover::None);
    };
    let (state, survives) = hand_over(&core.settings, &mut old, shadow).await;
    if survives {
        // In both cases: it serves on if the new one is rejected, and stands by during probation.
        running.put_idle(old);
    }
    state
}

/// `restore(save())`, and whether the old instance is still fit to serve.
async fn hand_over<I: Interface>(
    settings: &Settings<I>,
    old: &mut Live<I>,
    new: &mut Live<I>,
) -> (Result<Handover, LoadError>, bool) {
    let refused = |message: String| Err(LoadError::Handover { plugin: settings.name.clone(), message });
    let Some(source) = &old.state else { return (Ok(Handover::None), true) };
    let Some(target) = &new.state else { return (Ok(Handover::Lost), true) };
    let saved = within_limits(&settings.dock, &mut old.store, &settings.limits, async |store| {
        source.witdock_plugin_state().call_save(store).await
    })
    .await;
    let saved = match saved {
        Ok(Ok(saved)) => saved,
        Ok(Err(words)) => return (refused(format!("the running generation did not save it: {words}")), true),
        Err(error) => {
            // The old instance is gone with its state, whatever is done now. Refusing the new generation would keep
            // an author from ever replacing one whose `save` is broken.
            let failure = Failure::classify(&error, old.store.data_mut(), &settings.limits);
            settings.log.write(
                crate::LogLevel::Error,
                "witdock",
                &format!("the state is lost: the old generation {failure} while saving"),
            );
            return (Ok(Handover::Lost), false);
        }
    };
    let restored = within_limits(&settings.dock, &mut new.store, &settings.limits, async |store| {
        target.witdock_plugin_state().call_restore(store, &saved).await
    })
    .await;
    let result = match restored {
        Ok(Ok(())) => Ok(Handover::Kept),
        Ok(Err(words)) => refused(format!("the new generation did not take it: {words}")),
        Err(error) => {
            let failure = Failure::classify(&error, new.store.data_mut(), &settings.limits);
            refused(format!("the new generation {failure} while restoring"))
        }
    };
    (result, true)
}

fn announce<I: Interface>(core: &Core<I>, generation: u64, digest: Digest, took: Duration, state: Handover) {
    lock(&core.supervisor).on(supervisor::Event::Revived, Instant::now());
    core.status.send_modify(|status| {
        status.phase = Phase::Serving;
        status.generation = generation;
        status.digest = digest;
        status.last_reload = Some(ReloadReport {
            generation,
            at: SystemTime::now(),
            outcome: ReloadOutcome::Serving { took },
        });
    });
    core.emit(Event::Serving { generation, digest, took, state });
}

/// The author went back to what runs: what was said of a rejected generation no longer holds.
fn unchanged<I: Interface>(core: &Core<I>, generation: u64) {
    core.status.send_if_modified(|status| {
        let rejected =
            matches!(status.last_reload, Some(ReloadReport { outcome: ReloadOutcome::Rejected { .. }, .. }));
        if rejected {
            status.last_reload = None;
        }
        rejected
    });
    core.emit(Event::Unchanged { generation });
}

fn reject<I: Interface>(core: &Core<I>, generation: u64, reason: String) {
    core.status.send_modify(|status| {
        status.last_reload = Some(ReloadReport {
            generation,
            at: SystemTime::now(),
            outcome: ReloadOutcome::Rejected { reason: reason.clone() },
        });
    });
    core.emit(Event::Rejected { generation, running: core.current().number, reason });
}
