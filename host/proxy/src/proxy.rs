use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use thiserror::Error;
use tokio::sync::{mpsc, watch};
use witdock::DockError;

use crate::admin::Admin;
use crate::application::{self, ApplicationError, Applications};
use crate::config::{Config, ListenerConfig};
use crate::filter::{FilterError, LoadedFilter, Plugins};
use crate::listener::{Acceptor, Listener, OpenConnections, TlsError, bind};
use crate::plan::Plan;
use crate::shared::Shared;
use crate::upstream::HealthChecks;
use crate::worker::Workers;

/// Why a configuration cannot be carried out.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StartError {
    /// A listener's address cannot be used.
    #[error("cannot listen on {address}: {error}; choose another address, or stop what uses it")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// What the operating system says.
        error: io::Error,
    },
    /// A certificate cannot be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// A filter cannot be used.
    #[error(transparent)]
    Filter(#[from] FilterError),
    /// The operating system gives no thread.
    #[error("cannot start the workers: {0}")]
    Workers(io::Error),
    /// The access log cannot be opened.
    #[error("cannot open the access log: {0}; check `path` in [access_log]")]
    Log(io::Error),
    /// No plugin can run on this machine.
    #[error(transparent)]
    Dock(DockError),
    /// An application cannot be started.
    #[error(transparent)]
    Application(#[from] ApplicationError),
    /// A setting that needs a new process.
    #[error("`threads` cannot change while the proxy runs; restart it")]
    Threads,
}

/// A proxy that runs.
pub struct Proxy {
    plan: watch::Sender<Arc<Plan>>,
    plugins: Plugins,
    shared: Arc<Shared>,
    workers: Arc<Workers>,
    health: Vec<HealthChecks>,
    reloads: watch::Sender<Reloads>,
    threads: Vec<JoinHandle<()>>,
    listeners: HashMap<SocketAddr, Socket>,
    stopping: watch::Sender<bool>,
    /// Made with the first plugin: a proxy without any pays for none.
    /// Held by each acceptor and each connection, so that a stop can wait for the last of them.
    alive: (mpsc::Sender<()>, mpsc::Receiver<()>),
}

/// What became of reloads.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reloads {
    pub(crate) successes: u64,
    pub(crate) failures: u64,
    /// Why the last one failed, until one succeeds.
    pub(crate) last_error: Option<String>,
}

impl Reloads {
    fn failed(&mut self, why: String) {
        self.failures += 1;
        self.last_error = Some(why);
    }
}

/// A socket that listens.
struct Socket {
    /// The address that it is bound to, where the configuration may say port 0.
    address: SocketAddr,
    listener: watch::Sender<Arc<Listener>>,
    open: Arc<OpenConnections>,
}

impl Proxy {
    /// Opens the listeners and starts the workers. The calling runtime accepts connections.
    ///
    /// # Errors
    ///
    /// When an address is in use, or a certificate cannot be read.
    pub async fn start(config: Config) -> Result<Self, StartError> {
        let (alive, alive_end) = mpsc::channel(1);
        let shared = Arc::new(Shared::new(config.threads));
        let plugins = Plugins::default();
        let mut plan = Plan::new(config, &plugins, None).await?;
        plan.applications = applications(&plugins, &plan.config, &Applications::default()).await?;
        plan.open_log().map_err(StartError::Log)?;
        let plan = Arc::new(plan);
        let (stopping, stopping_seen) = watch::channel(false);
        let mut opened = Vec::new();
        for listener in &plan.config.listeners {
            opened.push(open(listener.clone())?);
        }
        let (workers, threads) =
            Workers::start(&plan, &shared, &stopping_seen).map_err(StartError::Workers)?;
        let workers = Arc::new(workers);
        let mut proxy = Self {
            plan: watch::Sender::new(Arc::clone(&plan)),
            plugins,
            shared,
            workers,
            health: Vec::new(),
            reloads: watch::Sender::default(),
            threads,
            listeners: HashMap::new(),
            stopping,
            alive: (alive, alive_end),
        };
        for opened in opened {
            proxy.accept(opened);
        }
        proxy.check_health(&plan);
        Ok(proxy)
    }

    /// Checks what a configuration needs besides its file: that certificates and authorities can be used.
    ///
    /// # Errors
    ///
    /// When one of them cannot.
    pub async fn check(config: &Config) -> Result<(), StartError> {
        Plan::new(config.clone(), &Plugins::default(), None).await?;
        for listener in &config.listeners {
            Listener::new(listener.clone(), listener.address, Arc::default())?;
        }
        Ok(())
    }

    /// The addresses of the listeners, in the order of the configuration.
    pub fn addresses(&self) -> Vec<SocketAddr> {
        let plan = self.plan.borrow();
        let sockets = plan.config.listeners.iter().filter_map(|one| self.listeners.get(&one.address));
        sockets.map(|socket| socket.address).collect()
    }

    /// The filters of the configuration, by name.
    pub fn filters(&self) -> Vec<Arc<LoadedFilter>> {
        let mut filters: Vec<_> = self.plan.borrow().filters.values().cloned().collect();
        filters.sort_by(|one, other| one.name().cmp(other.name()));
        filters
    }

