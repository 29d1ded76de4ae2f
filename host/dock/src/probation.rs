//! A new generation serves on probation: the one before it stands by.

use std::sync::Arc;
use std::time::{Instant, SystemTime};

use crate::Interface;
use crate::core::{Core, Previous};
use crate::event::Event;
use crate::generation::Generation;
use crate::lock::lock;
use crate::status::{ReloadOutcome, ReloadReport};
use crate::supervisor;

/// Lets a new generation serve, on probation.
pub(crate) fn swap<I: Interface>(core: &Arc<Core<I>>, generation: Arc<Generation<I>>) {
    let successor = generation.number;
    let running = core.current();
    *lock(&core.previous) = Some(Previous { generation: running, successor });
    core.set_current(generation);
    end_probation_later(core, successor);
}

/// Lets the old generation go when its successor has proved itself.
fn end_probation_later<I: Interface>(core: &Arc<Core<I>>, successor: u64) {
    let probation = core.settings.probation;
    let core = Arc::downgrade(core);
    tokio::spawn(async move {
        tokio::time::sleep(probation).await;
        if let Some(core) = core.upgrade() {
            let old = lock(&core.previous).take_if(|previous| previous.successor == successor);
            drop(old);
        }
    });
}

/// Puts the previous generation back if `failed` is the current one and on probation; its number.
pub(crate) fn roll_back<I: Interface>(
    core: &Core<I>,
    failed: &Arc<Generation<I>>,
    reason: &str,
) -> Option<u64> {
    let previous = lock(&core.previous).take_if(|previous| previous.successor == failed.number)?;
    let (to, digest) = (previous.generation.number, previous.generation.identity.digest);
    core.set_current(previous.generation);
    lock(&core.supervisor).on(supervisor::Event::Revived, Instant::now());
    core.status.send_modify(|status| {
        status.generation = to;
        status.digest = digest;
        status.last_reload = Some(ReloadReport {
            generation: failed.number,
            at: SystemTime::now(),
            outcome: ReloadOutcome::RolledBack { reason: reason.to_owned() },
        });
    });
    core.emit(Event::RolledBack { from: failed.number, to, reason: reason.to_owned() });
    Some(to)
}
