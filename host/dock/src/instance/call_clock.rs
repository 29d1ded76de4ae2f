//! The time of one call: when it must end, and how much of it the host took.

use std::time::{Duration, Instant};

/// How often the epoch advances: how late a deadline may be noticed, and how long a busy guest holds its thread
/// before it yields to other tasks.
pub(crate) const EPOCH_TICK: Duration = Duration::from_millis(10);

/// The clock of one call. Reading the machine's clock is a large part of a short call, so a clock may also start late: at
/// the first tick of the epoch that the call sees, or when it first waits.
#[derive(Debug)]
pub(crate) struct CallClock {
    limit: Duration,
    begun: Option<Instant>,
    in_host_since: Option<Instant>,
    in_host: Duration,
}

/// Whether a call's clock starts with the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Timing {
    Exact,
    /// It starts late, which a call that ends before does not pay for.
    Late,
}

/// The time that a call took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CallTime {
    pub(crate) total: Duration,
    /// The part of `total` that was spent in host functions.
    pub(crate) in_host: Duration,
}

impl CallClock {
    /// The clock of a call.
    #[inline]
    pub(crate) fn new(timer: Timer) -> Self {
        let Timer { begun, limit } = timer;
        Self { limit, begun, in_host_since: None, in_host: Duration::ZERO }
    }

    /// Starts the clock at this moment, unless it has started.
    pub(crate) fn start_at(&mut self, moment: Instant) {
        self.begun.get_or_insert(moment);
    }

    /// Whether the limit has passed. Starts the clock.
    pub(crate) fn is_over(&mut self) -> bool {
        let now = Instant::now();
        now.duration_since(*self.begun.get_or_insert(now)) >= self.limit
    }

    #[inline]
    pub(crate) fn enter_host(&mut self) {
        if self.begun.is_some() {
            self.in_host_since = Some(Instant::now());
        }
    }

    #[inline]
    pub(crate) fn leave_host(&mut self) {
        if let Some(since) = self.in_host_since.take() {
            self.in_host += since.elapsed();
        }
    }

    /// The time of the call so far, if the clock has started.
    #[inline]
    pub(crate) fn time(&self) -> Option<CallTime> {
        Some(CallTime { total: self.begun?.elapsed(), in_host: self.in_host })
    }
}

/// When a call that waits has to end: what its clock starts with, since the call itself uses the clock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timer {
    begun: Option<Instant>,
    limit: Duration,
}

impl Timer {
    /// The timer of a call with this time limit that begins now.
    #[inline]
    pub(crate) fn new(limit: Duration, timing: Timing) -> Self {
        let begun = match timing {
            Timing::Exact => Some(Instant::now()),
            Timing::Late => None,
        };
        Self { begun, limit }
    }

    /// The end of a call that first waits `now`. A little later than the epoch lets it run, so that a guest that loops is
    /// stopped by the epoch and its place is known. None if that is beyond the clock's range.
    pub(crate) fn end(self, now: Instant) -> Option<Instant> {
        self.begun.unwrap_or(now).checked_add(self.limit)?.checked_add(EPOCH_TICK * 3)
    }
}
