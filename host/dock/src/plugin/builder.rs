//! Loading a plugin for the first time.

use std::marker::PhantomData;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::sync::broadcast;

use super::candidate::Candidate;
use super::core::Core;
use super::error::LoadError;
use super::event::Event;
use super::events::{Events, LogLines};
use super::generation::{Serving, Successor};
use super::handle::Plugin;
use super::host_policy::HostPolicy;
use super::lifecycle::{Lifecycle, RestartPolicy, Rules, Version};
use super::linked::Linked;
use super::settings::{Convert, Instances, Settings};
use crate::foreign::Digest;
use crate::grants::{Decision, History, Policy, Requested};
use crate::instance::{Handover, Ledger, Limits, LogLine, LogSink};
use crate::source::Source;
use crate::{Dock, Interface};

/// The settings of a plugin to load; made by [`Dock::plugin`].
pub struct PluginBuilder<I: Interface> {
    dock: Dock,
    source: Source,
    policy: Decision,
    convert: Option<Box<Convert>>,
    pinned: Option<Digest>,
    limits: Limits,
    rules: Rules,
    instances: Instances,
    events: broadcast::Sender<Event>,
    log_lines: broadcast::Sender<LogLine>,
    interface: PhantomData<I>,
}

/// The number of the first generation.
const FIRST: u64 = 1;

/// The number of events, or log lines, that a slow listener may be behind before it misses some.
const BACKLOG: usize = 1024;

impl Dock {
    /// Starts loading a plugin for the interface `I`. Nothing is read or built before [`PluginBuilder::load`].
    pub fn plugin<I: Interface>(&self, source: Source) -> PluginBuilder<I> {
        PluginBuilder {
            dock: self.clone(),
            source,
            policy: Decision::Fixed(Policy::default()),
            convert: None,
            pinned: None,
            limits: Limits::default(),
            rules: Rules { restarts: RestartPolicy::default(), probation: Duration::from_secs(30) },
            instances: Instances::Stateful,
            events: broadcast::Sender::new(BACKLOG),
            log_lines: broadcast::Sender::new(BACKLOG),
            interface: PhantomData,
        }
    }
}

impl<I: Interface> PluginBuilder<I> {
    /// Sets what the host grants to all generations. The default grants nothing.
    #[must_use]
    pub fn policy(mut self, policy: Policy) -> Self {
        self.policy = Decision::Fixed(policy);
        self
    }

    /// Sets a function that decides what the host grants to each generation, from its request and before any of its code
    /// runs. It runs on a thread that may block, but not for long. To ask a user for consent, return an empty policy, ask,
    /// and then load or [reload](Plugin::reload) the plugin again. Until then the old generation keeps serving.
    ///
    /// It is asked again by [`Plugin::regrant`], about what runs, and then on the caller's thread. An answer that changes while the first generation is loaded
    /// counts from the next `regrant` on.
    #[must_use]
    pub fn policy_for(mut self, decide: impl Fn(&Requested) -> Policy + Send + Sync + 'static) -> Self {
        self.policy = Decision::Asked(Box::new(decide));
        self
    }

    /// Makes components of artifacts in another format, before anything else looks at them: of modules that are built for another host, for example. The function gets the bytes of
    /// each generation; `None` takes them as they are, and an error, a text for the plugin's author, refuses them. It runs on a thread that may block. The component that it makes is
    /// checked, granted, compiled and identified like any other. Foreign bytes should be read by [`worker::try_reading`](crate::worker::try_reading) first.
    #[must_use]
    pub fn convert(
        mut self,
        convert: impl Fn(&[u8]) -> Option<Result<Vec<u8>, String>> + Send + Sync + 'static,
    ) -> Self {
        self.convert = Some(Box::new(convert));
        self
    }

    /// Accepts this component alone, also in reloads. A folder is pinned to what its build must make.
    #[must_use]
    pub fn pinned(mut self, digest: Digest) -> Self {
        self.pinned = Some(digest);
        self
    }

    /// Sets the resource limits. Default: [`Limits::default`].
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Sets when a failed plugin is restarted, and when it is quarantined. Default: [`RestartPolicy::default`].
    #[must_use]
    pub fn restarts(mut self, restarts: RestartPolicy) -> Self {
        self.rules.restarts = restarts;
        self
    }

    /// Sets the number of instances. Default: [`Instances::Stateful`].
    #[must_use]
    pub fn instances(mut self, instances: Instances) -> Self {
        self.instances = instances;
        self
    }

    /// Sets how long a new generation must serve without a failure before the old one is dropped. Default 30 s: enough for
    /// the first real calls, without keeping two generations in memory for long.
    #[must_use]
    pub fn probation(mut self, probation: Duration) -> Self {
        self.rules.probation = probation;
        self
    }

    /// Events from the start of the load, those of a build included.
    pub fn events(&self) -> Events {
        Events::new(self.events.subscribe())
    }

    /// Log lines from the start of the load, those of a build included.
    pub fn log_lines(&self) -> LogLines {
        LogLines::new(self.log_lines.subscribe())
    }

    /// Builds, checks, compiles and starts the plugin. `make_state` creates the application's data for each instance.
    ///
    /// # Errors
    ///
    /// When the source cannot be read or built, the component is not the [pinned](Self::pinned) one or does not fit, it requests more than it is granted, or its first
    /// instance fails.
    ///
    /// # Panics
    ///
    /// When called outside of a tokio runtime with a time driver.
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
            self.log_lines.clone(),
        );
        let settings = Arc::new(Settings {
            ledger: Arc::new(Ledger::new(&self.limits)),
            #[cfg(feature = "keyvalue")]
            stores: crate::instance::Stores::new(self.dock.store_files()),
            dock: self.dock,
            name: name.clone(),
            source: self.source,
            source_claim: Mutex::default(),
            policy: HostPolicy::new(self.policy),
            convert: self.convert,
            pinned: self.pinned,
            limits: self.limits,
            instances: self.instances,
            rules: self.rules,
            make_state: Box::new(make_state),
            log,
            stop: Arc::default(),
            history: History::default(),
            events: self.events,
            log_lines: self.log_lines,
            runtime: tokio::runtime::Handle::current(),
        });
        let candidate = Candidate::read(&settings, true).await?;
        let identity = candidate.identity();
        let digest = identity.digest;
        let linked = Linked::prepare(&settings, candidate).await?;
        let first = linked.start(&settings, FIRST, Handover::None).await?;
        let successor = Successor { number: FIRST, identity, linked, first };
        let version = Version { generation: FIRST, digest };
        let lifecycle = Lifecycle::new(name, settings.rules.clone(), version);
        let serving = Serving::new(successor, settings.events.clone());
        let core = Arc::new(Core::new(settings, lifecycle, serving));
        core.tell(Event::Serving { generation: FIRST, digest, took: begun.elapsed(), state: Handover::None });
        Ok(Plugin(core))
    }
}
