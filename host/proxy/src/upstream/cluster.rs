use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant, SystemTime};

use tokio_rustls::TlsConnector;

use super::tls::connector;
use crate::config::{Balance, ClusterConfig, Endpoint};
use crate::figures::Figures;
use crate::listener::TlsError;

/// A cluster as all workers share it: which servers work, and how much of it is in use.
pub(crate) struct Cluster {
    pub(crate) name: String,
    pub(crate) config: ClusterConfig,
    pub(crate) servers: Vec<Server>,
    pub(crate) figures: Figures,
    pub(super) tls: Option<TlsConnector>,
    /// When the file of authorities had changed last.
    roots_changed: Option<SystemTime>,
    started: Instant,
    next: AtomicUsize,
    running: AtomicUsize,
    retrying: AtomicUsize,
    waiting: AtomicUsize,
}

impl std::fmt::Debug for Cluster {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cluster")
            .field("name", &self.name)
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}

/// A server of a cluster.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) endpoint: Endpoint,
    healthy: AtomicBool,
    /// Failures in a row.
    failures: AtomicU32,
    /// Until when it is left out, in milliseconds from the cluster's start.
    ejected_until: AtomicU64,
    /// Requests that run.
    running: AtomicUsize,
    last_failure: Mutex<Option<String>>,
}

/// Counts one more, until it is dropped.
pub(crate) struct Counted<'a>(&'a AtomicUsize);

impl<'a> Counted<'a> {
    fn more(counter: &'a AtomicUsize) -> Self {
        counter.fetch_add(1, Ordering::Relaxed);
        Self(counter)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Retries that always may run, so that a proxy with few requests can retry.
const LEAST_RETRIES: usize = 3;

impl Cluster {
    pub(crate) fn new(name: &str, config: &ClusterConfig, workers: usize) -> Result<Self, TlsError> {
        let server = |endpoint: &Endpoint| Server {
            endpoint: endpoint.clone(),
            healthy: AtomicBool::new(true),
            failures: AtomicU32::new(0),
            ejected_until: AtomicU64::new(0),
            running: AtomicUsize::new(0),
            last_failure: Mutex::new(None),
        };
        Ok(Self {
            name: name.to_owned(),
            config: config.clone(),
            servers: config.endpoints.iter().map(server).collect(),
            figures: Figures::new(workers),
            tls: connector(config)?,
            roots_changed: roots_changed(config),
            started: Instant::now(),
            next: AtomicUsize::new(0),
            running: AtomicUsize::new(0),
            retrying: AtomicUsize::new(0),
            waiting: AtomicUsize::new(0),
        })
    }

    /// Whether a file that the cluster was made from is another one now.
    pub(crate) fn has_changed_files(&self) -> bool {
        self.roots_changed != roots_changed(&self.config)
    }

    fn now(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// A server for a request, rather another one than that of the attempt before.
    pub(super) fn choose(&self, before: Option<usize>) -> Option<usize> {
        let now = self.now();
        let usable = |server: &Server| server.is_healthy() && !server.is_ejected(now);
        self.choose_where(|index, server| usable(server) && before != Some(index))
            .or_else(|| self.choose_where(|_, server| usable(server)))
            // All were left out by their failures alone: one of them may work again, and nothing else is there.
            .or_else(|| self.choose_where(|_, server| server.is_healthy()))
    }

    fn choose_where(&self, usable: impl Fn(usize, &Server) -> bool) -> Option<usize> {
        let start = self.next.fetch_add(1, Ordering::Relaxed) % self.servers.len().max(1);
        let (first, second) = self.servers.split_at(start.min(self.servers.len()));
        let in_turn = second.iter().enumerate().map(|(index, server)| (index + start, server));
        let mut candidates =
            in_turn.chain(first.iter().enumerate()).filter(|(index, server)| usable(*index, server));
        match self.config.balance {
            Balance::RoundRobin => candidates.next(),
            Balance::LeastRequests => candidates.min_by_key(|(_, server)| server.running()),
        }
        .map(|(index, _)| index)
    }

    /// Requests that run.
    pub(crate) fn running(&self) -> usize {
        self.running.load(Ordering::Relaxed)
    }

    /// Counts a retry, if the budget allows one.
    pub(super) fn retry(&self) -> Option<Counted<'_>> {
        let percent = self.config.retry.budget_percent as usize;
        if percent == 0 {
            return None;
        }
        let most = (self.running() * percent / 100).max(LEAST_RETRIES);
        let counted = Counted::more(&self.retrying);
        (self.retrying.load(Ordering::Relaxed) <= most).then_some(counted)
    }

    /// Counts a request that waits for a connection, if there may be one more.
    pub(super) fn wait(&self) -> Option<Counted<'_>> {
        let counted = Counted::more(&self.waiting);
        (self.waiting.load(Ordering::Relaxed) <= self.config.limits.pending).then_some(counted)
    }

    /// Notes that a server has answered.
    pub(super) fn succeeded(&self, index: usize) {
        if let Some(server) = self.servers.get(index)
            && server.failures.load(Ordering::Relaxed) != 0
        {
            server.failures.store(0, Ordering::Relaxed);
        }
    }

    /// Notes that a server has failed. After some failures in a row it is left out for a time.
    pub(super) fn failed(&self, index: usize, why: &dyn std::fmt::Display) {
        let Some(server) = self.servers.get(index) else { return };
        let failures = server.failures.fetch_add(1, Ordering::Relaxed) + 1;
        server.note_failure(why);
        let eject = self.config.eject;
        if eject.failures != 0 && failures >= eject.failures {
            server.failures.store(0, Ordering::Relaxed);
            let until = self.now().saturating_add(millis(eject.time));
            server.ejected_until.store(until, Ordering::Relaxed);
            tracing::warn!(
                cluster = self.name,
                server = %server.endpoint,
                "left out for {:?} after {failures} failures in a row: {why}",
                eject.time
            );
        }
    }

    /// Servers that requests are sent to now.
    pub(crate) fn available(&self) -> usize {
        let now = self.now();
        self.servers.iter().filter(|server| server.is_healthy() && !server.is_ejected(now)).count()
    }

    /// What a person is shown of a server's state.
    pub(crate) fn server_state(&self, server: &Server) -> &'static str {
        match (server.is_healthy(), server.is_ejected(self.now())) {
            (false, _) => "unhealthy",
            (true, true) => "left out",
            (true, false) => "healthy",
        }
    }
}

