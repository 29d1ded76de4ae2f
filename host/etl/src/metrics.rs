//! Numbers that plugins report while they run.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The most names for one stage. A plugin that puts values of rows in names must not fill the host's memory.
const MAX_NAMES: usize = 256;
/// The most bytes in one name.
const MAX_NAME_BYTES: usize = 128;

/// The metrics that a stage's plugin has reported.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Metrics {
    /// The sum of each counter.
    pub counters: BTreeMap<String, u64>,
    /// The last value of each gauge.
    pub gauges: BTreeMap<String, f64>,
    /// The distribution of each observed value.
    pub observations: BTreeMap<String, Observations>,
    /// Reports that were dropped: the name was too long or one too many, or the value was not a finite number.
    pub refused: u64,
}

/// The count, sum and range of observed values.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Observations {
    /// The number of values.
    pub count: u64,
    /// The sum of all values.
    pub sum: f64,
    /// The least value.
    pub min: f64,
    /// The greatest value.
    pub max: f64,
}

impl Observations {
    fn of(value: f64) -> Self {
        Self { count: 1, sum: value, min: value, max: value }
    }

    fn merge(&mut self, other: Self) {
        self.count += other.count;
        // A checkpoint is JSON, which has no infinity.
        self.sum = (self.sum + other.sum).clamp(f64::MIN, f64::MAX);
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
    }

    /// The mean value.
    pub fn mean(&self) -> f64 {
        self.sum / self.count as f64
    }
}

impl Metrics {
    /// Whether nothing was reported.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Adds to a counter.
    pub fn count(&mut self, name: &str, by: u64) {
        if self.takes(name, |metrics| metrics.counters.contains_key(name)) {
            let counter = self.counters.entry(name.to_owned()).or_default();
            *counter = counter.saturating_add(by);
        }
    }

    /// Sets a gauge.
    pub fn gauge(&mut self, name: &str, value: f64) {
        if !value.is_finite() {
            self.refused += 1;
        } else if self.takes(name, |metrics| metrics.gauges.contains_key(name)) {
            self.gauges.insert(name.to_owned(), value);
        }
    }

    /// Records one observation.
    pub fn observe(&mut self, name: &str, value: f64) {
        if value.is_finite() {
            self.merge_observations(name, Observations::of(value));
        } else {
            self.refused += 1;
        }
    }

    /// Adds the metrics of one call, once the call has succeeded.
    pub fn merge(&mut self, other: Self) {
        for (name, by) in other.counters {
            self.count(&name, by);
        }
        for (name, value) in other.gauges {
            self.gauge(&name, value);
        }
        for (name, observations) in other.observations {
            self.merge_observations(&name, observations);
        }
        self.refused += other.refused;
    }

    fn merge_observations(&mut self, name: &str, observations: Observations) {
        if self.takes(name, |metrics| metrics.observations.contains_key(name)) {
            self.observations
                .entry(name.to_owned())
                .and_modify(|known| known.merge(observations))
                .or_insert(observations);
        }
    }

    fn takes(&mut self, name: &str, known: impl Fn(&Self) -> bool) -> bool {
        let names = self.counters.len() + self.gauges.len() + self.observations.len();
        let takes = known(self) || (names < MAX_NAMES && name.len() <= MAX_NAME_BYTES);
        self.refused += u64::from(!takes);
        takes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_add_up() {
        let mut all = Metrics::default();
        for value in [2.0, 4.0] {
            let mut call = Metrics::default();
            call.count("rows", 10);
            call.gauge("queue", value);
            call.observe("length", value);
            call.observe("length", -1.0);
            all.merge(call);
        }
        assert_eq!(all.counters["rows"], 20);
        assert_eq!(all.gauges["queue"], 4.0);
        assert_eq!(all.observations["length"], Observations { count: 4, sum: 4.0, min: -1.0, max: 4.0 });
        assert_eq!(all.observations["length"].mean(), 1.0);
    }

    #[test]
    fn a_plugin_cannot_fill_the_memory_with_names() {
        let mut metrics = Metrics::default();
        for row in 0..10_000 {
            metrics.count(&format!("row-{row}"), 1);
        }
        metrics.count(&"x".repeat(1000), 1);
        metrics.count("row-0", u64::MAX);
        assert_eq!(metrics.counters.len(), MAX_NAMES);
        assert_eq!(metrics.refused, 10_000 - MAX_NAMES as u64 + 1);
        assert_eq!(metrics.counters["row-0"], u64::MAX, "known names go on, without overflow");
    }
}
