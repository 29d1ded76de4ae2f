//! Worker threads. Each has a runtime of its own, and what belongs to a connection, an exchange or a filter stays on one of
//! them: no lock, and nothing has to be `Send`.

use std::cell::{Cell, RefCell};
use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread::JoinHandle;

use tokio::sync::{mpsc, watch};
use tokio::task::LocalSet;

use crate::filter_calls::WorkerClusters;
use crate::listener::{Listener, OpenConnection};
use crate::plan::Plan;
use crate::running::Running;
use crate::server;
use crate::shared::Shared;

/// A connection that was accepted.
pub(crate) struct Accepted {
    pub(crate) stream: std::net::TcpStream,
    pub(crate) peer: SocketAddr,
    pub(crate) listener: Arc<Listener>,
    pub(crate) open: OpenConnection,
    /// A stop waits for whoever holds one.
    pub(crate) alive: mpsc::Sender<()>,
}

enum Message {
    Accepted(Box<Accepted>),
    Configure(Arc<Plan>),
}

/// All workers, for those that give them work.
pub(crate) struct Workers {
    all: Vec<Handle>,
    next: AtomicUsize,
}

struct Handle {
    messages: mpsc::UnboundedSender<Message>,
    connections: Arc<AtomicUsize>,
}

impl Workers {
    /// Starts the threads. They end when the workers are dropped.
    pub(crate) fn start(
        plan: &Arc<Plan>,
        shared: &Arc<Shared>,
        stopping: &watch::Receiver<bool>,
    ) -> io::Result<(Self, Vec<JoinHandle<()>>)> {
        let mut all = Vec::new();
        let mut threads = Vec::new();
        for number in 0..plan.config.threads {
            let (messages, receiver) = mpsc::unbounded_channel();
            let connections = Arc::new(AtomicUsize::new(0));
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            let start = Start {
                number,
                plan: Arc::clone(plan),
                shared: Arc::clone(shared),
                stopping: stopping.clone(),
                connections: Arc::clone(&connections),
            };
            let thread = std::thread::Builder::new().name(format!("worker-{number}")).spawn(move || {
                LocalSet::new().block_on(&runtime, start.run(receiver));
            })?;
            all.push(Handle { messages, connections });
            threads.push(thread);
        }
        Ok((Self { all, next: AtomicUsize::new(0) }, threads))
    }

    /// Gives a connection to the worker with the fewest.
    pub(crate) fn give(&self, accepted: Accepted) {
        // Where several have as few, they take turns.
        let turn = self.next.fetch_add(1, Ordering::Relaxed);
        let (first, second) = self.all.split_at(turn % self.all.len().max(1));
        let least =
            second.iter().chain(first).min_by_key(|worker| worker.connections.load(Ordering::Relaxed));
        if let Some(worker) = least {
            worker.connections.fetch_add(1, Ordering::Relaxed);
            // The worker ends only with the proxy.
            let _ = worker.messages.send(Message::Accepted(Box::new(accepted)));
        }
    }

    /// Gives all workers another plan. Requests that begin afterwards follow it.
    pub(crate) fn configure(&self, plan: &Arc<Plan>) {
        for worker in &self.all {
            let _ = worker.messages.send(Message::Configure(Arc::clone(plan)));
        }
    }

    /// Connections of each worker.
    pub(crate) fn connections(&self) -> Vec<usize> {
        self.all.iter().map(|worker| worker.connections.load(Ordering::Relaxed)).collect()
    }
}

struct Start {
    number: usize,
    plan: Arc<Plan>,
    shared: Arc<Shared>,
    stopping: watch::Receiver<bool>,
    connections: Arc<AtomicUsize>,
}

impl Start {
    async fn run(self, mut messages: mpsc::UnboundedReceiver<Message>) {
        let clusters = Rc::new(WorkerClusters::default());
        let worker = Rc::new(Worker {
            number: self.number,
            running: RefCell::new(Running::new(&self.plan, &clusters, None)),
            shared: self.shared,
            stopping: self.stopping,
            requests: Cell::new(0),
        });
        while let Some(message) = messages.recv().await {
            match message {
                Message::Accepted(accepted) => {
                    let worker = Rc::clone(&worker);
                    let counted = Counted(Arc::clone(&self.connections));
                    tokio::task::spawn_local(async move {
                        server::serve(&worker, *accepted, counted).await;
                    });
                }
                Message::Configure(plan) => {
                    let before = worker.running();
                    *worker.running.borrow_mut() = Running::new(&plan, &clusters, Some(&before));
                }
            }
        }
    }
}

/// A connection of a worker, which `Workers::give` has counted.
pub(crate) struct Counted(Arc<AtomicUsize>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// What a worker thread has.
pub(crate) struct Worker {
    pub(crate) number: usize,
    running: RefCell<Rc<Running>>,
    pub(crate) shared: Arc<Shared>,
    pub(crate) stopping: watch::Receiver<bool>,
    requests: Cell<u64>,
}

impl Worker {
    /// What requests that begin now follow.
    pub(crate) fn running(&self) -> Rc<Running> {
        Rc::clone(&self.running.borrow())
    }

    /// A number for a request, which no other worker gives.
    pub(crate) fn next_request(&self) -> u64 {
        let number = self.requests.get();
        self.requests.set(number + 1);
        number * self.shared.workers as u64 + self.number as u64 + 1
    }
}

/// Gives numbers to connections.
#[derive(Debug, Default)]
pub(crate) struct Numbers(AtomicU64);

impl Numbers {
    pub(crate) fn next(&self) -> u64 {
        self.0.fetch_add(1, Ordering::Relaxed) + 1
    }
}
