//! The state that all handles of a plugin share. The effects of its lifecycle are applied here.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, Weak};
use std::time::SystemTime;

use tokio::sync::{Semaphore, watch};
use tokio::time::Instant;
use wasmtime_wasi::runtime::AbortOnDropJoinHandle;

use super::candidate::Identity;
use super::error::{CallError, CallErrorKind};
use super::event::Event;
use super::generation::{Generation, Member, Serving, Successor};
use super::instance::Instance;
use super::lifecycle::{Effect, Input, Lifecycle, Now, Transition};
use super::places::Places;
use super::settings::Settings;
use super::statistics::{ExportStatistics, Recorder, Row};
use super::status::{Phase, Status};
use crate::Interface;
use crate::instance::{CallTime, NextStop, Timing};
use crate::lock::lock;

/// The state that all handles of a plugin share.
pub(crate) struct Core<I: Interface> {
    pub(crate) settings: Arc<Settings<I>>,
    life: Mutex<Life<I>>,
    /// The uses that wait for a place of [`Life::places`], in order.
    queue: Semaphore,
    /// The number of the generation that serves, or 0 if none takes new work: what is read without the lock. Written while `life` is locked.
    serving: AtomicU64,
    /// Written while `life` is locked, so that readers and calls see the same generation.
    pub(crate) status: watch::Sender<Status>,
    /// Held during a reload, so that there is one at a time: the candidate of the last attempt, successful or not.
    pub(crate) last_tried: tokio::sync::Mutex<Identity>,
    /// Follows the source's files, if it is watched.
    pub(crate) watch: Mutex<Option<AbortOnDropJoinHandle<()>>>,
}

/// The lifecycle, with the generations and instances that it governs.
pub(crate) struct Life<I: Interface> {
    pub(crate) lifecycle: Lifecycle,
    pub(crate) current: Serving<I>,
    /// The generation before it, while the current one is on probation.
    previous: Option<Serving<I>>,
    /// Generations that neither serve nor are on standby; they live as long as their last calls.
    behind: Vec<Weak<Generation<I>>>,
    /// One for each instance that may be used at a time.
    places: Places,
    pub(crate) recorder: Recorder,
    /// What the plugin's [residents](super::Resident) have recorded, until they end.
    pub(crate) residents: Vec<Weak<Mutex<Recorder>>>,
    alarm: Option<AbortOnDropJoinHandle<()>>,
}

impl<I: Interface> Life<I> {
    /// Enters what the idle instances hold into the plugin's ledger.
    pub(crate) fn take_stock(&mut self) {
        let idle = std::iter::once(&mut self.current)
            .chain(&mut self.previous)
            .flat_map(|serving| &mut serving.idle);
        idle.for_each(|member| member.instance.store.data_mut().take_stock());
    }

    /// Calls, errors and latency by export, of the plugin and its residents.
    pub(crate) fn exports(&mut self) -> BTreeMap<String, ExportStatistics> {
        let mut all = self.recorder.clone();
        let residents = self.residents.iter().filter_map(Weak::upgrade);
        residents.for_each(|resident| all.merge(&mut lock(&resident)));
        all.exports()
    }

    /// An idle instance of the generation that serves. Stops before this moment do not concern its next use.
    fn take_idle(&mut self) -> Option<Member<I>> {
        let mut member = self.current.idle.pop()?;
        member.instance.store.data_mut().stop.renew();
        Some(member)
    }

    /// Puts an instance back to its generation, if that serves or is on standby and keeps its grants. Otherwise returns it.
    fn put_back(&mut self, member: Member<I>) -> Option<Member<I>> {
        let home = [Some(&mut self.current), self.previous.as_mut()]
            .into_iter()
            .flatten()
            .find(|serving| Arc::ptr_eq(&serving.generation, &member.generation));
        match home {
            // What it holds open has been revoked.
            Some(_) if self.lifecycle.is_revoked() => return Some(member),
            Some(serving) => serving.idle.push(member),
            None => return Some(member),
        }
        None
    }
}

