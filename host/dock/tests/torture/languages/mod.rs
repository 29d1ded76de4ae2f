//! Plugins in two languages, whose sources change under load. The watcher sees it, builds and reloads.

mod project;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use witdock::{Dock, Event, Events, Handover, Instances, Limits, Source};

use crate::footprint::Footprint;
use crate::guest::{Fault, without_grants};
use crate::random::Random;
use crate::served::Served;
use crate::tally::Tally;

use project::Project;
pub use project::{Language, Save};

/// Callers of each plugin.
const CALLERS: usize = 2;
/// A build on a busy machine is much shorter.
const PATIENCE: Duration = Duration::from_secs(120);

/// A plugin, the project that it is built from, and what it tells.
struct Target {
    served: Arc<Served>,
    project: Project,
    events: Events,
}

impl Target {
    async fn load(dock: &Dock, language: Language, instances: Instances) -> Self {
        let project = Project::new(language);
        let builder = dock
            .plugin(Source::open(project.folder()).unwrap())
            .instances(instances)
            .limits(Limits { call_deadline: Duration::from_secs(60), ..Limits::default() });
        let plugin = without_grants(builder).load(|| ()).await.unwrap();
        let events = plugin.events();
        plugin.watch().unwrap();
        Self { served: Arc::new(Served::new(plugin, instances)), project, events }
    }

    /// Saves another version of the source, and waits for what comes of it.
    async fn change(&mut self, random: &mut Random, mark: u32, tally: &Tally) {
        let (save, fault) = random.save();
        let hands_over = self.served.instances == Instances::Stateful;
        let is_good =
            save != Save::Unfinished && (fault == Fault::None || fault == Fault::Restore && !hands_over);
        let next = self.served.expect(mark);
        self.project.save(mark, fault, save);
        let what = format!("{:?}: {save:?} with {fault:?}, mark {mark}", self.project.language());
        if is_good {
            // A file that is written in place may be found empty, and rejected, before it is complete.
            let served = self.next(&what, |event| matches!(event, Event::Serving { .. })).await;
            let Event::Serving { generation, state, .. } = served else { unreachable!("it was looked for") };
            assert_eq!(generation, next, "{what}");
            assert_eq!(state, if hands_over { Handover::Kept } else { Handover::None }, "{what}");
            self.served.serves(generation);
            tally.swapped.fetch_add(1, Ordering::Relaxed);
        } else {
            let ended = |event: &Event| matches!(event, Event::Rejected { .. } | Event::Serving { .. });
            let rejected = self.next(&what, ended).await;
            assert!(matches!(rejected, Event::Rejected { .. }), "{what}: {rejected}");
            tally.rejected.fetch_add(1, Ordering::Relaxed);
        }
        assert_eq!(self.served.plugin.generation(), self.served.serving(), "{what}");
    }

    async fn next(&mut self, what: &str, is_it: impl Fn(&Event) -> bool) -> Event {
        let looking = async {
            let mut seen = Vec::new();
            loop {
                let event =
                    self.events.next().await.unwrap_or_else(|| panic!("{what}: the plugin has ended"));
                if is_it(&event) {
                    return event;
                }
                seen.push(event.to_string());
                assert!(seen.len() < 10_000, "{what}: {:#?}", &seen[seen.len() - 20..]);
            }
        };
        let found = tokio::time::timeout(PATIENCE, looking).await;
        found.unwrap_or_else(|_| {
            panic!("{what}: nothing came of it; {}", *self.served.plugin.status().borrow())
        })
    }
}

/// Changes each plugin's source so often. Returns what has happened, and what the process took after a tenth of it and at the end.
pub async fn torture(languages: &[Language], changes: u64) -> (Tally, Footprint, Footprint) {
    let dock = Dock::builder().without_cache().build().unwrap();
    let mut targets = Vec::new();
    for language in languages {
        for instances in [Instances::Stateful, Instances::Pool(2)] {
            targets.push(Target::load(&dock, *language, instances).await);
        }
    }
    let (tally, done) = (Arc::new(Tally::default()), Arc::new(AtomicBool::new(false)));
    let served: Vec<_> = targets.iter().map(|target| Arc::clone(&target.served)).collect();
    let callers: Vec<_> = served
        .iter()
        .flat_map(|served| std::iter::repeat_n(served, CALLERS))
        .map(|served| {
            let (served, tally, done) = (Arc::clone(served), tally.clone(), done.clone());
            tokio::spawn(async move { served.call_on(&done, &tally).await })
        })
        .collect();

    let mark = Arc::new(AtomicU32::new(2));
    let mut footprints = Vec::new();
    for (round, count) in (0..).zip([changes / 10 + 1, changes - changes / 10 - 1]) {
        let changing: Vec<_> = (0..)
            .zip(targets)
            .map(|(place, mut target)| {
                let (tally, mark) = (tally.clone(), mark.clone());
                let mut random = Random::new(100 * round + place);
                tokio::spawn(async move {
                    for _ in 0..count {
                        target.change(&mut random, mark.fetch_add(1, Ordering::Relaxed), &tally).await;
                    }
                    target
                })
            })
            .collect();
        targets = Vec::new();
        for task in changing {
            targets.push(task.await.unwrap());
        }
        footprints.push(Footprint::now());
    }
    done.store(true, Ordering::Relaxed);
    for caller in callers {
        caller.await.unwrap();
    }
    for served in &served {
        served.check_count().await;
    }
    let tally = Arc::into_inner(tally).expect("all tasks have ended");
    (tally, footprints[0], footprints[1])
}
