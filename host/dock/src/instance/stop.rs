//! The signal that a plugin was stopped.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::Notify;
use tokio::sync::futures::Notified;

/// Tells the uses of a plugin that it was stopped: those that wait by waking them, and running guest code at the next tick
/// of the epoch.
#[derive(Debug, Default)]
pub(crate) struct StopSignal {
    stops: AtomicU64,
    notify: Notify,
}

impl StopSignal {
    /// Stops everything that has begun.
    pub(crate) fn stop(&self) {
        self.stops.fetch_add(1, Ordering::Release);
        self.notify.notify_waiters();
    }

    /// Completes at the next stop after this moment.
    pub(crate) fn notified(&self) -> Notified<'_> {
        self.notify.notified()
    }

    fn stops(&self) -> u64 {
        self.stops.load(Ordering::Acquire)
    }
}

/// A moment in the life of a plugin, to find out whether it was stopped since.
#[derive(Clone, Debug)]
pub(crate) struct StopMark {
    signal: Arc<StopSignal>,
    stops: u64,
}

impl StopMark {
    pub(crate) fn new(signal: Arc<StopSignal>) -> Self {
        let stops = signal.stops();
        Self { signal, stops }
    }

    /// Moves the mark to this moment.
    pub(crate) fn renew(&mut self) {
        self.stops = self.signal.stops();
    }

    pub(crate) fn is_passed(&self) -> bool {
        self.signal.stops() != self.stops
    }
}

/// The error of the epoch callback when the plugin was stopped.
#[derive(Debug, thiserror::Error)]
#[error("the plugin was stopped")]
pub(crate) struct Stopped;
