//! Reload as a transaction: if a step fails, the old generation keeps serving, and the status shows the reason.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::Serialize;
use wasmtime::Store;

use super::call::{Ended, attempt, failed};
use super::candidate::{Candidate, Identity};
use super::core::Core;
use super::error::LoadError;
use super::generation::{Member, Successor};
use super::instance::Instance;
use super::lifecycle::Input;
use super::linked::Linked;
use super::revocation;
use super::settings::Instances;
use super::state::{Answer, SAVE, restore_into, save_in};
use crate::instance::{Handover, NextStop, Stateful, Timing};
use crate::{HostState, Interface, LogLevel};

/// The outcome of a successful reload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "reload", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Reload {
    /// The source is the same as what runs, or as the last rejected candidate.
    Unchanged,
    /// A new generation serves.
    Swapped {
        /// The number of the new generation.
        generation: u64,
        /// From the start of the reload to the swap.
        took: Duration,
        /// Whether the new generation got the state.
        state: Handover,
    },
}

/// The reason of a reload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trigger {
    /// A person: a rejected candidate is tried again.
    Person,
    /// A changed file.
    Watch,
    /// A restart by the application: an unchanged source is loaded again.
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
    let mut last_tried = core.last_tried.lock().await;
    let (begun, before) = (Instant::now(), last_tried.clone());
    let mut attempts = 0;
    loop {
        attempts += 1;
        let stop = core.next_stop().ok_or_else(|| stopped(core))?;
        if core.life().lifecycle.is_revoked() {
            // The policy may cover it again by now: then it is the same as what runs.
            revocation::regrant(core);
        }
        let change = core.settings.policy.next_change();
        let result = Transaction { core, begun, stop, change }.run(&mut last_tried, trigger).await;
        match &result {
            Ok(_) => {}
            // What was granted is no longer: the new policy decides.
            Err(LoadError::PolicyChanged { .. }) if attempts < MOST_ATTEMPTS => {
                *last_tried = before.clone();
                continue;
            }
            // It was not tried: a plugin that is revived loads it.
            Err(LoadError::Stopped { .. }) => *last_tried = before,
            Err(error) => drop(core.apply(Input::Rejected { reason: error.to_string() }, None)),
        }
        break result;
    }
}

/// How often a reload begins again because the host's policy has changed. A policy that changes all the time is a fault of the host.
const MOST_ATTEMPTS: u32 = 8;

fn stopped<I: Interface>(core: &Core<I>) -> LoadError {
    LoadError::Stopped { plugin: core.settings.name.clone() }
}

/// One reload, from the source to the swap.
struct Transaction<'core, I: Interface> {
    core: &'core Arc<Core<I>>,
    begun: Instant,
    stop: NextStop<'core>,
    /// The next change of the host's policy.
    change: NextStop<'core>,
}

