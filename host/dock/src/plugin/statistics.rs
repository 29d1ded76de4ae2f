//! A plugin's calls, errors and latency, and what the host keeps for it.

use std::collections::BTreeMap;
use std::time::Duration;

use hdrhistogram::Histogram;
use serde::Serialize;

use super::status::FailureReport;
use crate::instance::{CallTime, Kept, Timing};

/// Calls, errors and latency of a plugin since it was loaded, over all generations.
#[derive(Clone, Debug, Serialize)]
pub struct Statistics {
    /// The generation that serves.
    pub generation: u64,
    /// Statistics by the name that calls were made under.
    pub exports: BTreeMap<String, ExportStatistics>,
    /// What the host keeps for the plugin: memory, handles, descriptors, log.
    pub kept: Kept,
    /// The last call that failed.
    pub last_failure: Option<FailureReport>,
}

/// The calls under one name.
///
/// Times are those of every call, except where calls are so short that reading the clock would be a notable part of them: after a
/// call of less than 5 µs, the next 15 are timed only if they wait or take more than 10 ms, and otherwise count
/// as that call did.
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

/// A timed call shorter than this one stands for the next ones: reading the clock takes some 25 ns, and a call with a host
/// function reads it four times.
const SHORT: Duration = Duration::from_micros(5);

/// How many calls follow a short one before the next is timed.
const UNTIMED: u32 = 15;

/// Records the calls of one plugin. Exports are few: they are found by comparing names, which costs less than hashing one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Recorder(Vec<Collector>);

/// Where the calls under one name are recorded.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row(usize);

#[derive(Clone, Debug)]
struct Collector {
    export: Box<str>,
    calls: u64,
    errors: u64,
    /// Nanoseconds.
    latency: Histogram<u64>,
    total: Duration,
    in_host: Duration,
    /// The last short call that was timed, which stands for the ones after it.
    short: Option<CallTime>,
    /// The number of calls that it stands for so far, which are not in `latency`, `total` and `in_host`.
    pending: u32,
}

impl Recorder {
    /// The row for calls under this name, and whether the next one has to be timed.
    #[inline]
    pub(crate) fn begin(&mut self, export: &str) -> (Row, Timing) {
        let row = self.0.iter().position(|collector| *collector.export == *export);
        let row = row.unwrap_or_else(|| {
            let row = self.0.len();
            self.0.extend(Collector::new(export));
            row
        });
        let timing = match self.0.get(row) {
            Some(Collector { short: Some(_), pending: ..UNTIMED, .. }) => Timing::Late,
            _ => Timing::Exact,
        };
        (Row(row), timing)
    }

    /// Records a call. A call without a time ended before its clock started.
    #[inline]
    pub(crate) fn record(&mut self, row: Row, time: Option<CallTime>, succeeded: bool) {
        if let Some(collector) = self.0.get_mut(row.0) {
            collector.record(time, succeeded);
        }
    }

    /// Adds what another one has recorded.
    pub(crate) fn merge(&mut self, other: &mut Self) {
        for theirs in &mut other.0 {
            theirs.settle();
            let (Row(row), _) = self.begin(&theirs.export);
            if let Some(ours) = self.0.get_mut(row) {
                ours.merge(theirs);
            }
        }
    }

    pub(crate) fn exports(&mut self) -> BTreeMap<String, ExportStatistics> {
        let called = self.0.iter_mut().filter(|collector| collector.calls > 0);
        called.map(|collector| (collector.export.to_string(), collector.snapshot())).collect()
    }
}

impl Collector {
    /// None if the histogram cannot be made, which its constant bounds exclude.
    fn new(export: &str) -> Option<Self> {
        let longest = Duration::from_secs(3600).as_nanos();
        let latency = Histogram::new_with_bounds(1, u64::try_from(longest).ok()?, 2).ok()?;
        Some(Self {
            export: export.into(),
            calls: 0,
            errors: 0,
            latency,
            total: Duration::ZERO,
            in_host: Duration::ZERO,
            short: None,
            pending: 0,
        })
    }

