//! The life of one plugin, as a pure state machine: it has no clock, no task and no instance. [`Lifecycle::on`] takes an
//! input and the time, and returns the events to send and the effects to apply; [`Core`](super::core::Core) applies them and publishes
//! the status in the same moment.

mod health;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

pub use health::RestartPolicy;

use self::health::{Fitness, Health};
use super::error::CallErrorKind;
use super::event::Event;
use super::status::{FailureReport, Phase, ReloadOutcome, ReloadReport, Status};
use crate::foreign::Digest;
use crate::grants::Refused;
use crate::instance::{Failure, Handover};

/// A moment, on both clocks: durations are measured on one, and people read the other.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Now {
    pub(crate) instant: Instant,
    pub(crate) wall: SystemTime,
}

/// A generation and its artifact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Version {
    pub(crate) generation: u64,
    pub(crate) digest: Digest,
}

/// An input of the lifecycle: what happened.
#[derive(Debug)]
pub(crate) enum Input {
    /// A use of an instance failed. `counts` if the plugin caused the failure.
    Failed { generation: u64, export: String, failure: Failure, counts: bool },
    /// The application stops the plugin.
    Stop,
    /// A person, or the application, gives the plugin another chance.
    Revive,
    /// The host's policy no longer covers what this generation was granted: the one that serves, or one that takes no new calls but is on standby or still
    /// runs its last ones.
    Revoked { generation: u64, refused: Refused },
    /// The host's policy covers what this generation was granted, as it may have done all the time.
    Covered { generation: u64 },
    /// A new generation is ready to serve; its number is [`Lifecycle::next_generation`].
    Ready { digest: Digest, took: Duration, state: Handover },
    /// A new generation was rejected before it could serve.
    Rejected { reason: String },
    /// The source is the same as what runs.
    Unchanged,
    /// Time has passed.
    Elapsed,
}

/// A change to the generations and their instances, applied by `Core`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// The new generation serves from now on; the one that served is on standby.
    Swap,
    /// The standby generation serves again, and the one that served is dropped.
    RollBack { to: u64 },
    /// The standby generation is dropped: its successor passed its probation.
    DropPrevious,
    /// Running guest code is cancelled.
    Cancel,
    /// The idle instances of the generation that serves are dropped, with the files and sockets that they hold.
    DropIdle,
    /// [`Input::Elapsed`] is due then. It replaces an earlier wake-up.
    WakeAt(Instant),
}

/// The result of an input.
#[derive(Debug, Default)]
pub(crate) struct Transition {
    pub(crate) events: Vec<Event>,
    pub(crate) effects: Vec<Effect>,
}

impl Transition {
    /// The generation that serves again, if one was rolled back.
    pub(crate) fn rolled_back_to(&self) -> Option<u64> {
        self.effects.iter().find_map(|effect| match effect {
            Effect::RollBack { to } => Some(*to),
            _ => None,
        })
    }

    /// Whether the new generation serves.
    pub(crate) fn swapped(&self) -> bool {
        self.effects.contains(&Effect::Swap)
    }
}

/// The rules that hold for a plugin's whole life.
#[derive(Clone, Debug)]
pub(crate) struct Rules {
    pub(crate) restarts: RestartPolicy,
    /// How long a new generation must serve without a failure before the one before it is dropped.
    pub(crate) probation: Duration,
}

/// The state of a plugin's life.
#[derive(Debug)]
pub(crate) struct Lifecycle {
    plugin: Arc<str>,
    rules: Rules,
    serving: Version,
    previous: Option<StandBy>,
    /// The highest generation that ever served: its number is not used again.
    newest: u64,
    stopped: bool,
    /// What the host has revoked from the generation that serves.
    revoked: Option<Refused>,
    health: Health,
    last_reload: Option<ReloadReport>,
    last_failure: Option<FailureReport>,
    wake_at: Option<Instant>,
}

/// The generation before the one on probation.
#[derive(Clone, Copy, Debug)]
struct StandBy {
    version: Version,
    until: Instant,
}

impl Lifecycle {
    /// A plugin whose first generation serves.
    pub(crate) fn new(plugin: Arc<str>, rules: Rules, serving: Version) -> Self {
        Self {
            plugin,
            rules,
            serving,
            previous: None,
            newest: serving.generation,
            stopped: false,
            revoked: None,
            health: Health::new(),
            last_reload: None,
            last_failure: None,
            wake_at: None,
        }
    }

    pub(crate) fn generation(&self) -> u64 {
        self.serving.generation
    }

    /// The number that a new generation will have.
    pub(crate) fn next_generation(&self) -> u64 {
        self.newest + 1
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.stopped
    }

