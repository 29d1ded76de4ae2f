//! A token bucket, as the time at which it is full: the "generic cell rate algorithm". One number is all its state.

use std::time::Duration;

/// The limits of a bucket, in nanoseconds.
#[derive(Debug)]
pub(crate) struct Bucket {
    /// Until a token comes back.
    per_token: u64,
    /// Until all tokens have come back.
    whole: u64,
}

/// What came of a request.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Decision {
    /// How long until it would be allowed; zero if it is.
    pub(crate) wait: Duration,
    /// Tokens that are left.
    pub(crate) left: u64,
    /// Until one more comes back.
    pub(crate) until_next: Duration,
}

impl Decision {
    /// Whole seconds, as `retry-after` has them.
    pub(crate) fn wait_seconds(&self) -> u64 {
        self.wait.as_secs() + u64::from(self.wait.subsec_nanos() > 0)
    }
}

impl Bucket {
    pub(crate) fn new(requests: u32, period: Duration, burst: u32) -> Self {
        let period = u64::try_from(period.as_nanos()).unwrap_or(u64::MAX);
        let per_token = (period / u64::from(requests)).max(1);
        Self { per_token, whole: per_token.saturating_mul(burst.into()) }
    }

    /// Takes a token from a bucket that is full at this time. Returns when it is full now.
    pub(crate) fn take(&self, full_at: Option<u64>, now: u64) -> (u64, Decision) {
        // A clock that was set back must not lock clients out for longer than an empty bucket does.
        let full_at = full_at.unwrap_or(now).clamp(now, now.saturating_add(self.whole));
        let missing = full_at - now;
        let after = missing + self.per_token;
        let left = |missing: u64| (self.whole - missing) / self.per_token;
        let until_next =
            |missing: u64| Duration::from_nanos((missing + self.per_token - 1) % self.per_token + 1);
        if after > self.whole {
            let wait = Duration::from_nanos(after - self.whole);
            return (full_at, Decision { wait, left: 0, until_next: wait });
        }
        let decision = Decision { wait: Duration::ZERO, left: left(after), until_next: until_next(after) };
        (now + after, decision)
    }
}
