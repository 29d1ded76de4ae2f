//! A plugin's calls, errors, latency and memory.

use std::collections::BTreeMap;
use std::time::Duration;

use hdrhistogram::Histogram;
use serde::Serialize;

use super::status::FailureReport;
use crate::instance::CallTime;

/// Calls, errors, latency and memory of a plugin since it was loaded, over all generations.
#[derive(Clone, Debug, Serialize)]
pub struct Statistics {
    /// The generation that serves.
    pub generation: u64,
    /// Statistics by the name that calls were made under.
    pub exports: BTreeMap<String, ExportStatistics>,
    /// Linear memory of all live instances now, bytes.
    pub memory_bytes: usize,
    /// The peak of the linear memory, bytes.
    pub memory_peak_bytes: usize,
    /// The last call that failed.
    pub last_failure: Option<FailureReport>,
}

/// The calls under one name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ExportStatistics {
    /// Calls that ended, failed ones included.
    pub calls: u64,
    /// Calls that failed.
    pub errors: u64,
    /// Latency of the calls, median: within 1 % of the true value.
    pub p50: Duration,
    /// Latency of the calls, 90th percentile.
    pub p90: Duration,
    /// Latency of the calls, 99th percentile.
    pub p99: Duration,
    /// The longest call.
    pub max: Duration,
    /// The time of all calls together.
    pub total: Duration,
    /// The part of `total` that was spent in host functions.
    pub in_host: Duration,
}

/// Records the calls of one plugin. Exports are few: they are found by comparing names, which costs less than hashing one.
#[derive(Debug, Default)]
pub(crate) struct Recorder(Vec<Collector>);

#[derive(Debug)]
struct Collector {
    export: Box<str>,
    errors: u64,
    /// Nanoseconds.
    latency: Histogram<u64>,
    total: Duration,
    in_host: Duration,
}

impl Recorder {
    pub(crate) fn record(&mut self, export: &str, time: CallTime, succeeded: bool) {
        let collector = match self.0.iter_mut().find(|collector| *collector.export == *export) {
            Some(collector) => collector,
            None => {
                let Some(collector) = Collector::new(export) else { return };
                self.0.push_mut(collector)
            }
        };
        collector.errors += u64::from(!succeeded);
        collector.latency.saturating_record(u64::try_from(time.total.as_nanos()).unwrap_or(u64::MAX));
        collector.total += time.total;
        collector.in_host += time.in_host;
    }

    pub(crate) fn exports(&self) -> BTreeMap<String, ExportStatistics> {
        self.0.iter().map(|collector| (collector.export.to_string(), collector.snapshot())).collect()
    }
}

impl Collector {
    /// None if the histogram cannot be made, which its constant bounds exclude.
    fn new(export: &str) -> Option<Self> {
        let longest = Duration::from_secs(3600).as_nanos();
        let latency = Histogram::new_with_bounds(1, u64::try_from(longest).ok()?, 2).ok()?;
        let export = export.into();
        Some(Self { export, errors: 0, latency, total: Duration::ZERO, in_host: Duration::ZERO })
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
    fn counts_calls_by_export_with_quantiles_within_a_percent() {
        let mut recorder = Recorder::default();
        for millis in 1..=100 {
            let time = CallTime { total: Duration::from_millis(millis), in_host: Duration::from_micros(10) };
            recorder.record("format", time, millis != 50);
        }
        let time = CallTime { total: Duration::from_nanos(300), in_host: Duration::ZERO };
        recorder.record("hover", time, true);
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