    /// Whether the host has revoked a grant of the generation that serves.
    #[inline]
    pub(crate) fn is_revoked(&self) -> bool {
        self.revoked.is_some()
    }

    /// Whether calls are admitted now, without checking whether a back-off has ended.
    #[inline]
    pub(crate) fn is_serving(&self) -> bool {
        !self.stopped && !self.is_revoked() && *self.health.fitness() == Fitness::Fit
    }

    /// Whether a call may be made at this moment, and if not, why.
    pub(crate) fn admit(&self, now: Instant) -> Result<(), CallErrorKind> {
        if self.stopped {
            return Err(CallErrorKind::Stopped);
        }
        if let Some(refused) = &self.revoked {
            return Err(CallErrorKind::Revoked { refused: refused.clone() });
        }
        match self.health.fitness() {
            Fitness::Fit => Ok(()),
            Fitness::BackingOff { until, .. } => match until.saturating_duration_since(now) {
                Duration::ZERO => Ok(()),
                retry_after => Err(CallErrorKind::BackingOff { retry_after }),
            },
            Fitness::Quarantined { failures, reason } => {
                Err(CallErrorKind::Quarantined { failures: *failures, reason: reason.clone() })
            }
        }
    }

    /// The status to publish.
    pub(crate) fn status(&self) -> Status {
        let phase = match (&self.revoked, self.health.fitness()) {
            _ if self.stopped => Phase::Stopped,
            (Some(refused), _) => Phase::Revoked { refused: refused.clone() },
            (None, Fitness::Fit) => Phase::Serving,
            (None, Fitness::BackingOff { wait, .. }) => Phase::BackingOff { wait: *wait },
            (None, Fitness::Quarantined { failures, reason }) => {
                Phase::Quarantined { failures: *failures, reason: reason.clone() }
            }
        };
        Status {
            plugin: self.plugin.clone(),
            phase,
            generation: self.serving.generation,
            digest: self.serving.digest,
            last_reload: self.last_reload.clone(),
            last_failure: self.last_failure.clone(),
        }
    }

    /// Applies an input, and returns the events and effects.
    pub(crate) fn on(&mut self, input: Input, now: Now) -> Transition {
        let mut transition = Transition::default();
        self.elapse(now.instant, &mut transition);
        match input {
            Input::Failed { generation, export, failure, counts } => {
                self.fail(generation, export, failure, counts, now, &mut transition);
            }
            Input::Stop => self.stop(&mut transition),
            Input::Revive => self.revive(&mut transition),
            Input::Revoked { generation, refused } => self.revoke(generation, refused, &mut transition),
            Input::Covered { generation } => self.cover(generation, &mut transition),
            Input::Ready { digest, took, state } => self.swap(digest, took, state, now, &mut transition),
            Input::Rejected { reason } => self.reject(reason, now, &mut transition),
            Input::Unchanged => self.unchanged(&mut transition),
            Input::Elapsed => {}
        }
        self.schedule(&mut transition);
        transition
    }

    /// Ends a back-off and a probation whose time is over.
    fn elapse(&mut self, now: Instant, transition: &mut Transition) {
        self.health.elapse(now);
        if self.previous.take_if(|previous| previous.until <= now).is_some() {
            transition.effects.push(Effect::DropPrevious);
        }
        self.wake_at.take_if(|at| *at <= now);
    }

    /// Schedules a wake-up for the end of the next back-off or probation.
    fn schedule(&mut self, transition: &mut Transition) {
        let next =
            [self.health.until(), self.previous.map(|previous| previous.until)].into_iter().flatten().min();
        if let Some(at) = next
            && self.wake_at != next
        {
            self.wake_at = next;
            transition.effects.push(Effect::WakeAt(at));
        }
    }

    fn fail(
        &mut self,
        generation: u64,
        export: String,
        failure: Failure,
        counts: bool,
        now: Now,
        transition: &mut Transition,
    ) {
        let reason = failure.to_string();
        self.last_failure =
            Some(FailureReport { export: export.clone(), generation, reason: reason.clone(), at: now.wall });
        transition.events.push(Event::Failed { generation, export, failure });
        // A call may outlive its generation.
        if !counts || generation != self.serving.generation {
            return;
        }
        if let Some(previous) = self.previous.take() {
            self.roll_back(previous.version, reason, now, transition);
            return;
        }
        self.health.fail(&self.rules.restarts, &reason, now.instant);
        match self.health.fitness() {
            Fitness::Fit => {}
            Fitness::BackingOff { wait, .. } => transition.events.push(Event::BackingOff { wait: *wait }),
            Fitness::Quarantined { failures, reason } => {
                transition.events.push(Event::Quarantined { failures: *failures, reason: reason.clone() });
            }
        }
    }

