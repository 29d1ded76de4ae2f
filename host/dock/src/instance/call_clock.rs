//! The time of one call: when it must end, and how much of it the host took.

use std::time::{Duration, Instant};

/// How often the epoch advances: how late a deadline may be noticed, and how long a busy guest holds its thread
/// before it yields to other tasks.
pub(crate) const EPOCH_TICK: Duration = Duration::from_millis(10);

/// The clock of one call.
#[derive(Debug)]
pub(crate) struct CallClock {
    begun: Instant,
    deadline: Option<Instant>,
    in_host_since: Option<Instant>,
    in_host: Duration,
}

/// The time that a call took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CallTime {
    pub(crate) total: Duration,
    /// The part of `total` that was spent in host functions.
    pub(crate) in_host: Duration,
}

impl CallClock {
    /// Starts the clock of a call with this time limit.
    pub(crate) fn begin(limit: Duration) -> Self {
        let begun = Instant::now();
        // A limit beyond the clock's range is no limit.
        Self { begun, deadline: begun.checked_add(limit), in_host_since: None, in_host: Duration::ZERO }
    }

    pub(crate) fn is_over(&self) -> bool {
        self.deadline.is_some_and(|deadline| Instant::now() >= deadline)
    }

    /// When the timer ends the call. Later than the epoch can be, so that a guest that loops is stopped by the epoch and
    /// its place is known.
    pub(crate) fn timer(&self) -> Option<Instant> {
        self.deadline?.checked_add(EPOCH_TICK * 3)
    }

    pub(crate) fn enter_host(&mut self) {
        self.in_host_since = Some(Instant::now());
    }

    pub(crate) fn leave_host(&mut self) {
        if let Some(since) = self.in_host_since.take() {
            self.in_host += since.elapsed();
        }
    }

    /// The time of the call so far.
    pub(crate) fn time(&self) -> CallTime {
        CallTime { total: self.begun.elapsed(), in_host: self.in_host }
    }
}
