use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use arrow_array::RecordBatch;
use wasmtime::component::ResourceAny;

use super::terms::Terms;
use crate::contract::Contract;
use crate::lookup::Lookups;
use crate::metrics::Metrics;

/// What all instances of a stage's plugin share.
#[derive(Debug)]
pub(super) struct StageServices {
    pub(super) settings: String,
    pub(super) lookups: Arc<Lookups>,
    /// The names of the stage's side outputs.
    pub(super) side_outputs: BTreeSet<String>,
    terms: Mutex<Arc<Terms>>,
    instances: AtomicU64,
}

impl StageServices {
    pub(super) fn new(
        settings: String,
        lookups: Arc<Lookups>,
        side_outputs: BTreeSet<String>,
        terms: Terms,
    ) -> Self {
        let terms = Mutex::new(Arc::new(terms));
        Self { settings, lookups, side_outputs, terms, instances: AtomicU64::new(0) }
    }

    /// The terms that hold now.
    pub(super) fn terms(&self) -> Arc<Terms> {
        Arc::clone(&self.terms.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn set_terms(&self, terms: Arc<Terms>) {
        *self.terms.lock().unwrap_or_else(PoisonError::into_inner) = terms;
    }
}

/// The host's data for one instance of a stage's plugin.
#[derive(Debug)]
pub struct StageState {
    pub(super) services: Arc<StageServices>,
    /// The instance's number among all instances of the stage. A reload or a restart makes another one.
    pub(super) instance: u64,
    pub(super) session: Option<Session>,
    /// The report of the current call, which counts only if the call succeeds.
    pub(super) report: CallReport,
}

impl StageState {
    pub(super) fn new(services: Arc<StageServices>) -> Self {
        let instance = services.instances.fetch_add(1, Ordering::Relaxed);
        Self { services, instance, session: None, report: CallReport::default() }
    }
}

/// An open session of the plugin, with the contract that it was opened under.
#[derive(Debug, Clone)]
pub(super) struct Session {
    pub(super) handle: ResourceAny,
    pub(super) contract: Arc<Contract>,
}

/// What a plugin reports during one call, besides its output.
#[derive(Debug, Default)]
pub(super) struct CallReport {
    pub(super) metrics: Metrics,
    /// Rows for side outputs, each with the output's name.
    pub(super) emitted: Vec<(String, RecordBatch)>,
    pub(super) emitted_bytes: usize,
}
