//! What a plugin costs: calls, errors, latency and memory.

use std::collections::{BTreeMap, HashMap};
use std::sync::Mutex;
use std::time::Duration;

use hdrhistogram::Histogram;
use serde::Serialize;

use crate::lock::lock;
use crate::status::FailureReport;

/// What a plugin has cost since it was loaded, over all generations.
#[derive(Clone, Debug, Serialize)]
pub struct Statistics {
    /// The generation that serves.
    pub generation: u64,
    /// By the name that calls were made under.
    pub exports: BTreeMap<String, ExportStatistics>,
    /// Linear memory of all live instances now, bytes.
    pub memory_bytes: usize,
    /// The most that it ever was, bytes.
    pub memory_peak_bytes: usize,
    /// The last call that failed.
    pub last_failure: Option<FailureReport>,
}

/// What the calls to one export have cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ExportStatistics {
    /// Calls that ended, in whatever way.
    pub calls: u64,
    /// Those that failed.
    pub errors: u64,
    /// Latency of the calls, median: within 1 % of the true value.
    pub p50: Duration,
    /// Latency, 90th percentile.
    pub p90: Duration,
    /// Latency, 99th percentile.
    pub p99: Duration,
    /// The longest call.
    pub max: Duration,
    /// All calls together.
    pub total: Duration,
    /// The part of `total` that was spent in host functions.
    pub in_host: Duration,
}

/// Collects the calls of one plugin.
#[derive(Debug, Default)]
pub(crate) struct Recorder(Mutex<HashMap<String, Collector>>);

#[derive(Debug)]
struct Collector {
    errors: u64,
    /// Nanoseconds.
    latency: Histogram<u64>,
    total: Duration,
    in_host: Duration,
}

impl Recorder {
    pub(crate) fn record(&self, export: &str, took: Duration, in_host: Duration, succeeded: bool) {
        let mut exports = lock(&self.0);
        if !exports.contains_key(export) {
            let Some(collector) = Collector::new() else { return };
            exports.insert(export.to_owned(), collector);
        }
        if let Some(collector) = exports.get_mut(export) {
            collector.errors += u64::from(!succeeded);
            collector.latency.saturating_record(u64::try_from(took.as_nanos()).unwrap_or(u64::MAX));
            collector.total += took;
            collector.in_host += in_host;
        }
    }

    pub(crate) fn exports(&self) -> BTreeMap<String, ExportStatistics> {
        lock(&self.0).iter().map(|(name, collector)| (name.clone(), collector.snapshot())).collect()
    }
}

impl Collector {
    /// None if the histogram cannot be made, which its constant bounds exclude.
    fn new() -> Option<Self> {
        let longest = Duration::from_secs(3600).as_nanos();
        let latency = Histogram::new_with_bounds(1, u64::try_from(longest).ok()?, 2).ok()?;
        Some(Self { errors: 0, latency, total: Duration::ZERO, in_host: Duration::ZERO })
    }

    fn snapshot(&self) -> ExportStatistics {
        let quantile = |q| Duration::from_nanos(self.latency.value_at_quantile(q));
        ExportStatistics {
            calls: self.latency.len(),
            errors: self.errors,
            p50: quantile(0.5),
            p90: quantile(0.9),
            p99: quantile(0.99),
            max: Duration::from_nanos(self.latency.max()),
            total: self.total,
            in_host: self.in_host,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_counted_by_export_and_quantiles_are_within_a_percent() {
        let recorder = Recorder::default();
        for millis in 1..=100 {
            recorder.record("format", Duration::from_millis(millis), Duration::from_micros(10), millis != 50);
        }
        recorder.record("hover", Duration::from_nanos(300), Duration::ZERO, true);
        let exports = recorder.exports();
        let format = exports["format"];
        assert_eq!((format.calls, format.errors), (100, 1));
        assert_eq!(format.total, Duration::from_millis(5050));
        assert_eq!(format.in_host, Duration::from_millis(1));
        let p99 = format.p99.as_secs_f64();
        assert!((p99 - 0.099).abs() / 0.099 <= 0.01, "{p99}");
        assert_eq!(exports["hover"].calls, 1);
    }
}
