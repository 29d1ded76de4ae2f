//! Limits the memories, the tables and the parts of one instance, over all that its component consists of.

use wasmtime::ResourceLimiter;

use super::ledger::Entry;
use super::limits::Limits;

/// The limiter of one store. wasmtime's own `StoreLimits` counts each memory by itself; a component may have many.
#[derive(Debug)]
pub(crate) struct Limiter {
    memory_limit: usize,
    table_limit: usize,
    core_instances: usize,
    memories: usize,
    tables: usize,
    /// The total that a refused growth requested, bytes: the reason of a failed allocation in the guest.
    refused: Option<usize>,
    /// What the instance has, in its plugin's ledger.
    pub(crate) entry: Entry,
}

impl Limiter {
    pub(crate) fn new(limits: &Limits, entry: Entry) -> Self {
        Self {
            memory_limit: limits.memory_bytes,
            table_limit: limits.table_elements,
            core_instances: limits.core_instances,
            memories: limits.memories,
            tables: limits.tables,
            refused: None,
            entry,
        }
    }

    /// Bytes of all memories.
    pub(crate) fn memory_bytes(&self) -> usize {
        self.entry.memory()
    }

    /// The sum that was refused since the last call of this function, if a growth was.
    pub(crate) fn take_refused(&mut self) -> Option<usize> {
        self.refused.take()
    }
}

impl ResourceLimiter for Limiter {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let total = self.entry.memory().saturating_add(desired.saturating_sub(current));
        if total > self.memory_limit {
            self.refused = Some(total);
            return Ok(false);
        }
        // Above the module's own maximum: wasmtime refuses this growth itself.
        if maximum.is_some_and(|maximum| desired > maximum) {
            return Ok(false);
        }
        self.entry.set_memory(total);
        Ok(true)
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let total = self.entry.table_elements().saturating_add(desired.saturating_sub(current));
        if total > self.table_limit {
            return Ok(false);
        }
        self.entry.set_table_elements(total);
        Ok(true)
    }

    fn instances(&self) -> usize {
        self.core_instances
    }

    fn memories(&self) -> usize {
        self.memories
    }

    fn tables(&self) -> usize {
        self.tables
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::ledger::Ledger;
    use super::*;

    fn limiter(ledger: &Arc<Ledger>) -> Limiter {
        let limits = Limits { memory_bytes: 100, table_elements: 10, ..Limits::default() };
        Limiter::new(&limits, Entry::new(ledger.clone()))
    }

    #[test]
    fn limits_the_sum_of_all_memories_and_releases_it() {
        let ledger = Arc::default();
        let mut limiter = limiter(&ledger);
        assert!(limiter.memory_growing(0, 60, None).unwrap());
        assert!(limiter.memory_growing(0, 40, None).unwrap());
        assert!(!limiter.memory_growing(40, 41, None).unwrap());
        assert_eq!(limiter.take_refused(), Some(101));
        assert_eq!(limiter.take_refused(), None);
        let memory = || (ledger.read().memory_bytes, ledger.read().memory_peak_bytes);
        assert_eq!(memory(), (100, 100));
        drop(limiter);
        assert_eq!(memory(), (0, 100));
    }

    #[test]
    fn limits_the_sum_of_all_tables() {
        let ledger = Arc::default();
        let mut limiter = limiter(&ledger);
        assert!(limiter.table_growing(0, 6, None).unwrap());
        assert!(!limiter.table_growing(0, 5, None).unwrap());
        assert_eq!(ledger.read().table_elements, 6);
    }
}
