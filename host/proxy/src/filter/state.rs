//! The data of one instance of a filter, and what its calls order.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::bindings::witdock::proxy::http_calls::Request as CallRequest;
use super::exchange::Exchange;
use super::link::Link;
use super::metrics::{Metric, Metrics};
use super::queues::Queues;
use super::shared_data::SharedData;

/// What all instances of one filter share, on all threads and over reloads.
#[derive(Debug)]
pub(crate) struct Services {
    /// The filter's name in the configuration.
    pub(crate) name: Arc<str>,
    /// What its shared data and queues are shared under.
    pub(crate) scope: Arc<str>,
    pub(crate) shared: Arc<SharedData>,
    pub(crate) queues: Arc<Queues>,
    pub(crate) metrics: Metrics,
    /// The clusters that it may call.
    pub(crate) clusters: BTreeSet<String>,
    pub(crate) settings: Vec<u8>,
    pub(crate) shared_settings: Vec<u8>,
    /// The number of the proxy's worker threads, for `properties.of-proxy`.
    pub(crate) threads: usize,
}

/// The data of one instance.
#[derive(Debug)]
pub struct FilterState {
    pub(super) services: Arc<Services>,
    /// What its calls have ordered since the worker last looked.
    pub(super) orders: Vec<Order>,
    pub(super) last_call: u64,
    /// Calls that wait for their answers.
    pub(super) calls: usize,
    /// Those that this instance has defined, by their numbers.
    pub(super) metrics: Vec<Option<Arc<Metric>>>,
}

/// What an instance orders with a call, and its worker does after it.
#[derive(Debug)]
pub(super) enum Order {
    Call {
        id: u64,
        owner: Owner,
        request: CallRequest,
    },
    Cancel(u64),
    /// Every so many milliseconds; 0 ends it.
    Tick(u32),
    /// Wants to know about messages of this queue.
    Listen(u32),
    /// Its work after retirement is done.
    Done,
}

/// Who gets the answer to a call.
#[derive(Clone, Debug)]
pub(super) enum Owner {
    Instance,
    /// A filter of an exchange, by its place.
    Stream(Exchange, usize),
    /// A filter of a connection, by its place.
    Connection(Link, usize),
}

impl FilterState {
    pub(crate) fn new(services: Arc<Services>) -> Self {
        Self { services, orders: Vec::new(), last_call: 0, calls: 0, metrics: Vec::new() }
    }

    /// A metric by its number, without the lock of all after the first time.
    pub(super) fn metric(&mut self, number: u32) -> Option<&Arc<Metric>> {
        let at = number as usize;
        if self.metrics.get(at).is_none_or(Option::is_none) {
            let metric = self.services.metrics.get(number)?;
            if self.metrics.len() <= at {
                self.metrics.resize(at + 1, None);
            }
            if let Some(own) = self.metrics.get_mut(at) {
                *own = Some(metric);
            }
        }
        self.metrics.get(at)?.as_ref()
    }
}
