use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tokio::sync::broadcast;

use crate::exchange::{AccessRecord, ConnectionInfo, ExchangeInfo};
use crate::figures::Figures;
use crate::listener::Activity;
use crate::worker::{Numbers, Worker};

/// Records that a slow reader of the live tail may be behind, before it loses some.
const TAIL: usize = 1024;

/// What all threads of a proxy share, over all configurations.
pub(crate) struct Shared {
    pub(crate) workers: usize,
    pub(crate) connections: Numbers,
    pub(crate) started: Instant,
    pub(crate) figures: Figures,
    /// Exchanges as they end, for those who watch.
    pub(crate) tail: broadcast::Sender<Arc<AccessRecord>>,
    /// The open connections of each worker, which alone adds and removes them.
    registry: Vec<Mutex<BTreeMap<u64, OpenEntry>>>,
}

/// An open connection, for the status page.
#[derive(Debug, Clone)]
pub(crate) struct OpenEntry {
    pub(crate) info: ConnectionInfo,
    pub(crate) activity: Arc<Activity>,
}

impl Shared {
    pub(crate) fn new(workers: usize) -> Self {
        Self {
            workers,
            connections: Numbers::default(),
            started: Instant::now(),
            figures: Figures::new(workers),
            tail: broadcast::Sender::new(TAIL),
            registry: (0..workers).map(|_| Mutex::default()).collect(),
        }
    }

    /// An exchange has ended.
    pub(crate) fn ended(&self, worker: &Worker, info: &ExchangeInfo) {
        let duration = info.started.elapsed();
        self.figures.count(worker.number, info, duration);
        if let Some(pool) = &info.upstream().pool {
            pool.cluster().figures.count(worker.number, info, duration);
        }
        let running = worker.running();
        let is_watched = self.tail.receiver_count() > 0;
        if !running.access_log.is_on() && !is_watched {
            return;
        }
        let record = AccessRecord::of(info, duration);
        running.access_log.write(&record);
        if is_watched {
            // Whoever watched may have left.
            let _ = self.tail.send(Arc::new(record));
        }
    }

    /// Shows a connection on the status page until the result is dropped.
    pub(crate) fn register(self: &Arc<Self>, worker: usize, entry: OpenEntry) -> Registered {
        let id = entry.info.id;
        if let Some(mut open) = self.registry(worker) {
            open.insert(id, entry);
        }
        Registered { shared: Arc::clone(self), worker, id }
    }

    fn registry(&self, worker: usize) -> Option<MutexGuard<'_, BTreeMap<u64, OpenEntry>>> {
        Some(self.registry.get(worker)?.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The open connections, the oldest first, with their workers.
    pub(crate) fn open(&self) -> Vec<(usize, OpenEntry)> {
        let mut all: Vec<_> = (0..self.workers)
            .filter_map(|worker| Some((worker, self.registry(worker)?)))
            .flat_map(|(worker, open)| open.values().map(|entry| (worker, entry.clone())).collect::<Vec<_>>())
            .collect();
        all.sort_by_key(|(_, entry)| entry.info.id);
        all
    }
}

/// A connection on the status page.
pub(crate) struct Registered {
    shared: Arc<Shared>,
    worker: usize,
    id: u64,
}

impl Drop for Registered {
    fn drop(&mut self) {
        if let Some(mut open) = self.shared.registry(self.worker) {
            open.remove(&self.id);
        }
    }
}
