//! Decides what becomes of a plugin after a failure: a pure state machine over events and time.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use serde::Serialize;

/// When a plugin that failed is started again, and when it is given up.
///
/// A failure is a call that the plugin itself brought down: a trap, a panic, a limit. The first one restarts the
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

/// What happened to a plugin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// A call brought its instance down.
    Failed,
    /// A person, or a new generation, gives the plugin another chance.
    Revived,
}

/// What follows from an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// Go on: the next call starts a fresh instance.
    Serve,
    /// Refuse calls for so long.
    BackOff(Duration),
    /// Refuse calls until the plugin is revived.
    Quarantine,
}

/// The state machine of one plugin. It has no clock: the caller says what time it is.
#[derive(Debug)]
pub(crate) struct Supervisor {
    policy: RestartPolicy,
    failures: VecDeque<Instant>,
    resume_at: Option<Instant>,
    quarantined: bool,
}

impl Supervisor {
    pub(crate) fn new(policy: RestartPolicy) -> Self {
        Self { policy, failures: VecDeque::new(), resume_at: None, quarantined: false }
    }

    pub(crate) fn on(&mut self, event: Event, now: Instant) -> Action {
        match event {
            Event::Revived => {
                *self = Self::new(self.policy.clone());
                Action::Serve
            }
            Event::Failed => {
                self.forget_before(now);
                self.failures.push_back(now);
                let count = u32::try_from(self.failures.len()).unwrap_or(u32::MAX);
                if self.quarantined || count >= self.policy.quarantine_after {
                    self.quarantined = true;
                    return Action::Quarantine;
                }
                match self.back_off(count) {
                    Duration::ZERO => Action::Serve,
                    wait => {
                        self.resume_at = now.checked_add(wait);
                        Action::BackOff(wait)
                    }
                }
            }
        }
    }

    /// Whether a call may be made now, and if not, why.
    pub(crate) fn admission(&mut self, now: Instant) -> Action {
        if self.quarantined {
            return Action::Quarantine;
        }
        match self.resume_at.and_then(|at| at.checked_duration_since(now)) {
            Some(wait) if !wait.is_zero() => Action::BackOff(wait),
            _ => {
                self.resume_at = None;
                Action::Serve
            }
        }
    }

    fn back_off(&self, count: u32) -> Duration {
        match count.checked_sub(2) {
            None => Duration::ZERO,
            Some(doublings) => self
                .policy
                .first_back_off
                .saturating_mul(1u32.checked_shl(doublings).unwrap_or(u32::MAX))
                .min(self.policy.longest_back_off),
        }
    }

    fn forget_before(&mut self, now: Instant) {
        while self.failures.front().is_some_and(|at| now.saturating_duration_since(*at) > self.policy.window)
        {
            self.failures.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn supervisor() -> (Supervisor, Instant) {
        (Supervisor::new(RestartPolicy::default()), Instant::now())
    }

    #[test]
    fn the_first_failure_restarts_at_once_and_the_next_ones_wait_twice_as_long_each() {
        let (mut supervisor, now) = supervisor();
        assert_eq!(supervisor.on(Event::Failed, now), Action::Serve);
        assert_eq!(supervisor.on(Event::Failed, now), Action::BackOff(Duration::from_millis(100)));
        assert_eq!(supervisor.on(Event::Failed, now), Action::BackOff(Duration::from_millis(200)));
        assert_eq!(supervisor.on(Event::Failed, now), Action::BackOff(Duration::from_millis(400)));
        assert_eq!(supervisor.on(Event::Failed, now), Action::Quarantine);
        assert_eq!(supervisor.admission(now + Duration::from_secs(3600)), Action::Quarantine);
    }

    #[test]
    fn back_off_always_ends() {
        let (mut supervisor, mut now) = supervisor();
        supervisor.policy.quarantine_after = u32::MAX;
        for _ in 0..200 {
            match supervisor.on(Event::Failed, now) {
                Action::BackOff(wait) => {
                    assert!(wait <= supervisor.policy.longest_back_off);
                    assert_eq!(supervisor.admission(now), Action::BackOff(wait));
                    now += wait;
                    assert_eq!(supervisor.admission(now), Action::Serve);
                }
                action => assert_eq!(action, Action::Serve),
            }
        }
    }

    #[test]
    fn failures_outside_the_window_are_forgotten() {
        let (mut supervisor, mut now) = supervisor();
        for _ in 0..50 {
            assert_eq!(supervisor.on(Event::Failed, now), Action::Serve);
            now += Duration::from_secs(61);
        }
    }

    #[test]
    fn a_revived_plugin_starts_clean() {
        let (mut supervisor, now) = supervisor();
        for _ in 0..9 {
            supervisor.on(Event::Failed, now);
        }
        assert_eq!(supervisor.on(Event::Revived, now), Action::Serve);
        assert_eq!(supervisor.admission(now), Action::Serve);
        assert_eq!(supervisor.on(Event::Failed, now), Action::Serve);
    }
}
