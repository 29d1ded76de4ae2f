//! The host's policy for a plugin, which may change while the plugin runs.

use std::sync::{Arc, Mutex};

use crate::grants::{Decision, Granted, Refusal, Refused, Requested};
use crate::instance::{NextStop, StopSignal};
use crate::lock::lock;

/// The host's policy, and a signal for its changes.
pub(crate) struct HostPolicy {
    decision: Mutex<Arc<Decision>>,
    changes: StopSignal,
}

impl HostPolicy {
    pub(crate) fn new(decision: Decision) -> Self {
        Self { decision: Mutex::new(Arc::new(decision)), changes: StopSignal::default() }
    }

    pub(crate) fn replace(&self, decision: Decision) {
        *lock(&self.decision) = Arc::new(decision);
        self.has_changed();
    }

    /// Ends what began under the policy before: a function that decides may answer differently now.
    pub(crate) fn has_changed(&self) {
        self.changes.stop();
    }

    /// The next change after this moment.
    pub(crate) fn next_change(&self) -> NextStop<'_> {
        self.changes.next()
    }

    pub(crate) fn grant(&self, requested: &Requested) -> Result<Granted, Refused> {
        // Not under the lock: the function is the application's.
        let decision = lock(&self.decision).clone();
        decision.on(requested).grant(requested)
    }

    /// Whether the policy still covers what a generation was granted, with the same folders and values.
    pub(crate) fn covers(&self, requested: &Requested, granted: &Granted) -> Result<(), Refused> {
        let now = self.grant(requested)?;
        let refusals: Vec<_> = granted.without(&now).map(Refusal::replaced).collect();
        if refusals.is_empty() { Ok(()) } else { Err(Refused { unsigned: None, refusals }) }
    }
}
