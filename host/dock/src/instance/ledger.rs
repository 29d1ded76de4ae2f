//! What the host keeps for a plugin: counted by each instance, summed up over all of them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde::Serialize;
use tokio::sync::Semaphore;

use super::limits::Limits;
use super::names::LOOKUPS_AT_ONCE;

/// What the host keeps for a plugin now, over all its live instances and generations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Kept {
    /// Live instances.
    pub instances: usize,
    /// Their linear memory, bytes.
    pub memory_bytes: usize,
    /// The peak of the linear memory, bytes.
    pub memory_peak_bytes: usize,
    /// The entries of their tables.
    pub table_elements: usize,
    /// Host resources that they hold. Of an instance that runs a call, the number before that call.
    pub handles: usize,
    /// Open files, sockets, streams and listings of folders among these.
    pub descriptors: usize,
    /// Look-ups of names on the network that have not ended.
    pub lookups: usize,
    /// Requests by HTTP whose connections are open.
    pub http_requests: usize,
    /// Bytes of keys and values in the plugin's own stores.
    pub store_bytes: usize,
    /// The last lines of the log, bytes.
    pub log_bytes: usize,
}

/// The sums over all live instances of a plugin.
#[derive(Debug)]
pub(crate) struct Ledger {
    pub(super) instances: AtomicUsize,
    pub(super) memory: AtomicUsize,
    pub(super) memory_peak: AtomicUsize,
    pub(super) table_elements: AtomicUsize,
    pub(super) handles: AtomicUsize,
    pub(super) descriptors: AtomicUsize,
    /// The places for look-ups of names.
    pub(super) lookups: Arc<Semaphore>,
    /// The places for requests by HTTP, of which there are this many.
    pub(super) requests: Arc<Semaphore>,
    requests_at_once: usize,
}

impl Ledger {
    pub(crate) fn new(limits: &Limits) -> Self {
        let requests_at_once = limits.http_requests.min(Semaphore::MAX_PERMITS);
        Self {
            instances: AtomicUsize::default(),
            memory: AtomicUsize::default(),
            memory_peak: AtomicUsize::default(),
            table_elements: AtomicUsize::default(),
            handles: AtomicUsize::default(),
            descriptors: AtomicUsize::default(),
            lookups: Arc::new(Semaphore::new(LOOKUPS_AT_ONCE)),
            requests: Arc::new(Semaphore::new(requests_at_once)),
            requests_at_once,
        }
    }

    /// All sums. The log and the stores are kept elsewhere.
    pub(crate) fn read(&self) -> Kept {
        let read = |sum: &AtomicUsize| sum.load(Ordering::Relaxed);
        Kept {
            instances: read(&self.instances),
            memory_bytes: read(&self.memory),
            memory_peak_bytes: read(&self.memory_peak),
            table_elements: read(&self.table_elements),
            handles: read(&self.handles),
            descriptors: read(&self.descriptors),
            lookups: LOOKUPS_AT_ONCE.saturating_sub(self.lookups.available_permits()),
            http_requests: self.requests_at_once.saturating_sub(self.requests.available_permits()),
            store_bytes: 0,
            log_bytes: 0,
        }
    }
}

impl Default for Ledger {
    fn default() -> Self {
        Self::new(&Limits::default())
    }
}

/// The part of one instance in its plugin's ledger. It leaves the ledger with the instance.
#[derive(Debug)]
pub(crate) struct Entry {
    ledger: Arc<Ledger>,
    memory: usize,
    table_elements: usize,
    handles: usize,
    descriptors: usize,
}

impl Entry {
    pub(crate) fn new(ledger: Arc<Ledger>) -> Self {
        ledger.instances.fetch_add(1, Ordering::Relaxed);
        Self { ledger, memory: 0, table_elements: 0, handles: 0, descriptors: 0 }
    }

    pub(crate) fn memory(&self) -> usize {
        self.memory
    }

    pub(crate) fn table_elements(&self) -> usize {
        self.table_elements
    }

    pub(crate) fn descriptors(&self) -> usize {
        self.descriptors
    }

    /// The descriptors of all instances of the plugin.
    pub(crate) fn all_descriptors(&self) -> usize {
        self.ledger.descriptors.load(Ordering::Relaxed)
    }

    pub(crate) fn set_memory(&mut self, bytes: usize) {
        set(&self.ledger.memory, &mut self.memory, bytes);
        self.ledger.memory_peak.fetch_max(self.ledger.memory.load(Ordering::Relaxed), Ordering::Relaxed);
    }

    pub(crate) fn set_table_elements(&mut self, elements: usize) {
        set(&self.ledger.table_elements, &mut self.table_elements, elements);
    }

    pub(crate) fn set_handles(&mut self, handles: usize) {
        set(&self.ledger.handles, &mut self.handles, handles);
    }

    pub(crate) fn set_descriptors(&mut self, descriptors: usize) {
        set(&self.ledger.descriptors, &mut self.descriptors, descriptors);
    }
}

/// Moves a sum by the difference between an instance's part and what that was.
fn set(sum: &AtomicUsize, part: &mut usize, now: usize) {
    // Wraps around zero and back: the parts are always those that were added.
    sum.fetch_add(now.wrapping_sub(*part), Ordering::Relaxed);
    *part = now;
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.set_memory(0);
        self.set_table_elements(0);
        self.set_handles(0);
        self.set_descriptors(0);
        self.ledger.instances.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_up_the_instances_and_forgets_those_that_are_dropped() {
        let ledger = Arc::new(Ledger::default());
        let (mut one, mut other) = (Entry::new(ledger.clone()), Entry::new(ledger.clone()));
        one.set_memory(100);
        other.set_memory(50);
        one.set_memory(20);
        other.set_handles(7);
        one.set_descriptors(3);
        other.set_table_elements(9);
        let kept = ledger.read();
        assert_eq!((kept.instances, kept.memory_bytes, kept.memory_peak_bytes), (2, 70, 150));
        assert_eq!((kept.handles, kept.descriptors, kept.table_elements), (7, 3, 9));
        assert_eq!((one.descriptors(), other.all_descriptors()), (3, 3));
        drop(one);
        drop(other);
        assert_eq!(ledger.read(), Kept { memory_peak_bytes: 150, ..Kept::default() });
    }
}
