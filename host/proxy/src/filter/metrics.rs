//! Metrics of filters: numbers that outlive reloads.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use super::bindings::witdock::proxy::metrics::{Kind, MetricError};
use super::limits::{LONGEST_METRIC, MOST_METRICS};
use super::lock;

/// The metrics of one filter, by their numbers.
#[derive(Debug, Default)]
pub(crate) struct Metrics(Mutex<Vec<Arc<Metric>>>);

/// One metric.
#[derive(Debug)]
pub(crate) struct Metric {
    pub(crate) name: String,
    pub(crate) value: Value,
}

/// A metric's value.
#[derive(Debug)]
pub(crate) enum Value {
    Counter(AtomicU64),
    Gauge(AtomicI64),
    Histogram(Box<Histogram>),
}

/// What a metric shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading {
    /// A number that only grows.
    Counter(u64),
    /// A number.
    Gauge(i64),
    /// Observations.
    Histogram {
        /// Upper bounds, powers of two, with the count of observations in each bucket.
        buckets: Vec<(u64, u64)>,
        /// Of all observations.
        sum: u64,
    },
}

/// Observations, counted in buckets whose upper bounds are powers of two.
#[derive(Debug)]
pub(crate) struct Histogram {
    buckets: [AtomicU64; 64],
    sum: AtomicU64,
}

impl Metrics {
    /// Finds or creates a metric.
    pub(crate) fn define(&self, kind: Kind, name: String) -> Result<(u32, Arc<Metric>), MetricError> {
        if name.is_empty() || name.len() > LONGEST_METRIC || name.chars().any(char::is_control) {
            return Err(MetricError::Invalid(format!(
                "a metric's name has 1 to {LONGEST_METRIC} bytes and no control characters"
            )));
        }
        let mut metrics = lock(&self.0);
        if let Some((at, metric)) = metrics.iter().enumerate().find(|(_, metric)| metric.name == name) {
            if metric.kind() != kind {
                return Err(MetricError::Invalid(format!("`{name}` is a {}", metric.kind_name())));
            }
            return Ok((u32::try_from(at).unwrap_or(u32::MAX), metric.clone()));
        }
        if metrics.len() >= MOST_METRICS {
            return Err(MetricError::TooMany(u32::try_from(MOST_METRICS).unwrap_or(u32::MAX)));
        }
        let value = match kind {
            Kind::Counter => Value::Counter(AtomicU64::new(0)),
            Kind::Gauge => Value::Gauge(AtomicI64::new(0)),
            Kind::Histogram => Value::Histogram(Box::default()),
        };
        let metric = Arc::new(Metric { name, value });
        metrics.push(metric.clone());
        Ok((u32::try_from(metrics.len() - 1).unwrap_or(u32::MAX), metric))
    }

    pub(crate) fn all(&self) -> Vec<Arc<Metric>> {
        lock(&self.0).clone()
    }

    /// The metric of this number.
    pub(crate) fn get(&self, number: u32) -> Option<Arc<Metric>> {
        lock(&self.0).get(number as usize).cloned()
    }
}

impl Metric {
    fn kind(&self) -> Kind {
        match self.value {
            Value::Counter(_) => Kind::Counter,
            Value::Gauge(_) => Kind::Gauge,
            Value::Histogram(_) => Kind::Histogram,
        }
    }

