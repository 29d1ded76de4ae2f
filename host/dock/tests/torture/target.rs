//! One plugin under torture: its reloads, and the calls that go on meanwhile.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use witdock::{Dock, Handover, Instances, Limits, Plugin, Reload, Source};

use crate::guest::{Fault, Marked, component, without_grants};
use crate::random::Random;
use crate::source::{Files, Kind, Write};

/// Counts what has happened.
#[derive(Default)]
pub struct Tally {
    pub calls: AtomicU64,
    pub swapped: AtomicU64,
    pub rejected: AtomicU64,
    pub unchanged: AtomicU64,
}

pub struct Target {
    plugin: Plugin<Marked>,
    instances: Instances,
    files: Mutex<Files>,
    /// The mark that each generation has to show. A rejected generation gives its number to the next one.
    marks: Mutex<HashMap<u64, u32>>,
    /// A generation that serves for certain: no later call may see an earlier one.
    serving: AtomicU64,
    /// What was added to the counter of a stateful plugin.
    added: AtomicU64,
}

impl Target {
    pub async fn load(dock: &Dock, kind: Kind, instances: Instances) -> Arc<Self> {
        let files = Files::new(kind, &component(1, Fault::None));
        let builder = dock
            .plugin(Source::open(files.path()).unwrap())
            .instances(instances)
            .limits(Limits { call_deadline: Duration::from_secs(60), ..Limits::default() });
        let plugin = without_grants(builder).load(|| ()).await.unwrap();
        Arc::new(Self {
            plugin,
            instances,
            files: Mutex::new(files),
            marks: Mutex::new(HashMap::from([(1, 1)])),
            serving: AtomicU64::new(1),
            added: AtomicU64::new(0),
        })
    }

    /// Makes calls until it is done. Each one succeeds, on a generation that may answer it, with this generation's mark.
    pub async fn call_on(&self, done: &AtomicBool, tally: &Tally) {
        while !done.load(Ordering::Relaxed) {
            let least = self.serving.load(Ordering::SeqCst);
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

    /// Changes the source and reloads.
    pub async fn reload(&self, random: &mut Random, mark: u32, tally: &Tally) {
        let (how, fault) = random.change();
        let next = self.plugin.status().borrow().generation + 1;
        self.marks.lock().unwrap().insert(next, mark);
        self.files.lock().unwrap().write(&component(mark, fault), how);
        // A pool hands no state over.
        let is_good = matches!(how, Write::Renamed | Write::InPlace)
            && (fault == Fault::None || fault == Fault::Restore && self.instances != Instances::Stateful);
        match self.plugin.reload().await {
            Ok(Reload::Swapped { generation, state, .. }) => {
                assert!(is_good || is_readable(how), "{how:?} with {fault:?} was taken");
                assert_eq!(generation, next);
                let kept =
                    if self.instances == Instances::Stateful { Handover::Kept } else { Handover::None };
                assert_eq!(state, kept);
                self.serving.store(generation, Ordering::SeqCst);
                tally.swapped.fetch_add(1, Ordering::Relaxed);
            }
            Ok(_) => {
                tally.unchanged.fetch_add(1, Ordering::Relaxed);
            }
            Err(error) => {
                assert!(!is_good, "{how:?} with {fault:?}: {error}");
                tally.rejected.fetch_add(1, Ordering::Relaxed);
            }
        }
        assert_eq!(self.plugin.status().borrow().generation, self.serving.load(Ordering::SeqCst));
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

/// Whether the permissions of a file mean nothing: they do not to root.
fn is_readable(how: Write) -> bool {
    how == Write::Unreadable && rustix::process::getuid().is_root()
}
