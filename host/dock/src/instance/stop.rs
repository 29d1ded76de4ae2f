//! The signal that a plugin was stopped.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::Notify;

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

    /// The next stop after this moment.
    #[inline]
    pub(crate) fn next(&self) -> NextStop<'_> {
        NextStop { signal: self, stops: self.stops() }
    }

    #[inline]
    fn stops(&self) -> u64 {
        self.stops.load(Ordering::Acquire)
    }
}

/// The next stop of a plugin after a moment in its life.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NextStop<'a> {
    signal: &'a StopSignal,
    stops: u64,
}

impl NextStop<'_> {
    /// Runs the work, or drops it and returns `None` when the plugin is stopped.
    pub(crate) async fn unless<R>(self, work: impl Future<Output = R>) -> Option<R> {
        tokio::select! {
            biased;
            value = work => Some(value),
            () = self.come() => None,
        }
    }

    pub(crate) fn is_passed(self) -> bool {
        self.signal.stops() != self.stops
    }

    pub(crate) async fn come(self) {
        let notified = self.signal.notify.notified();
        // A stop after the line above completes `notified`.
        if !self.is_passed() {
            notified.await;
        }
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
    #[inline]
    pub(crate) fn renew(&mut self) {
        self.stops = self.signal.stops();
    }

    pub(crate) fn is_passed(&self) -> bool {
        self.next().is_passed()
    }

    /// The first stop after this mark.
    #[inline]
    pub(crate) fn next(&self) -> NextStop<'_> {
        NextStop { signal: &self.signal, stops: self.stops }
    }
}

/// The error of the epoch callback when the plugin was stopped.
#[derive(Debug, thiserror::Error)]
#[error("the plugin was stopped")]
pub(crate) struct Stopped;