    fn roll_back(&mut self, to: Version, reason: String, now: Now, transition: &mut Transition) {
        let from = std::mem::replace(&mut self.serving, to).generation;
        self.health = Health::new();
        self.last_reload = Some(ReloadReport {
            generation: from,
            at: now.wall,
            outcome: ReloadOutcome::RolledBack { reason: reason.clone() },
        });
        transition.effects.push(Effect::RollBack { to: to.generation });
        transition.events.push(Event::RolledBack { from, to: to.generation, reason });
    }

    fn stop(&mut self, transition: &mut Transition) {
        if !std::mem::replace(&mut self.stopped, true) {
            transition.effects.push(Effect::Cancel);
            transition.events.push(Event::Stopped);
        }
    }

    /// What runs with the grant ends at once. So does the standby generation: a roll-back would bring back what the host has never
    /// asked to see again.
    fn revoke(&mut self, generation: u64, refused: Refused, transition: &mut Transition) {
        if generation != self.serving.generation {
            self.revoke_behind(generation, refused, transition);
            return;
        }
        if self.revoked.as_ref() == Some(&refused) {
            return;
        }
        if self.previous.take().is_some() {
            transition.effects.push(Effect::DropPrevious);
        }
        transition.effects.extend([Effect::DropIdle, Effect::Cancel]);
        transition.events.push(Event::Revoked { generation, refused: refused.clone() });
        self.revoked = Some(refused);
    }

    fn cover(&mut self, generation: u64, transition: &mut Transition) {
        if generation == self.serving.generation && self.revoked.take().is_some() && !self.stopped {
            transition.events.push(Event::Revived);
        }
    }

    /// Nothing tells which generation a running call belongs to, so those of the serving one are cancelled too.
    fn revoke_behind(&mut self, generation: u64, refused: Refused, transition: &mut Transition) {
        if self.previous.take_if(|previous| previous.version.generation == generation).is_some() {
            transition.effects.push(Effect::DropPrevious);
        }
        transition.effects.push(Effect::Cancel);
        transition.events.push(Event::Revoked { generation, refused });
    }

    fn revive(&mut self, transition: &mut Transition) {
        let was_unfit = self.stopped || *self.health.fitness() != Fitness::Fit;
        self.stopped = false;
        self.health = Health::new();
        if was_unfit && !self.is_revoked() {
            transition.events.push(Event::Revived);
        }
    }

    /// A plugin that was stopped meanwhile keeps the generation that it had.
    fn swap(
        &mut self,
        digest: Digest,
        took: Duration,
        state: Handover,
        now: Now,
        transition: &mut Transition,
    ) {
        if self.stopped {
            return;
        }
        let generation = self.next_generation();
        self.newest = generation;
        let version = std::mem::replace(&mut self.serving, Version { generation, digest });
        // It was granted what the host grants now.
        self.revoked = None;
        if self.previous.take().is_some() {
            transition.effects.push(Effect::DropPrevious);
        }
        transition.effects.push(Effect::Swap);
        match now.instant.checked_add(self.rules.probation) {
            Some(until) if until <= now.instant => transition.effects.push(Effect::DropPrevious),
            // A probation beyond the clock's range lasts until the next reload.
            until => {
                let until = until.unwrap_or_else(|| far_from(now.instant));
                self.previous = Some(StandBy { version, until });
            }
        }
        self.health = Health::new();
        self.last_reload =
            Some(ReloadReport { generation, at: now.wall, outcome: ReloadOutcome::Serving { took } });
        transition.events.push(Event::Serving { generation, digest, took, state });
    }

    fn reject(&mut self, reason: String, now: Now, transition: &mut Transition) {
        let generation = self.next_generation();
        self.last_reload = Some(ReloadReport {
            generation,
            at: now.wall,
            outcome: ReloadOutcome::Rejected { reason: reason.clone() },
        });
        transition.events.push(Event::Rejected { generation, running: self.serving.generation, reason });
    }

    /// The author restored the running version: a rejection reported before no longer applies.
    fn unchanged(&mut self, transition: &mut Transition) {
        self.last_reload.take_if(|report| matches!(report.outcome, ReloadOutcome::Rejected { .. }));
        transition.events.push(Event::Unchanged { generation: self.serving.generation });
    }
}

/// A moment in the far future that does not overflow the clock.
fn far_from(now: Instant) -> Instant {
    now.checked_add(Duration::from_secs(100 * 365 * 24 * 60 * 60)).unwrap_or(now)
}
