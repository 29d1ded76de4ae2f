//! One plugin under torture, with its reloads.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use witdock::{Dock, Handover, Instances, Limits, Reload, Source};

use crate::guest::{Fault, component, without_grants};
use crate::random::Random;
use crate::served::Served;
use crate::source::{Files, Kind, Write};
use crate::tally::Tally;

pub struct Target {
    pub served: Served,
    files: Mutex<Files>,
}

impl Target {
    pub async fn load(dock: &Dock, kind: Kind, instances: Instances) -> Arc<Self> {
        let files = Files::new(kind, &component(1, Fault::None));
        let builder = dock
            .plugin(Source::open(files.path()).unwrap())
            .instances(instances)
            .limits(Limits { call_deadline: Duration::from_secs(60), ..Limits::default() });
        let plugin = without_grants(builder).load(|| ()).await.unwrap();
        Arc::new(Self { served: Served::new(plugin, instances), files: Mutex::new(files) })
    }

    /// Changes the source and reloads.
    pub async fn reload(&self, random: &mut Random, mark: u32, tally: &Tally) {
        let Served { plugin, instances, .. } = &self.served;
        let (how, fault) = random.change();
        let next = self.served.expect(mark);
        self.files.lock().unwrap().write(&component(mark, fault), how);
        // A pool hands no state over.
        let is_good = matches!(how, Write::Renamed | Write::InPlace)
            && (fault == Fault::None || fault == Fault::Restore && *instances != Instances::Stateful);
        match plugin.reload().await {
            Ok(Reload::Swapped { generation, state, .. }) => {
                assert!(is_good || is_readable(how), "{how:?} with {fault:?} was taken");
                assert_eq!(generation, next);
                let kept = if *instances == Instances::Stateful { Handover::Kept } else { Handover::None };
                assert_eq!(state, kept);
                self.served.serves(generation);
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
        assert_eq!(plugin.status().borrow().generation, self.served.serving());
    }
}

/// Whether the permissions of a file mean nothing: they do not to root.
fn is_readable(how: Write) -> bool {
    how == Write::Unreadable && rustix::process::getuid().is_root()
}
