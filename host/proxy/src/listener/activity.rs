//! What a client's connection does, so that one that does nothing is closed.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Written where the connection is read, written and served, and read by the watch over it. All on one thread: atomic only
/// since hyper asks that a connection can be sent between threads.
#[derive(Debug)]
pub(crate) struct Activity {
    start: Instant,
    /// Requests that run.
    running: AtomicU64,
    /// Whether a byte was read yet.
    begun: AtomicBool,
    /// HTTP/2 frames come at any time: after the first request, bytes alone are no request's head.
    multiplexed: AtomicBool,
    /// Since when no request runs, in milliseconds from the start.
    idle_since: AtomicU64,
    /// Since when a request's head arrives, plus one; 0 if none does.
    head_since: AtomicU64,
    /// Since when the client does not take what is written, plus one; 0 if it does.
    blocked_since: AtomicU64,
}

impl Activity {
    /// The connection was accepted: a client has to begin at once.
    pub(crate) fn new() -> Self {
        Self {
            start: Instant::now(),
            running: AtomicU64::new(0),
            begun: AtomicBool::new(false),
            multiplexed: AtomicBool::new(false),
            idle_since: AtomicU64::new(0),
            head_since: AtomicU64::new(1),
            blocked_since: AtomicU64::new(0),
        }
    }

    fn now(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// The connection speaks HTTP/2. Its beginning has arrived, and it may be idle.
    pub(crate) fn set_multiplexed(&self) {
        self.multiplexed.store(true, Ordering::Relaxed);
        self.head_since.store(0, Ordering::Relaxed);
        self.idle_since.store(self.now(), Ordering::Relaxed);
    }

    /// Bytes were read.
    pub(crate) fn read(&self) {
        self.begun.store(true, Ordering::Relaxed);
        let between_requests =
            self.running.load(Ordering::Relaxed) == 0 && self.head_since.load(Ordering::Relaxed) == 0;
        if between_requests && !self.multiplexed.load(Ordering::Relaxed) {
            self.head_since.store(self.now() + 1, Ordering::Relaxed);
        }
    }

    /// Bytes were written, or the client did not take them.
    pub(crate) fn write(&self, done: bool) {
        let blocked = self.blocked_since.load(Ordering::Relaxed);
        if done {
            if blocked != 0 {
                self.blocked_since.store(0, Ordering::Relaxed);
            }
        } else if blocked == 0 {
            self.blocked_since.store(self.now() + 1, Ordering::Relaxed);
        }
    }

    /// A request's head was read.
    pub(crate) fn begin(&self) {
        self.running.fetch_add(1, Ordering::Relaxed);
        self.head_since.store(0, Ordering::Relaxed);
    }

    /// A request has ended.
    pub(crate) fn end(&self) {
        if self.running.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.idle_since.store(self.now(), Ordering::Relaxed);
        }
    }

    /// Whether a byte was read yet.
    pub(crate) fn has_begun(&self) -> bool {
        self.begun.load(Ordering::Relaxed)
    }

    /// Requests that run.
    pub(crate) fn running(&self) -> u64 {
        self.running.load(Ordering::Relaxed)
    }

    /// When the connection is to be closed unless something happens before.
    pub(crate) fn deadline(&self, head: Duration, idle: Duration) -> Deadline {
        let after = |since: u64, time: Duration| self.start + Duration::from_millis(since) + time;
        let blocked = self.blocked_since.load(Ordering::Relaxed);
        if blocked != 0 {
            return Deadline { at: after(blocked - 1, idle), reason: Reason::Blocked };
        }
        if self.running() > 0 {
            // Bodies and servers have their own time limits. Looks again when the connection could be blocked for too long.
            return Deadline { at: Instant::now() + idle, reason: Reason::Busy };
        }
        let head_since = self.head_since.load(Ordering::Relaxed);
        if head_since != 0 {
            return Deadline { at: after(head_since - 1, head), reason: Reason::Head };
        }
        Deadline { at: after(self.idle_since.load(Ordering::Relaxed), idle), reason: Reason::Idle }
    }
}

/// When a connection is to be closed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deadline {
    pub(crate) at: Instant,
    pub(crate) reason: Reason,
}

/// Why a connection is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    /// It is not: requests run.
    Busy,
    /// A request's head did not arrive in time.
    Head,
    /// Nothing was asked for too long.
    Idle,
    /// The client did not take its response.
    Blocked,
}
