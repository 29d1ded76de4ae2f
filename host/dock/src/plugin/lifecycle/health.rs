//! The consequences of failures: back-off, then quarantine.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use serde::Serialize;

/// When a plugin that failed is restarted, and when it is quarantined.
///
/// A failure is a call that failed because of the plugin: a trap, a panic, a limit. The first one restarts the
/// plugin at once; the next ones within `window` wait for `first_back_off`, then twice that, and so on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RestartPolicy {
    /// The wait after the second failure within the window; doubles with each further one. Default 100 ms.
    pub first_back_off: Duration,
    /// The longest wait. Default 10 s.
    pub longest_back_off: Duration,
    /// This many failures within the window quarantine the plugin. Default 5.
    pub quarantine_after: u32,
    /// How long a failure counts. Default 60 s.
    pub window: Duration,
}

impl Default for RestartPolicy {
    fn default() -> Self {
        Self {
            first_back_off: Duration::from_millis(100),
            longest_back_off: Duration::from_secs(10),
            quarantine_after: 5,
            window: Duration::from_secs(60),
        }
    }
}

/// Beyond this the clock itself may overflow.
const A_YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);

impl RestartPolicy {
    /// The wait after this many failures within the window.
    fn back_off(&self, failures: u32) -> Duration {
        match failures.checked_sub(2) {
            None => Duration::ZERO,
            Some(doublings) => self
                .first_back_off
                .saturating_mul(1u32.checked_shl(doublings).unwrap_or(u32::MAX))
                .min(self.longest_back_off)
                .min(A_YEAR),
        }
    }
}

/// Whether a plugin takes calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fitness {
    Fit,
    /// Calls are refused until then.
    BackingOff {
        until: Instant,
        wait: Duration,
    },
    /// Calls are refused until the plugin is revived or a new generation serves.
    Quarantined {
        failures: u32,
        reason: String,
    },
}

/// The recent failures of the generation that serves, and their consequence.
#[derive(Debug)]
pub(super) struct Health {
    failures: VecDeque<Instant>,
    fitness: Fitness,
}

impl Health {
    pub(super) fn new() -> Self {
        Self { failures: VecDeque::new(), fitness: Fitness::Fit }
    }

    pub(super) fn fitness(&self) -> &Fitness {
        &self.fitness
    }

    /// When the back-off ends.
    pub(super) fn until(&self) -> Option<Instant> {
        match self.fitness {
            Fitness::BackingOff { until, .. } => Some(until),
            _ => None,
        }
    }

    /// Ends a back-off whose time is over.
    pub(super) fn elapse(&mut self, now: Instant) {
        if self.until().is_some_and(|until| until <= now) {
            self.fitness = Fitness::Fit;
        }
    }

    /// Counts a failure.
    pub(super) fn fail(&mut self, policy: &RestartPolicy, reason: &str, now: Instant) {
        while self.failures.front().is_some_and(|at| now.saturating_duration_since(*at) > policy.window) {
            self.failures.pop_front();
        }
        self.failures.push_back(now);
        let failures = u32::try_from(self.failures.len()).unwrap_or(u32::MAX);
        if failures >= policy.quarantine_after || matches!(self.fitness, Fitness::Quarantined { .. }) {
            self.fitness = Fitness::Quarantined { failures, reason: reason.to_owned() };
            return;
        }
        let wait = policy.back_off(failures);
        if !wait.is_zero() {
            let until = now.checked_add(wait).unwrap_or(now);
            self.fitness = Fitness::BackingOff { until, wait };
        }
    }
}