/// The right to use this many instances, which ends when it is dropped.
pub(crate) struct Turn<'core, I: Interface> {
    core: &'core Core<I>,
    places: u32,
}

impl<I: Interface> Turn<'_, I> {
    /// Ends a use of an instance that may be entered again.
    pub(crate) fn put_back(mut self, mut member: Member<I>, row: Row) {
        member.instance.store.data_mut().end_call();
        let time = member.instance.store.data().call_time();
        let mut life = self.core.life();
        life.recorder.record(row, time, true);
        let homeless = life.put_back(member);
        life.places.give_back(std::mem::take(&mut self.places), &self.core.queue);
        drop(life);
        // After the lock: stores run code of the application as they are dropped.
        drop(homeless);
    }
}

impl<I: Interface> Drop for Turn<'_, I> {
    fn drop(&mut self) {
        if self.places > 0 {
            self.core.life().places.give_back(self.places, &self.core.queue);
        }
    }
}

/// A use of an instance that may begin.
pub(crate) struct Admission<'core, I: Interface> {
    pub(crate) turn: Turn<'core, I>,
    /// The generation that serves.
    pub(crate) generation: Arc<Generation<I>>,
    /// One of its instances, if one is idle.
    pub(crate) idle: Option<Box<Instance<I>>>,
    pub(crate) stop: NextStop<'core>,
    pub(crate) row: Row,
    pub(crate) timing: Timing,
}

impl<I: Interface> Core<I> {
    pub(crate) fn new(settings: Arc<Settings<I>>, lifecycle: Lifecycle, first: Serving<I>) -> Self {
        let identity = first.generation.identity.clone();
        Self {
            queue: Semaphore::new(0),
            serving: AtomicU64::new(lifecycle.generation()),
            status: watch::Sender::new(lifecycle.status()),
            life: Mutex::new(Life {
                lifecycle,
                current: first,
                previous: None,
                behind: Vec::new(),
                places: Places::new(settings.instances.count()),
                recorder: Recorder::default(),
                residents: Vec::new(),
                alarm: None,
            }),
            settings,
            last_tried: tokio::sync::Mutex::new(identity),
            watch: Mutex::default(),
        }
    }

