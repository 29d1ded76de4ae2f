//! How many instances of a plugin may be used at a time, and who waits for one.

use tokio::sync::Semaphore;

/// The places for uses of a plugin. A use that need not wait takes one without the semaphore, under the lock that it needs
/// anyway; while anyone waits, all free places are in the semaphore, which hands them out in order.
#[derive(Debug)]
pub(crate) struct Places {
    free: usize,
    waiting: usize,
}

impl Places {
    pub(crate) fn new(count: u32) -> Self {
        Self { free: count as usize, waiting: 0 }
    }

    /// Takes a place, if one is free and nobody waits for it.
    #[inline]
    pub(crate) fn take(&mut self) -> bool {
        let left = self.free.checked_sub(1);
        self.free = left.unwrap_or(0);
        left.is_some()
    }

    #[inline]
    pub(crate) fn give_back(&mut self, count: u32, queue: &Semaphore) {
        match self.waiting {
            0 => self.free += count as usize,
            _ => queue.add_permits(count as usize),
        }
    }

    /// Before a use waits at the semaphore.
    pub(crate) fn join(&mut self, queue: &Semaphore) {
        self.waiting += 1;
        queue.add_permits(std::mem::take(&mut self.free));
    }

    /// After it has waited, whether it got its places or not.
    pub(crate) fn leave(&mut self, queue: &Semaphore) {
        self.waiting -= 1;
        if self.waiting == 0 {
            self.free += queue.forget_permits(Semaphore::MAX_PERMITS);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_free_again_when_nobody_waits() {
        let (mut places, queue) = (Places::new(2), Semaphore::new(0));
        assert!(places.take());
        places.join(&queue);
        assert_eq!(queue.available_permits(), 1);
        assert!(!places.take(), "the one that waits comes first");
        queue.try_acquire().unwrap().forget();
        places.give_back(1, &queue);
        assert_eq!(queue.available_permits(), 1);
        places.leave(&queue);
        assert_eq!(queue.available_permits(), 0);
        assert!(places.take());
        assert!(!places.take());
        places.give_back(2, &queue);
        assert!(places.take() && places.take() && !places.take());
    }
}