    fn kind_name(&self) -> &'static str {
        match self.value {
            Value::Counter(_) => "counter",
            Value::Gauge(_) => "gauge",
            Value::Histogram(_) => "histogram",
        }
    }

    pub(crate) fn add(&self, by: i64) -> Result<(), MetricError> {
        match &self.value {
            Value::Counter(value) => match u64::try_from(by) {
                Ok(by) => {
                    value.fetch_add(by, Ordering::Relaxed);
                    Ok(())
                }
                Err(_) => Err(MetricError::Invalid(format!("the counter `{}` only grows", self.name))),
            },
            Value::Gauge(value) => {
                value.fetch_add(by, Ordering::Relaxed);
                Ok(())
            }
            Value::Histogram(_) => Err(MetricError::NoSuchMetric),
        }
    }

    pub(crate) fn record(&self, number: u64) {
        match &self.value {
            Value::Counter(value) => {
                value.fetch_add(number, Ordering::Relaxed);
            }
            Value::Gauge(value) => value.store(i64::try_from(number).unwrap_or(i64::MAX), Ordering::Relaxed),
            Value::Histogram(histogram) => histogram.observe(number),
        }
    }

    pub(crate) fn reading(&self) -> Reading {
        match &self.value {
            Value::Counter(value) => Reading::Counter(value.load(Ordering::Relaxed)),
            Value::Gauge(value) => Reading::Gauge(value.load(Ordering::Relaxed)),
            Value::Histogram(histogram) => {
                let (buckets, sum) = histogram.read();
                Reading::Histogram { buckets, sum }
            }
        }
    }

    pub(crate) fn read(&self) -> Result<u64, MetricError> {
        match &self.value {
            Value::Counter(value) => Ok(value.load(Ordering::Relaxed)),
            // As two's complement: what a gauge below zero is for readers of numbers without a sign.
            Value::Gauge(value) => Ok(value.load(Ordering::Relaxed).cast_unsigned()),
            Value::Histogram(_) => Err(MetricError::NoSuchMetric),
        }
    }
}

impl Default for Histogram {
    fn default() -> Self {
        Self { buckets: std::array::from_fn(|_| AtomicU64::new(0)), sum: AtomicU64::new(0) }
    }
}

impl Histogram {
    fn observe(&self, number: u64) {
        let bucket = u64::BITS - number.saturating_sub(1).leading_zeros();
        if let Some(bucket) = self.buckets.get(bucket as usize) {
            bucket.fetch_add(1, Ordering::Relaxed);
        }
        self.sum.fetch_add(number, Ordering::Relaxed);
    }

    /// Upper bounds with the count of observations in each bucket, and the sum of all observations.
    pub(crate) fn read(&self) -> (Vec<(u64, u64)>, u64) {
        let buckets = self.buckets.iter().enumerate();
        let buckets = buckets.map(|(at, count)| (1 << at, count.load(Ordering::Relaxed)));
        (buckets.collect(), self.sum.load(Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_counts_as_its_name_says() {
        let metrics = Metrics::default();
        let (number, counter) = metrics.define(Kind::Counter, "c".into()).unwrap();
        counter.add(2).unwrap();
        counter.record(3);
        assert_eq!(counter.read().unwrap(), 5);
        assert!(counter.add(-1).is_err());
        assert_eq!(metrics.define(Kind::Counter, "c".into()).unwrap().0, number);
        assert!(metrics.define(Kind::Gauge, "c".into()).is_err());
        let (_, gauge) = metrics.define(Kind::Gauge, "g".into()).unwrap();
        gauge.record(7);
        gauge.add(-9).unwrap();
        assert_eq!(gauge.read().unwrap().cast_signed(), -2);
        let (_, histogram) = metrics.define(Kind::Histogram, "h".into()).unwrap();
        [0, 1, 2, 3, 1000].into_iter().for_each(|number| histogram.record(number));
        assert!(histogram.read().is_err() && histogram.add(1).is_err());
        let Value::Histogram(histogram) = &histogram.value else { panic!("{histogram:?}") };
        let (buckets, sum) = histogram.read();
        let filled: Vec<_> = buckets.into_iter().filter(|(_, count)| *count > 0).collect();
        assert_eq!((filled, sum), (vec![(1, 2), (2, 1), (4, 1), (1024, 1)], 1006));
    }

    #[test]
    fn their_number_and_names_are_bounded() {
        let metrics = Metrics::default();
        for number in 0..MOST_METRICS {
            metrics.define(Kind::Counter, number.to_string()).unwrap();
        }
        assert!(matches!(metrics.define(Kind::Counter, "one more".into()), Err(MetricError::TooMany(_))));
        assert!(metrics.define(Kind::Counter, "x".repeat(LONGEST_METRIC + 1)).is_err());
        assert!(metrics.define(Kind::Counter, "a\nb".into()).is_err());
    }
}