impl Server {
    pub(crate) fn is_healthy(&self) -> bool {
        self.healthy.load(Ordering::Relaxed)
    }

    pub(crate) fn set_healthy(&self, healthy: bool) {
        self.healthy.store(healthy, Ordering::Relaxed);
    }

    fn is_ejected(&self, now: u64) -> bool {
        now < self.ejected_until.load(Ordering::Relaxed)
    }

    /// Requests that run.
    pub(crate) fn running(&self) -> usize {
        self.running.load(Ordering::Relaxed)
    }

    pub(crate) fn note_failure(&self, why: &dyn std::fmt::Display) {
        let mut last = self.last_failure.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        *last = Some(why.to_string());
    }

    pub(crate) fn last_failure(&self) -> Option<String> {
        self.last_failure.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }
}

/// A request that runs in a cluster, until it is dropped.
pub(crate) struct Admitted {
    cluster: Arc<Cluster>,
    server: Option<usize>,
}

impl Admitted {
    /// Counts a request, if the cluster may have one more.
    pub(super) fn new(cluster: &Arc<Cluster>) -> Option<Self> {
        let before = cluster.running.fetch_add(1, Ordering::Relaxed);
        let admitted = Self { cluster: Arc::clone(cluster), server: None };
        (before < cluster.config.limits.requests).then_some(admitted)
    }

    /// The request goes to this server now.
    pub(super) fn at(&mut self, server: usize) {
        self.leave();
        if let Some(one) = self.cluster.servers.get(server) {
            one.running.fetch_add(1, Ordering::Relaxed);
            self.server = Some(server);
        }
    }

    fn leave(&mut self) {
        let server = self.server.take().and_then(|server| self.cluster.servers.get(server));
        if let Some(server) = server {
            server.running.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

impl Drop for Admitted {
    fn drop(&mut self) {
        self.leave();
        self.cluster.running.fetch_sub(1, Ordering::Relaxed);
    }
}

fn roots_changed(config: &ClusterConfig) -> Option<SystemTime> {
    std::fs::metadata(config.tls.roots.as_ref()?).and_then(|file| file.modified()).ok()
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
