use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Notify;

/// Asks a run to stop at its next batch. Clones ask the same runs.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<Request>);

#[derive(Debug, Default)]
struct Request {
    requested: AtomicBool,
    running: AtomicBool,
    notify: Notify,
}

impl Stop {
    /// Asks for it. False if it was asked before, or if no run is in progress: then there is nothing to wait for.
    pub fn request(&self) -> bool {
        let before = self.0.requested.swap(true, Ordering::SeqCst);
        self.0.notify.notify_waiters();
        !before && self.0.running.load(Ordering::SeqCst)
    }

    /// Whether it was asked for.
    pub fn is_requested(&self) -> bool {
        self.0.requested.load(Ordering::SeqCst)
    }

    /// Returns once it is asked for.
    pub(crate) async fn requested(&self) {
        let notified = self.0.notify.notified();
        if !self.is_requested() {
            notified.await;
        }
    }

    /// Says that a run is in progress, until the guard is dropped.
    pub(crate) fn running(&self) -> Running {
        self.0.running.store(true, Ordering::SeqCst);
        Running(Arc::clone(&self.0))
    }
}

/// A run is in progress.
pub(crate) struct Running(Arc<Request>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.running.store(false, Ordering::SeqCst);
    }
}
