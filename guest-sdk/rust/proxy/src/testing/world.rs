//! What a proxy in memory has apart from exchanges.

use crate::bindings::witdock::proxy::http_calls::Request;
use crate::bindings::witdock::proxy::metrics::Kind;
use crate::bindings::witdock::proxy::shared_data::Entry;
use crate::properties::Property;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::rc::Rc;
use std::time::Duration;

/// The data of a proxy in memory.
#[derive(Debug)]
pub(crate) struct World {
    /// The time, since 1970.
    pub(crate) now: Duration,
    pub(crate) shared: BTreeMap<String, Entry>,
    pub(crate) queues: Vec<Queue>,
    pub(crate) metrics: Vec<Metric>,
    /// Properties that the test has set, of each exchange and of the proxy.
    pub(crate) properties: Vec<(Vec<String>, Property)>,
    pub(crate) clusters: BTreeSet<String>,
    /// Calls that wait for their answers.
    pub(crate) calls: Vec<Waiting>,
    pub(crate) last_call: u64,
    pub(crate) tick_ms: u32,
    pub(crate) is_done: bool,
}

#[derive(Debug)]
pub(crate) struct Queue {
    pub(crate) scope: String,
    pub(crate) name: String,
    pub(crate) messages: VecDeque<Vec<u8>>,
    /// Messages that the filter has not been told of.
    pub(crate) untold: usize,
}

#[derive(Debug)]
pub(crate) struct Metric {
    pub(crate) kind: Kind,
    pub(crate) name: String,
    pub(crate) value: i64,
    pub(crate) observed: Vec<u64>,
}

#[derive(Debug)]
pub(crate) struct Waiting {
    pub(crate) number: u64,
    pub(crate) of_instance: bool,
    pub(crate) request: Request,
}

/// The scope that the tested filter shares data in.
pub(crate) const SCOPE: &str = "tested";

impl World {
    pub(crate) fn new() -> Self {
        Self {
            // 2026-01-01T00:00:00Z: like today, and the same in each run.
            now: Duration::from_secs(1_767_225_600),
            shared: BTreeMap::new(),
            queues: Vec::new(),
            metrics: Vec::new(),
            properties: Vec::new(),
            clusters: BTreeSet::new(),
            calls: Vec::new(),
            last_call: 0,
            tick_ms: 0,
            is_done: false,
        }
    }

    pub(crate) fn property(&self, path: &[String]) -> Option<Property> {
        self.properties.iter().find(|(own, _)| own == path).map(|(_, value)| value.clone())
    }

    pub(crate) fn store(&mut self, key: &str, value: &[u8]) {
        let version = self.shared.get(key).map_or(0, |entry| entry.version).checked_add(1).unwrap_or(1);
        self.shared.insert(key.to_owned(), Entry { value: value.to_vec(), version });
    }
}

thread_local! {
    static CURRENT: RefCell<Rc<RefCell<World>>> = RefCell::new(Rc::new(RefCell::new(World::new())));
}

/// Runs with the world that filters call at present: a tester's during a callback, else one of this thread.
pub(crate) fn with<R>(run: impl FnOnce(&mut World) -> R) -> R {
    let world = CURRENT.with_borrow(Rc::clone);
    let mut world = world.borrow_mut();
    run(&mut world)
}

/// Makes a world the current one, until this is dropped.
#[derive(Debug)]
pub(crate) struct Entered(Rc<RefCell<World>>);

impl Entered {
    pub(crate) fn new(world: &Rc<RefCell<World>>) -> Self {
        Self(CURRENT.replace(world.clone()))
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        CURRENT.set(self.0.clone());
    }
}
