//! Limits the total size of all memories and of all tables of one instance.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use wasmtime::ResourceLimiter;

/// Memory of all live instances of a plugin, for its statistics.
#[derive(Debug, Default)]
pub(crate) struct MemoryGauge {
    now: AtomicUsize,
    peak: AtomicUsize,
}

impl MemoryGauge {
    /// The current bytes and the peak.
    pub(crate) fn read(&self) -> (usize, usize) {
        (self.now.load(Ordering::Relaxed), self.peak.load(Ordering::Relaxed))
    }

    fn add(&self, bytes: usize) {
        let now = self.now.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes);
        self.peak.fetch_max(now, Ordering::Relaxed);
    }

    fn sub(&self, bytes: usize) {
        self.now.fetch_sub(bytes, Ordering::Relaxed);
    }
}

/// The limiter of one store. wasmtime's own `StoreLimits` counts each memory by itself; a component may have many.
#[derive(Debug)]
pub(crate) struct Limiter {
    memory_limit: usize,
    memory_bytes: usize,
    table_limit: usize,
    table_elements: usize,
    /// The total that a refused growth requested, bytes: the reason of a failed allocation in the guest.
    refused: Option<usize>,
    gauge: Arc<MemoryGauge>,
}

impl Limiter {
    pub(crate) fn new(memory_limit: usize, table_limit: usize, gauge: Arc<MemoryGauge>) -> Self {
        Self { memory_limit, memory_bytes: 0, table_limit, table_elements: 0, refused: None, gauge }
    }

    /// The sum that was refused since the last call of this function, if a growth was.
    pub(crate) fn take_refused(&mut self) -> Option<usize> {
        self.refused.take()
    }
}

impl Drop for Limiter {
    fn drop(&mut self) {
        self.gauge.sub(self.memory_bytes);
    }
}

impl ResourceLimiter for Limiter {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let growth = desired.saturating_sub(current);
        let total = self.memory_bytes.saturating_add(growth);
        if total > self.memory_limit {
            self.refused = Some(total);
            return Ok(false);
        }
        // Above the module's own maximum: wasmtime refuses this growth itself.
        if maximum.is_some_and(|maximum| desired > maximum) {
            return Ok(false);
        }
        self.memory_bytes = total;
        self.gauge.add(growth);
        Ok(true)
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let total = self.table_elements.saturating_add(desired.saturating_sub(current));
        if total > self.table_limit {
            return Ok(false);
        }
        self.table_elements = total;
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_the_sum_of_all_memories_and_releases_it() {
        let gauge = Arc::new(MemoryGauge::default());
        let mut limiter = Limiter::new(100, 10, gauge.clone());
        assert!(limiter.memory_growing(0, 60, None).unwrap());
        assert!(limiter.memory_growing(0, 40, None).unwrap());
        assert!(!limiter.memory_growing(40, 41, None).unwrap());
        assert_eq!(limiter.take_refused(), Some(101));
        assert_eq!(limiter.take_refused(), None);
        assert_eq!(gauge.read(), (100, 100));
        drop(limiter);
        assert_eq!(gauge.read(), (0, 100));
    }

    #[test]
    fn limits_the_sum_of_all_tables() {
        let mut limiter = Limiter::new(100, 10, Arc::default());
        assert!(limiter.table_growing(0, 6, None).unwrap());
        assert!(!limiter.table_growing(0, 5, None).unwrap());
    }
}