    fn record(&mut self, time: Option<CallTime>, succeeded: bool) {
        self.calls += 1;
        self.errors += u64::from(!succeeded);
        match time {
            Some(time) => {
                self.settle();
                self.add(time, 1);
                self.short = (time.total < SHORT).then_some(time);
            }
            None => self.pending += 1,
        }
    }

    /// Adds the calls that were not timed.
    fn settle(&mut self) {
        let calls = std::mem::take(&mut self.pending);
        if let Some(time) = self.short {
            self.add(time, calls);
        }
    }

    fn add(&mut self, time: CallTime, calls: u32) {
        let nanos = u64::try_from(time.total.as_nanos()).unwrap_or(u64::MAX);
        self.latency.saturating_record_n(nanos, u64::from(calls));
        self.total += time.total * calls;
        self.in_host += time.in_host * calls;
    }

    fn merge(&mut self, other: &Self) {
        self.settle();
        self.calls += other.calls;
        self.errors += other.errors;
        // Both have the same bounds.
        let _ = self.latency.add(&other.latency);
        self.total += other.total;
        self.in_host += other.in_host;
    }

    fn snapshot(&mut self) -> ExportStatistics {
        self.settle();
        let quantile = |q| Duration::from_nanos(self.latency.value_at_quantile(q));
        ExportStatistics {
            calls: self.calls,
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

    /// Records a call under this name.
    fn record(recorder: &mut Recorder, export: &str, time: Option<CallTime>, succeeded: bool) {
        let (row, _) = recorder.begin(export);
        recorder.record(row, time, succeeded);
    }

    #[test]
    fn counts_calls_by_export_with_quantiles_within_a_percent() {
        let mut recorder = Recorder::default();
        for millis in 1..=100 {
            let time = CallTime { total: Duration::from_millis(millis), in_host: Duration::from_micros(10) };
            record(&mut recorder, "format", Some(time), millis != 50);
        }
        let time = CallTime { total: Duration::from_nanos(300), in_host: Duration::ZERO };
        record(&mut recorder, "hover", Some(time), true);
        let exports = recorder.exports();
        let format = exports["format"];
        assert_eq!((format.calls, format.errors), (100, 1));
        assert_eq!(format.total, Duration::from_millis(5050));
        assert_eq!(format.in_host, Duration::from_millis(1));
        let p99 = format.p99.as_secs_f64();
        assert!((p99 - 0.099).abs() / 0.099 <= 0.01, "{p99}");
        assert_eq!(exports["hover"].calls, 1);
    }

    #[test]
    fn a_short_call_stands_for_the_next_ones_until_one_takes_long() {
        let mut recorder = Recorder::default();
        let micros = |micros| {
            Some(CallTime {
                total: Duration::from_micros(micros),
                in_host: Duration::from_micros(micros / 2),
            })
        };
        assert_eq!(recorder.begin("key").1, Timing::Exact);
        record(&mut recorder, "key", micros(2), true);
        for _ in 0..UNTIMED {
            assert_eq!(recorder.begin("key").1, Timing::Late);
            record(&mut recorder, "key", None, true);
        }
        assert_eq!(recorder.begin("key").1, Timing::Exact);
        record(&mut recorder, "key", micros(2), true);
        // One that took long in spite of it: from now on each is timed.
        record(&mut recorder, "key", micros(20_000), false);
        assert_eq!(recorder.begin("key").1, Timing::Exact);
        let key = recorder.exports()["key"];
        assert_eq!((key.calls, key.errors), (18, 1));
        assert_eq!(key.total, Duration::from_micros(17 * 2 + 20_000));
        assert_eq!(key.in_host, Duration::from_micros(17 + 10_000));
        assert_eq!(recorder.begin("other").1, Timing::Exact);
        assert!(!recorder.exports().contains_key("other"), "no call has ended");
    }
}