impl<I: Interface> Transaction<'_, I> {
    async fn run(self, last_tried: &mut Identity, trigger: Trigger) -> Result<Reload, LoadError> {
        let (core, settings) = (self.core, &self.core.settings);
        let candidate = self.unless_interrupted(Candidate::read(settings, false)).await?;
        let identity = candidate.identity();
        let runs_already = identity == core.current().identity && !core.life().lifecycle.is_revoked();
        let tried_before = std::mem::replace(last_tried, identity.clone()) == identity;
        match trigger {
            Trigger::Person | Trigger::Watch if runs_already => {
                core.apply(Input::Unchanged, None);
                return Ok(Reload::Unchanged);
            }
            Trigger::Watch if tried_before => return Ok(Reload::Unchanged),
            Trigger::Person | Trigger::Watch | Trigger::Restart => {}
        }

        // All steps that can fail run while the old generation serves.
        let linked = self.unless_interrupted(Linked::prepare(settings, candidate)).await?;
        let number = core.life().lifecycle.next_generation();
        let first = self.unless_interrupted(linked.start(settings, number, Handover::None)).await?;
        // Held until the swap: no call runs from the moment when the state is saved.
        let (first, state, _quiet) = match settings.instances {
            Instances::Stateful => {
                // Calls come and go in order, and each has a deadline: this wait ends, and so does that of the calls
                // behind it.
                let all = core.turn(settings.instances.count());
                let quiet =
                    self.unless_interrupted(async { all.await.map_err(|_| self.interrupted()) }).await?;
                let (first, state) = self.hand_over(first).await?;
                (first, state, Some(quiet))
            }
            Instances::Pool(_) => (first, Handover::None, None),
        };
        let took = self.begun.elapsed();
        let digest = identity.digest;
        let successor = Successor { number, identity, linked, first };
        let ready = Input::Ready { digest, took, state };
        match core.apply_before(self.change, ready, Some(successor)) {
            Some(transition) if transition.swapped() => {
                Ok(Reload::Swapped { generation: number, took, state })
            }
            _ => Err(self.interrupted()),
        }
    }

    async fn unless_interrupted<R>(
        &self,
        work: impl Future<Output = Result<R, LoadError>>,
    ) -> Result<R, LoadError> {
        let result = self.stop.unless(self.change.unless(work)).await.flatten();
        result.unwrap_or_else(|| Err(self.interrupted()))
    }

    /// What a revocation cancels was not stopped by anybody.
    fn interrupted(&self) -> LoadError {
        match self.change.is_passed() {
            true => LoadError::PolicyChanged { plugin: self.core.settings.name.clone() },
            false => stopped(self.core),
        }
    }

    /// `restore(save())`: hands the running instance's state to the new one, if there is any.
    async fn hand_over(&self, mut new: Box<Instance<I>>) -> Result<(Box<Instance<I>>, Handover), LoadError> {
        let core = self.core;
        let Some(Member { instance: mut old, generation }) = core.take_idle() else {
            // It failed before, and its state was lost with it.
            let state = core.current().handover_after_failure();
            return Ok((with_handover(new, state), state));
        };
        let lost = match (&old.state, &new.state) {
            (Some(_), Some(_)) => None,
            (None, _) => Some(Handover::None),
            (Some(_), None) => Some(Handover::Lost),
        };
        if let Some(state) = lost {
            core.return_idle(Member { instance: old, generation });
            return Ok((with_handover(new, state), state));
        }
        let row = core.row(SAVE);
        let saving = attempt(
            core,
            &mut old,
            row,
            Timing::Exact,
            self.stop,
            async |_: &I, state: Option<&Stateful>, store: &mut Store<HostState<I::State>>| match state {
                Some(state) => save_in(state, store).await,
                None => Ok(Ok(Vec::new())),
            },
        );
        let saved: Answer<Vec<u8>> = match saving.await {
            Ok(value) => {
                // It keeps serving if the new one is rejected, and is on standby during probation.
                core.record(row, old.store.data().call_time(), true);
                core.return_idle(Member { instance: old, generation });
                value
            }
            Err(Ended::Cancelled) => return Err(self.interrupted()),
            Err(Ended::Failed(failure)) => {
                drop(old);
                // The old instance and its state are lost in any case. Rejecting the new generation would keep an author
                // from ever replacing one whose `save` is broken.
                let message =
                    format!("the state is lost: generation {} {failure} while saving", generation.number);
                core.settings.log.write(LogLevel::Error, "witdock", &message);
                failed(core, &generation, SAVE, Ended::Failed(failure));
                return Ok((with_handover(new, Handover::Lost), Handover::Lost));
            }
        };
        let saved = saved
            .map_err(|words| self.refused(format!("the running generation did not save it: {words}")))?;
        match restore_into(core, &mut new, &saved, self.stop).await {
            None => Err(self.refused("the new generation exports no `witdock:plugin/state`".to_owned())),
            Some(Ok(answer)) => {
                answer.map_err(|words| {
                    self.refused(format!("the new generation did not restore it: {words}"))
                })?;
                Ok((new, Handover::Kept))
            }
            Some(Err(Ended::Cancelled)) => Err(self.interrupted()),
            Some(Err(Ended::Failed(failure))) => {
                Err(self.refused(format!("the new generation {failure} while restoring")))
            }
        }
    }

    fn refused(&self, message: String) -> LoadError {
        LoadError::Handover { plugin: self.core.settings.name.clone(), message }
    }
}

fn with_handover<I: Interface>(mut instance: Box<Instance<I>>, state: Handover) -> Box<Instance<I>> {
    instance.store.data_mut().handover = state;
    instance
}
