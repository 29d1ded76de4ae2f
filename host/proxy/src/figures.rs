//! Numbers about exchanges, each worker's by itself: counting takes no lock and disturbs no other worker.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use http::StatusCode;

use crate::exchange::{ExchangeInfo, FLAGS};

/// The upper ends of the buckets of durations, in milliseconds. The last one has no end.
pub(crate) const BUCKETS_MS: [u64; 12] = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 5000, 30_000];

/// Numbers of several workers.
#[derive(Debug)]
pub(crate) struct Figures(Box<[Shard]>);

/// The numbers of one worker, in cache lines of their own.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Shard {
    /// By the first digit of the status; 0: the client left before.
    classes: [AtomicU64; 6],
    flags: [AtomicU64; FLAGS.len()],
    buckets: [AtomicU64; BUCKETS_MS.len() + 1],
    micros: AtomicU64,
    retries: AtomicU64,
    request_bytes: AtomicU64,
    response_bytes: AtomicU64,
}

/// The sum over all workers.
#[derive(Debug, Clone, Default)]
pub(crate) struct Totals {
    pub(crate) classes: [u64; 6],
    pub(crate) flags: [u64; FLAGS.len()],
    pub(crate) buckets: [u64; BUCKETS_MS.len() + 1],
    pub(crate) micros: u64,
    pub(crate) retries: u64,
    pub(crate) request_bytes: u64,
    pub(crate) response_bytes: u64,
}

impl Figures {
    pub(crate) fn new(workers: usize) -> Self {
        Self((0..workers).map(|_| Shard::default()).collect())
    }

    /// Counts an exchange that has ended.
    pub(crate) fn count(&self, worker: usize, info: &ExchangeInfo, duration: Duration) {
        let Some(shard) = self.0.get(worker) else { return };
        let add = |counter: Option<&AtomicU64>, by: u64| {
            if let Some(counter) = counter.filter(|_| by > 0) {
                counter.fetch_add(by, Ordering::Relaxed);
            }
        };
        let class = info.status().map_or(0, |status: StatusCode| usize::from(status.as_u16() / 100));
        add(shard.classes.get(class), 1);
        if !info.flags().is_empty() {
            for (counter, (flag, _)) in shard.flags.iter().zip(FLAGS) {
                add(Some(counter), info.flags().has(flag).into());
            }
        }
        let millis = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        let bucket = BUCKETS_MS.partition_point(|end| *end <= millis);
        add(shard.buckets.get(bucket), 1);
        add(Some(&shard.micros), u64::try_from(duration.as_micros()).unwrap_or(0));
        add(Some(&shard.retries), info.upstream().attempts.saturating_sub(1).into());
        add(Some(&shard.request_bytes), info.request_bytes());
        add(Some(&shard.response_bytes), info.response_bytes());
    }

    pub(crate) fn totals(&self) -> Totals {
        let mut totals = Totals::default();
        for shard in &self.0 {
            add_all(&mut totals.classes, &shard.classes);
            add_all(&mut totals.flags, &shard.flags);
            add_all(&mut totals.buckets, &shard.buckets);
            totals.micros += shard.micros.load(Ordering::Relaxed);
            totals.retries += shard.retries.load(Ordering::Relaxed);
            totals.request_bytes += shard.request_bytes.load(Ordering::Relaxed);
            totals.response_bytes += shard.response_bytes.load(Ordering::Relaxed);
        }
        totals
    }
}

fn add_all(totals: &mut [u64], counters: &[AtomicU64]) {
    for (total, counter) in totals.iter_mut().zip(counters) {
        *total += counter.load(Ordering::Relaxed);
    }
}

impl Totals {
    /// Exchanges of any status.
    pub(crate) fn requests(&self) -> u64 {
        self.classes.iter().sum()
    }

    /// The time within which this part of all exchanges ended, as the end of its bucket.
    pub(crate) fn quantile_ms(&self, part: f64) -> Option<u64> {
        let total: u64 = self.buckets.iter().sum();
        let wanted = (total as f64 * part).ceil() as u64;
        let mut seen = 0;
        let bucket = self.buckets.iter().position(|count| {
            seen += count;
            total > 0 && seen >= wanted
        })?;
        BUCKETS_MS.get(bucket).copied()
    }
}
