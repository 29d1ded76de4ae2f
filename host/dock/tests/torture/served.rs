//! A plugin under load: the calls that go on, and what each generation has to answer.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use witdock::{Instances, Plugin};

use crate::guest::Marked;
use crate::tally::Tally;

pub struct Served {
    pub plugin: Plugin<Marked>,
    pub instances: Instances,
    /// The mark that each generation has to show. A rejected generation gives its number to the next one.
    marks: Mutex<HashMap<u64, u32>>,
    /// A generation that serves for certain: no later call may see an earlier one.
    serving: AtomicU64,
    /// What was added to the counter of a stateful plugin.
    added: AtomicU64,
}

impl Served {
    /// A plugin whose first generation has the mark 1.
    pub fn new(plugin: Plugin<Marked>, instances: Instances) -> Self {
        Self {
            plugin,
            instances,
            marks: Mutex::new(HashMap::from([(1, 1)])),
            serving: AtomicU64::new(1),
            added: AtomicU64::new(0),
        }
    }

    /// Makes calls until it is done. Each one succeeds, on a generation that may answer it, with this generation's mark.
    pub async fn call_on(&self, done: &AtomicBool, tally: &Tally) {
        while !done.load(Ordering::Relaxed) {
            let least = self.serving();
            let called = self.plugin.call(async |guest, store| {
                let counter = guest.test_torture_counter();
                counter.call_add(&mut *store, 1).await?;
                let mark = counter.call_mark(&mut *store).await?;
                Ok((store.data().generation(), mark))
            });
            let (generation, mark) = called.await.unwrap_or_else(|error| panic!("a call is lost: {error}"));
            self.added.fetch_add(1, Ordering::Relaxed);
            tally.calls.fetch_add(1, Ordering::Relaxed);
            assert!(generation >= least, "generation {generation} answered after {least} served");
            let expected = self.marks.lock().unwrap()[&generation];
            assert_eq!(mark, expected, "generation {generation} answers as another one");
            tokio::task::yield_now().await;
        }
    }

    /// Says what mark the next generation has, and returns its number.
    pub fn expect(&self, mark: u32) -> u64 {
        let next = self.plugin.status().borrow().generation + 1;
        self.marks.lock().unwrap().insert(next, mark);
        next
    }

    pub fn serving(&self) -> u64 {
        self.serving.load(Ordering::SeqCst)
    }

    /// From here on, no earlier generation answers.
    pub fn serves(&self, generation: u64) {
        self.serving.store(generation, Ordering::SeqCst);
    }

    /// Checks that the counter has all that was added, over all generations.
    pub async fn check_count(&self) {
        if self.instances == Instances::Stateful {
            let count =
                self.plugin.call(async |guest, store| guest.test_torture_counter().call_add(store, 0).await);
            assert_eq!(u64::from(count.await.unwrap()), self.added.load(Ordering::Relaxed), "a call is lost");
        }
    }
}
