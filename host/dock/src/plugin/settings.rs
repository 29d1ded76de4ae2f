//! The settings of a plugin, which stay the same for all generations.

use std::sync::{Arc, Mutex};

use tokio::sync::broadcast;

use super::event::Event;
use super::host_policy::HostPolicy;
use super::lifecycle::Rules;
use crate::foreign::Digest;
use crate::grants::{Claim, History};
use crate::instance::{Ledger, Limits, LogLine, LogSink, StopSignal};
use crate::source::Source;
use crate::{Dock, Interface};

/// The number of a plugin's instances.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Instances {
    /// One, which keeps its state from call to call. Calls queue for it. The default.
    Stateful,
    /// Up to this many, at least one. Any instance takes any call, so the plugin must not keep state.
    Pool(usize),
}

impl Instances {
    pub(crate) fn count(self) -> u32 {
        match self {
            Self::Stateful => 1,
            Self::Pool(count) => u32::try_from(count.max(1)).unwrap_or(u32::MAX),
        }
    }
}

/// Makes a component of an artifact in another format; `None` if it is in none that it knows.
pub(crate) type Convert = dyn Fn(&[u8]) -> Option<Result<Vec<u8>, String>> + Send + Sync;

/// The settings of a plugin, which stay the same for all generations, except for what the host's policy says.
pub(crate) struct Settings<I: Interface> {
    pub(crate) dock: Dock,
    pub(crate) name: Arc<str>,
    pub(crate) source: Source,
    /// The claim on the paths that the source was last read from.
    pub(crate) source_claim: Mutex<Option<Claim>>,
    pub(crate) policy: HostPolicy,
    /// Makes components of artifacts in another format.
    pub(crate) convert: Option<Box<Convert>>,
    /// The only component that may run.
    pub(crate) pinned: Option<Digest>,
    pub(crate) limits: Limits,
    pub(crate) instances: Instances,
    pub(crate) rules: Rules,
    pub(crate) make_state: Box<dyn Fn() -> I::State + Send + Sync>,
    pub(crate) log: LogSink,
    pub(crate) stop: Arc<StopSignal>,
    pub(crate) ledger: Arc<Ledger>,
    #[cfg(feature = "keyvalue")]
    pub(crate) stores: crate::instance::Stores,
    pub(crate) history: History,
    pub(crate) events: broadcast::Sender<Event>,
    pub(crate) log_lines: broadcast::Sender<LogLine>,
    /// The runtime of the plugin's own tasks, independent of its callers.
    pub(crate) runtime: tokio::runtime::Handle,
}