    pub(crate) fn life(&self) -> MutexGuard<'_, Life<I>> {
        lock(&self.life)
    }

    /// The generation that serves.
    pub(crate) fn current(&self) -> Arc<Generation<I>> {
        self.life().current.generation.clone()
    }

    /// The number of the generation that new work begins on, if there is one. Takes no lock.
    #[inline]
    pub(crate) fn serving_number(&self) -> Option<u64> {
        Some(self.serving.load(Ordering::Acquire)).filter(|number| *number > 0)
    }

    pub(crate) fn tell(&self, event: Event) {
        // Fails only if nobody listens.
        let _ = self.settings.events.send(event);
    }

    /// Refuses a use before it queues, if the plugin takes no calls.
    pub(crate) fn admit(&self) -> Result<(), CallErrorKind> {
        self.life().lifecycle.admit(now())
    }

    /// Begins a use of an instance, if that need not wait and the plugin serves.
    pub(crate) fn begin_at_once(&self, export: &str) -> Option<Admission<'_, I>> {
        let mut life = self.life();
        // The common case does not read the clock.
        if !life.lifecycle.is_serving() || !life.places.take() {
            return None;
        }
        Some(self.begin(life, Turn { core: self, places: 1 }, export))
    }

    /// Waits for a turn, and begins a use of an instance.
    pub(crate) async fn begin_in_turn(
        self: &Arc<Self>,
        export: &str,
    ) -> Result<Admission<'_, I>, CallErrorKind> {
        self.admit()?;
        let turn = self.turn(1).await?;
        Ok(self.begin(self.admitting()?, turn, export))
    }

    /// Begins a use of an idle instance, if there is one.
    fn begin<'core>(
        &'core self,
        mut life: MutexGuard<'_, Life<I>>,
        turn: Turn<'core, I>,
        export: &str,
    ) -> Admission<'core, I> {
        let (generation, idle) = match life.take_idle() {
            Some(Member { instance, generation }) => (generation, Some(instance)),
            None => (life.current.generation.clone(), None),
        };
        // Made while `life` is locked: a stop was either seen above or ends this use.
        let stop = self.settings.stop.next();
        let (row, timing) = life.recorder.begin(export);
        Admission { turn, generation, idle, stop, row, timing }
    }

    /// Begins a use of an instance that is still to be started.
    pub(crate) fn begin_fresh(self: &Arc<Self>) -> Result<(Arc<Generation<I>>, NextStop<'_>), CallErrorKind> {
        let life = self.admitting()?;
        Ok((life.current.generation.clone(), self.settings.stop.next()))
    }

    /// Waits until this many instances may be used.
    pub(crate) async fn turn(&self, places: u32) -> Result<Turn<'_, I>, CallErrorKind> {
        let _waiting = Waiting::new(self);
        // Never closed.
        let permit = self.queue.acquire_many(places).await.map_err(|_| CallErrorKind::Stopped)?;
        permit.forget();
        Ok(Turn { core: self, places })
    }

    fn admitting(self: &Arc<Self>) -> Result<MutexGuard<'_, Life<I>>, CallErrorKind> {
        let mut life = self.life();
        if life.lifecycle.is_serving() {
            return Ok(life);
        }
        drop(life);
        // The alarm may be late: apply it first, so that status and calls agree.
        self.apply(Input::Elapsed, None);
        life = self.life();
        life.lifecycle.admit(now())?;
        Ok(life)
    }

    /// An idle instance of the generation that serves, whether calls are admitted or not.
    pub(crate) fn take_idle(&self) -> Option<Member<I>> {
        self.life().take_idle()
    }

    /// The next stop after this moment; `None` if the plugin is stopped.
    pub(crate) fn next_stop(&self) -> Option<NextStop<'_>> {
        let life = self.life();
        (!life.lifecycle.is_stopped()).then(|| self.settings.stop.next())
    }

    /// Returns an instance that was not used.
    pub(crate) fn return_idle(&self, member: Member<I>) {
        let homeless = self.life().put_back(member);
        drop(homeless);
    }

    /// Replaces all idle instances of a generation with one, if that generation still serves.
    pub(crate) fn replace_idle(&self, member: Member<I>) -> bool {
        let mut life = self.life();
        let is_current = Arc::ptr_eq(&life.current.generation, &member.generation);
        if !is_current || life.lifecycle.is_revoked() {
            return false;
        }
        let replaced = std::mem::replace(&mut life.current.idle, vec![member]);
        drop(life);
        drop(replaced);
        true
    }

    /// The row of the statistics for uses under this name.
    pub(crate) fn row(&self, export: &str) -> Row {
        self.life().recorder.begin(export).0
    }

    /// Records a use whose instance is not put back by [`Turn::put_back`].
    pub(crate) fn record(&self, row: Row, time: Option<CallTime>, succeeded: bool) {
        self.life().recorder.record(row, time, succeeded);
    }

    /// An error of a use that never reached an instance.
    pub(crate) fn error(&self, export: &str, kind: CallErrorKind) -> CallError {
        self.error_of(self.life().lifecycle.generation(), export, kind)
    }

    /// An error of a use of this generation.
    pub(crate) fn error_of(&self, generation: u64, export: &str, kind: CallErrorKind) -> CallError {
        CallError {
            plugin: self.settings.name.clone(),
            export: export.to_owned(),
            generation,
            kind: Box::new(kind),
        }
    }

    /// The generation that serves, and the others that may still run code or will serve again.
    pub(crate) fn generations(&self) -> (Arc<Generation<I>>, Vec<Arc<Generation<I>>>) {
        let life = self.life();
        let previous = life.previous.as_ref().map(|previous| previous.generation.clone());
        let behind = life.behind.iter().filter_map(Weak::upgrade);
        (life.current.generation.clone(), previous.into_iter().chain(behind).collect())
    }

    /// Why a use was cancelled.
    pub(crate) fn cancelled(&self) -> CallErrorKind {
        match self.life().lifecycle.admit(now()) {
            Err(revoked @ CallErrorKind::Revoked { .. }) => revoked,
            _ => CallErrorKind::Cancelled,
        }
    }

    /// Passes an input to the lifecycle, applies the effects, and publishes the status and the events. `successor` serves
    /// after [`Input::Ready`].
    pub(crate) fn apply(self: &Arc<Self>, input: Input, successor: Option<Successor<I>>) -> Transition {
        self.apply_under(self.life(), input, successor)
    }

    /// The same, unless this change of the host's policy has come: then nothing happens.
    pub(crate) fn apply_before(
        self: &Arc<Self>,
        change: NextStop<'_>,
        input: Input,
        successor: Option<Successor<I>>,
    ) -> Option<Transition> {
        let life = self.life();
        if change.is_passed() {
            drop(life);
            drop(successor);
            return None;
        }
        Some(self.apply_under(life, input, successor))
    }

    fn apply_under(
        self: &Arc<Self>,
        mut life: MutexGuard<'_, Life<I>>,
        input: Input,
        mut successor: Option<Successor<I>>,
    ) -> Transition {
        // Dropped after the lock: stores run code of the application as they are dropped.
        let (mut discarded, mut idle) = (Vec::new(), Vec::new());
        let now = Now { instant: now(), wall: SystemTime::now() };
        let transition = life.lifecycle.on(input, now);
        for effect in &transition.effects {
            match effect {
                Effect::Swap => {
                    if let Some(successor) = successor.take() {
                        let serving = Serving::new(successor, self.settings.events.clone());
                        let current = std::mem::replace(&mut life.current, serving);
                        discarded.extend(life.previous.replace(current));
                    }
                }
                Effect::RollBack { .. } => {
                    if let Some(previous) = life.previous.take() {
                        discarded.push(std::mem::replace(&mut life.current, previous));
                    }
                }
                Effect::DropPrevious => discarded.extend(life.previous.take()),
                Effect::DropIdle => idle.append(&mut life.current.idle),
                Effect::Cancel => self.settings.stop.stop(),
                Effect::WakeAt(at) => life.alarm = Some(alarm(self, *at)),
            }
        }
        life.behind.retain(|generation| generation.strong_count() > 0);
        life.behind.extend(discarded.iter().map(|serving| Arc::downgrade(&serving.generation)));
        let status = life.lifecycle.status();
        // A plugin that backs off starts no instance; those that run are well.
        let serving = match status.phase {
            Phase::Serving | Phase::BackingOff { .. } => status.generation,
            _ => 0,
        };
        self.serving.store(serving, Ordering::Release);
        self.status.send_if_modified(|published| {
            let changed = *published != status;
            *published = status;
            changed
        });
        for event in &transition.events {
            self.tell(event.clone());
        }
        drop(life);
        drop((discarded, idle, successor));
        transition
    }
}

/// A use that waits for its turn. Dropped after the future that waits, which returns to the queue what it got.
struct Waiting<'core, I: Interface>(&'core Core<I>);

impl<'core, I: Interface> Waiting<'core, I> {
    fn new(core: &'core Core<I>) -> Self {
        core.life().places.join(&core.queue);
        Self(core)
    }
}

impl<I: Interface> Drop for Waiting<'_, I> {
    fn drop(&mut self) {
        self.0.life().places.leave(&self.0.queue);
    }
}

/// Sends [`Input::Elapsed`] to the lifecycle at this moment, if the plugin still exists.
fn alarm<I: Interface>(core: &Arc<Core<I>>, at: std::time::Instant) -> AbortOnDropJoinHandle<()> {
    let plugin = Arc::downgrade(core);
    let wake = async move {
        tokio::time::sleep_until(Instant::from_std(at)).await;
        if let Some(core) = plugin.upgrade() {
            core.apply(Input::Elapsed, None);
        }
    };
    core.settings.runtime.spawn(wake).into()
}

/// tokio's clock, which a test may pause.
fn now() -> std::time::Instant {
    Instant::now().into_std()
}
