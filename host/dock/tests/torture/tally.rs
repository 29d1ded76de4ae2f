use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

/// Counts what has happened.
#[derive(Default)]
pub struct Tally {
    pub calls: AtomicU64,
    pub swapped: AtomicU64,
    pub rejected: AtomicU64,
    pub unchanged: AtomicU64,
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = |count: &AtomicU64| count.load(Ordering::Relaxed);
        write!(
            f,
            "{} swapped, {} rejected, {} unchanged; {} calls, none lost",
            of(&self.swapped),
            of(&self.rejected),
            of(&self.unchanged),
            of(&self.calls)
        )
    }
}