    /// Carries out another configuration. Requests that run go on with the one that they began with; connections stay open.
    ///
    /// # Errors
    ///
    /// When a new address is in use, or a certificate cannot be read. Nothing has changed then.
    pub async fn reload(&mut self, config: Config) -> Result<(), StartError> {
        let result = self.carry_out(config).await;
        self.reloads.send_modify(|reloads| match &result {
            Ok(()) => *reloads = Reloads { successes: reloads.successes + 1, last_error: None, ..*reloads },
            Err(error) => reloads.failed(error.to_string()),
        });
        result
    }

    /// Notes that a configuration could not be read, for the status page.
    pub fn reload_failed(&self, why: String) {
        self.reloads.send_modify(|reloads| reloads.failed(why));
    }

    async fn carry_out(&mut self, config: Config) -> Result<(), StartError> {
        let before = Arc::clone(&self.plan.borrow());
        if config.threads != before.config.threads {
            return Err(StartError::Threads);
        }
        let mut plan = Plan::new(config, &self.plugins, Some(&before)).await?;
        plan.applications = applications(&self.plugins, &plan.config, &before.applications).await?;
        // First all that can fail, then the changes.
        let mut opened = Vec::new();
        let mut changed = Vec::new();
        for listener in &plan.config.listeners {
            match self.listeners.get(&listener.address) {
                Some(socket) => changed.push(Arc::new(Listener::new(
                    listener.clone(),
                    socket.address,
                    Arc::clone(&socket.open),
                )?)),
                None => opened.push(open(listener.clone())?),
            }
        }
        plan.open_log().map_err(StartError::Log)?;
        let plan = Arc::new(plan);
        self.workers.configure(&plan);
        let kept: Vec<_> = plan.config.listeners.iter().map(|listener| listener.address).collect();
        self.listeners.retain(|address, _| kept.contains(address));
        for listener in changed {
            if let Some(socket) = self.listeners.get(&listener.config.address) {
                socket.listener.send_replace(listener);
            }
        }
        for opened in opened {
            self.accept(opened);
        }
        self.check_health(&plan);
        self.plugins.keep_only(&plan.filters);
        self.plan.send_replace(plan);
        Ok(())
    }

    /// Stops: no connection is accepted, requests that run have `time` to end, and then the workers end.
    ///
    /// The result is whether all had ended.
    pub async fn stop(mut self, time: Duration) -> bool {
        self.listeners.clear();
        self.stopping.send_replace(true);
        let (alive, mut alive_end) = self.alive;
        drop(alive);
        let all_ended = tokio::time::timeout(time, alive_end.recv()).await.is_ok();
        drop(self.workers);
        let threads = self.threads;
        let joined = tokio::task::spawn_blocking(move || {
            for thread in threads {
                // A worker that panicked has said so on standard error.
                let _ = thread.join();
            }
        });
        let _ = joined.await;
        all_ended
    }

    /// Serves the status page, `/health`, `/metrics`, `/connections` and `/tail`. Who asks for a reload there is told to `reload`.
    ///
    /// # Errors
    ///
    /// When the address is in use.
    pub fn admin(&self, address: SocketAddr, reload: mpsc::Sender<()>) -> Result<SocketAddr, StartError> {
        let failed = |error| StartError::Bind { address, error };
        let socket = bind(address).map_err(failed)?;
        let bound = socket.local_addr().map_err(failed)?;
        let admin = Admin {
            plan: self.plan.subscribe(),
            shared: Arc::clone(&self.shared),
            workers: Arc::downgrade(&self.workers),
            reloads: self.reloads.subscribe(),
            stopping: self.stopping.subscribe(),
            reload,
        };
        tokio::spawn(Arc::new(admin).serve(socket));
        Ok(bound)
    }

    /// Checks the servers of a plan. Checks of clusters that did not change go on.
    fn check_health(&mut self, plan: &Plan) {
        let is_kept = |checks: &HealthChecks| {
            plan.clusters.values().any(|cluster| Arc::ptr_eq(cluster, checks.cluster()))
        };
        self.health.retain(is_kept);
        for cluster in plan.clusters.values() {
            if !self.health.iter().any(|checks| Arc::ptr_eq(cluster, checks.cluster())) {
                self.health.extend(HealthChecks::start(cluster));
            }
        }
    }

    fn accept(&mut self, opened: Opened) {
        let Opened { socket, listener } = opened;
        let (sender, receiver) = watch::channel(Arc::clone(&listener));
        let acceptor = Acceptor {
            socket,
            listener: receiver,
            workers: Arc::clone(&self.workers),
            alive: self.alive.0.clone(),
        };
        tokio::spawn(acceptor.run());
        self.listeners.insert(
            listener.config.address,
            Socket { address: listener.address, listener: sender, open: Arc::clone(&listener.open) },
        );
    }
}

/// The applications of a configuration.
async fn applications(
    plugins: &Plugins,
    config: &Config,
    before: &Applications,
) -> Result<Applications, StartError> {
    if config.applications.is_empty() {
        return Ok(Applications::default());
    }
    let dock = plugins.dock().await.map_err(StartError::Dock)?;
    Ok(application::load(dock, &config.applications, before).await?)
}

/// A socket that was opened and is not used yet.
struct Opened {
    socket: tokio::net::TcpListener,
    listener: Arc<Listener>,
}

fn open(config: ListenerConfig) -> Result<Opened, StartError> {
    let failed = |error| StartError::Bind { address: config.address, error };
    let socket = bind(config.address).map_err(failed)?;
    let address = socket.local_addr().map_err(failed)?;
    let listener = Arc::new(Listener::new(config, address, Arc::default())?);
    Ok(Opened { socket, listener })
}
