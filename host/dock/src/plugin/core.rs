//! The state that all handles of a plugin share. The effects of its lifecycle are applied here.

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::SystemTime;

use tokio::sync::futures::Notified;
use tokio::sync::{Semaphore, watch};
use tokio::time::Instant;
use wasmtime_wasi::runtime::AbortOnDropJoinHandle;

use super::candidate::Identity;
use super::error::{CallError, CallErrorKind};
use super::event::Event;
use super::generation::{Generation, Member, Serving, Successor};
use super::instance::Instance;
use super::lifecycle::{Effect, Input, Lifecycle, Now, Transition};
use super::settings::Settings;
use super::statistics::Recorder;
use super::status::Status;
use crate::Interface;
use crate::instance::{CallTime, Timing};
use crate::lock::lock;

/// The state that all handles of a plugin share.
pub(crate) struct Core<I: Interface> {
    pub(crate) settings: Arc<Settings<I>>,
    life: Mutex<Life<I>>,
    /// One permit for each instance that may be used at a time.
    pub(crate) permits: Semaphore,
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
    pub(crate) recorder: Recorder,
    alarm: Option<AbortOnDropJoinHandle<()>>,
}

impl<I: Interface> Life<I> {
    /// An idle instance of the generation that serves. Stops before this moment do not concern its next use.
    fn take_idle(&mut self) -> Option<Member<I>> {
        let mut member = self.current.idle.pop()?;
        member.instance.store.data_mut().stop.renew();
        Some(member)
    }

    /// Puts an instance back to its generation, if that serves or is on standby. Otherwise returns it.
    fn put_back(&mut self, member: Member<I>) -> Option<Member<I>> {
        let home = [Some(&mut self.current), self.previous.as_mut()]
            .into_iter()
            .flatten()
            .find(|serving| Arc::ptr_eq(&serving.generation, &member.generation));
        match home {
            Some(serving) => serving.idle.push(member),
            None => return Some(member),
        }
        None
    }
}

/// A use of an instance that may begin.
pub(crate) struct Admission<'core, I: Interface> {
    /// The generation that serves.
    pub(crate) generation: Arc<Generation<I>>,
    /// One of its instances, if one is idle.
    pub(crate) idle: Option<Box<Instance<I>>>,
    /// Completes when the plugin is stopped after this moment.
    pub(crate) stop: Notified<'core>,
    pub(crate) timing: Timing,
}

impl<I: Interface> Core<I> {
    pub(crate) fn new(settings: Arc<Settings<I>>, lifecycle: Lifecycle, first: Serving<I>) -> Self {
        let identity = first.generation.identity.clone();
        Self {
            permits: Semaphore::new(settings.instances.count() as usize),
            status: watch::Sender::new(lifecycle.status()),
            life: Mutex::new(Life {
                lifecycle,
                current: first,
                previous: None,
                recorder: Recorder::default(),
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

    /// Refuses a use before it queues, if the plugin takes no calls.
    pub(crate) fn admit(&self) -> Result<(), CallErrorKind> {
        self.life().lifecycle.admit(now())
    }

    pub(crate) fn tell(&self, event: Event) {
        // Fails only if nobody listens.
        let _ = self.settings.events.send(event);
    }

    /// Begins a use of an instance, an idle one if there is one.
    pub(crate) fn begin(self: &Arc<Self>, export: &str) -> Result<Admission<'_, I>, CallErrorKind> {
        let mut life = self.admitting()?;
        let (generation, idle) = match life.take_idle() {
            Some(Member { instance, generation }) => (generation, Some(instance)),
            None => (life.current.generation.clone(), None),
        };
        // Created while `life` is locked: a stop was either seen above or completes it.
        let stop = self.settings.stop.notified();
        Ok(Admission { generation, idle, stop, timing: life.recorder.timing(export) })
    }

    /// Begins a use of an instance that is still to be started.
    pub(crate) fn begin_fresh(self: &Arc<Self>) -> Result<Admission<'_, I>, CallErrorKind> {
        let life = self.admitting()?;
        let generation = life.current.generation.clone();
        let stop = self.settings.stop.notified();
        Ok(Admission { generation, idle: None, stop, timing: Timing::Exact })
    }

    fn admitting(self: &Arc<Self>) -> Result<MutexGuard<'_, Life<I>>, CallErrorKind> {
        let mut life = self.life();
        if life.lifecycle.is_serving() {
            // The common case does not read the clock.
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

    /// Completes when the plugin is stopped after this moment; `None` if it is stopped.
    pub(crate) fn stop_signal(&self) -> Option<Notified<'_>> {
        let life = self.life();
        (!life.lifecycle.is_stopped()).then(|| self.settings.stop.notified())
    }

    /// Ends a use of an instance that may be entered again.
    pub(crate) fn put_back(&self, member: Member<I>, export: &str, time: Option<CallTime>) {
        let mut life = self.life();
        life.recorder.record(export, time, true);
        let homeless = life.put_back(member);
        drop(life);
        // After the lock: stores run code of the application as they are dropped.
        drop(homeless);
    }

    /// Returns an instance that was not used.
    pub(crate) fn return_idle(&self, member: Member<I>) {
        let homeless = self.life().put_back(member);
        drop(homeless);
    }

    /// Replaces all idle instances of a generation with one, if that generation still serves.
    pub(crate) fn replace_idle(&self, member: Member<I>) -> bool {
        let mut life = self.life();
        if !Arc::ptr_eq(&life.current.generation, &member.generation) {
            return false;
        }
        let replaced = std::mem::replace(&mut life.current.idle, vec![member]);
        drop(life);
        drop(replaced);
        true
    }

    /// Records a use whose instance is not put back.
    pub(crate) fn record(&self, export: &str, time: Option<CallTime>, succeeded: bool) {
        self.life().recorder.record(export, time, succeeded);
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

    /// Passes an input to the lifecycle, applies the effects, and publishes the status and the events. `successor` serves
    /// after [`Input::Ready`].
    pub(crate) fn apply(self: &Arc<Self>, input: Input, mut successor: Option<Successor<I>>) -> Transition {
        // Dropped after the lock: stores run code of the application as they are dropped.
        let mut discarded = Vec::new();
        let mut life = self.life();
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
                Effect::Cancel => self.settings.stop.stop(),
                Effect::WakeAt(at) => life.alarm = Some(alarm(self, *at)),
            }
        }
        let status = life.lifecycle.status();
        self.status.send_if_modified(|published| {
            let changed = *published != status;
            *published = status;
            changed
        });
        for event in &transition.events {
            self.tell(event.clone());
        }
        drop(life);
        drop((discarded, successor));
        transition
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
