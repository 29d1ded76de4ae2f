//! Metrics, which the proxy shows and exports under the filter's name. Their values outlive reloads.
//!
//! Request the import in `plugin.toml`: `imports = ["witdock:proxy/metrics"]`. A metric that the proxy refuses, because its name has another kind
//! or there are too many, is logged once and counts nothing.

use crate::bindings::witdock::proxy::metrics::MetricError;
use crate::host;
use crate::host::metrics::Kind;
use std::borrow::Cow;
use std::cell::Cell;
use witdock_guest::log;

/// A metric by its name, and by its number once that is known.
#[derive(Debug)]
struct Metric {
    kind: Kind,
    name: Cow<'static, str>,
    number: Cell<Number>,
}

#[derive(Clone, Copy, Debug)]
enum Number {
    Unknown,
    Known(u32),
    Refused,
}

impl Metric {
    fn new(kind: Kind, name: impl Into<Cow<'static, str>>) -> Self {
        Self { kind, name: name.into(), number: Cell::new(Number::Unknown) }
    }

    fn with<R>(&self, with: impl FnOnce(u32) -> Result<R, MetricError>) -> Option<R> {
        let number = match self.number.get() {
            Number::Known(number) => number,
            Number::Refused => return None,
            Number::Unknown => self.define()?,
        };
        with(number).map_err(|error| log::warn!("the metric `{}`: {error:?}", self.name)).ok()
    }

    fn define(&self) -> Option<u32> {
        match host::metrics::define(self.kind, &self.name) {
            Ok(number) => {
                // In unit tests, each tester has numbers of its own.
                if cfg!(target_family = "wasm") {
                    self.number.set(Number::Known(number));
                }
                Some(number)
            }
            Err(error) => {
                log::error!("the proxy refuses the metric `{}`: {error:?}", self.name);
                self.number.set(Number::Refused);
                None
            }
        }
    }
}

/// A number that only grows.
///
/// ```
/// use witdock_proxy_guest::metrics::Counter;
///
/// let denied = Counter::new("denied");
/// denied.add(1);
/// assert_eq!(denied.read(), Some(1));
/// ```
#[derive(Debug)]
pub struct Counter(Metric);

impl Counter {
    /// The counter of this name.
    pub fn new(name: impl Into<Cow<'static, str>>) -> Self {
        Self(Metric::new(Kind::Counter, name))
    }

    /// Adds to it.
    pub fn add(&self, by: u32) {
        self.0.with(|number| host::metrics::add(number, by.into()));
    }

    /// Its value, of all instances.
    pub fn read(&self) -> Option<u64> {
        self.0.with(host::metrics::read)
    }
}

/// A number that grows and shrinks.
#[derive(Debug)]
pub struct Gauge(Metric);

impl Gauge {
    /// The gauge of this name.
    pub fn new(name: impl Into<Cow<'static, str>>) -> Self {
        Self(Metric::new(Kind::Gauge, name))
    }

    /// Adds to it, or takes away.
    pub fn add(&self, by: i64) {
        self.0.with(|number| host::metrics::add(number, by));
    }

    /// Sets it.
    pub fn set(&self, value: u64) {
        self.0.with(|number| host::metrics::record(number, value));
    }

    /// Its value.
    pub fn read(&self) -> Option<i64> {
        self.0.with(host::metrics::read).map(u64::cast_signed)
    }
}

/// Observations, counted by their size.
#[derive(Debug)]
pub struct Histogram(Metric);

impl Histogram {
    /// The histogram of this name.
    pub fn new(name: impl Into<Cow<'static, str>>) -> Self {
        Self(Metric::new(Kind::Histogram, name))
    }

    /// Records an observation.
    pub fn record(&self, value: u64) {
        self.0.with(|number| host::metrics::record(number, value));
    }
}
