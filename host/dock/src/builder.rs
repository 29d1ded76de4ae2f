//! Loading a plugin for the first time.

use std::marker::PhantomData;
use std::sync::{Arc, Mutex, RwLock};
use std::time::{Duration, Instant};

use tokio::sync::{Semaphore, broadcast, watch};

use crate::candidate::Candidate;
use crate::core::{Core, Reloads};
use crate::error::LoadError;
use crate::event::{Event, Handover};
use crate::generation::Generation;
use crate::grants::{Decision, Policy, Wanted};
use crate::instance::Live;
use crate::limiter::MemoryGauge;
use crate::limits::Limits;
use crate::linked::Linked;
use crate::log_sink::LogSink;
use crate::plugin::Plugin;
use crate::settings::{Instances, Settings};
use crate::source::Source;
use crate::statistics::Recorder;
use crate::status::{Phase, Status};
use crate::supervisor::{RestartPolicy, Supervisor};
use crate::{Dock, Interface};

/// Loads a plugin; made by [`Dock::plugin`].
pub struct PluginBuilder<I: Interface> {
    dock: Dock,
    source: Source,
    policy: Decision,
    limits: Limits,
    restarts: RestartPolicy,
    instances: Instances,
    probation: Duration,
    events: broadcast::Sender<Event>,
    interface: PhantomData<I>,
}

/// Events that a slow listener may be behind before it loses some.
const EVENT_BACKLOG: usize = 1024;

impl Dock {
    /// Begins to load a plugin for the interface `I`.
    pub fn plugin<I: Interface>(&self, source: Source) -> PluginBuilder<I> {
        PluginBuilder {
            dock: self.clone(),
            source,
            policy: Decision::Fixed(Policy::default()),
            limits: Limits::default(),
            restarts: RestartPolicy::default(),
            instances: Instances::Stateful,
            probation: Duration::from_secs(30),
            events: broadcast::Sender::new(EVENT_BACKLOG),
            interface: PhantomData,
        }
    }
}

impl<I: Interface> PluginBuilder<I> {
    /// What the host grants. The default grants nothing.
    #[must_use]
    pub fn policy(mut self, policy: Policy) -> Self {
        self.policy = Decision::Fixed(policy);
        self
    }

    /// What the host grants, decided anew for each generation when it is known what that asks for, and before anything of
    /// it runs. It is called on a thread that may block, but not for long: who has to ask a person refuses by an empty
    /// policy, asks, and then loads or [reloads](Plugin::reload) the plugin once more. Until then the old
    /// generation goes on serving.
    #[must_use]
    pub fn policy_for(mut self, decide: impl Fn(&Wanted) -> Policy + Send + Sync + 'static) -> Self {
        self.policy = Decision::Asked(Box::new(decide));
        self
    }

    /// What the plugin may consume.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// When a failed plugin is started again, and when it is given up.
    #[must_use]
    pub fn restarts(mut self, restarts: RestartPolicy) -> Self {
        self.restarts = restarts;
        self
    }

    /// How many instances there are.
    #[must_use]
    pub fn instances(mut self, instances: Instances) -> Self {
        self.instances = instances;
        self
    }

    /// How long a new generation must serve without a failure before the old one is let go. Default 30 s: time for the first
    /// real calls, and not so long that two generations fill the memory.
    #[must_use]
    pub fn probation(mut self, probation: Duration) -> Self {
        self.probation = probation;
        self
    }

    /// Events from the very start, the build's included.
    pub fn events(&self) -> broadcast::Receiver<Event> {
        self.events.subscribe()
    }

    /// Builds, checks, compiles and starts the plugin. `make_state` makes the application's data for each instance.
    ///
    /// # Errors
    ///
    /// Whatever makes the plugin unfit to serve.
    pub async fn load(
        self,
        make_state: impl Fn() -> I::State + Send + Sync + 'static,
    ) -> Result<Plugin<I>, LoadError> {
        let begun = Instant::now();
        let name: Arc<str> = self.source.name().into();
        if self.limits.fuel.is_some() && !self.dock.meters_fuel() {
            return Err(LoadError::FuelNotMetered { plugin: name });
        }
        let log = LogSink::new(
            name.clone(),
            self.dock.log_level(),
            self.limits.log_lines_per_second,
            self.events.clone(),
        );
        let settings = Arc::new(Settings {
            dock: self.dock,
            name: name.clone(),
            source: self.source,
            policy: self.policy,
            limits: self.limits,
            instances: self.instances,
            probation: self.probation,
            make_state: Box::new(make_state),
            log,
            gauge: Arc::new(MemoryGauge::default()),
            events: self.events,
        });
        let candidate = Candidate::read(&settings).await?;
        let identity = candidate.identity();
        let digest = identity.digest;
        let linked = Linked::prepare(&settings, candidate).await?;
        let first = Live::start(&settings, &linked).await?;
        let generation = Generation::new(1, identity.clone(), linked, first, settings.events.clone());
        let status = Status {
            plugin: name,
            phase: Phase::Serving,
            generation: 1,
            digest,
            last_reload: None,
            last_failure: None,
        };
        let core = Arc::new(Core {
            permits: Semaphore::new(settings.instances.count() as usize),
            settings,
            current: RwLock::new(Arc::new(generation)),
            previous: Mutex::default(),
            supervisor: Mutex::new(Supervisor::new(self.restarts)),
            recorder: Recorder::default(),
            status: watch::Sender::new(status),
            stopped: watch::Sender::new(false),
            reloads: tokio::sync::Mutex::new(Reloads { last_tried: identity, newest: 1 }),
            watch: Mutex::default(),
        });
        core.emit(Event::Serving { generation: 1, digest, took: begun.elapsed(), state: Handover::None });
        Ok(Plugin(core))
    }
}
