//! What a call of a good plugin takes beside hostile ones.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use witdock::{Dock, Instances, Limits, Plugin, RestartPolicy, Source};

use crate::guest::{Fault, Marked, component, hostile, without_grants};

/// Hostile plugins at the same time, on two threads.
const HOSTILE: usize = 4;
/// Calls of the good plugin in each measurement.
const CALLS: usize = 120;

/// What the hostile plugins do.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Hostility {
    None,
    /// Each call runs until its deadline.
    Loops,
    /// Each call fills its memory until there is no more, and writes to all of it.
    Allocates,
    /// Each call writes lines to the log until its deadline.
    Logs,
    /// Each call traps.
    Traps,
    /// The plugins' files change and are loaded again without a pause.
    Reloads,
}

pub const ALL: [Hostility; 6] = [
    Hostility::None,
    Hostility::Loops,
    Hostility::Allocates,
    Hostility::Logs,
    Hostility::Traps,
    Hostility::Reloads,
];

impl Hostility {
    /// The argument that makes the guest do it.
    fn argument(self) -> u32 {
        match self {
            Self::None | Self::Reloads => 1,
            Self::Loops => 1_001,
            Self::Allocates => 1_002,
            Self::Logs => 1_003,
            Self::Traps => 1_004,
        }
    }
}

/// What the good plugin's caller sees.
pub struct Latency {
    pub calls: Times,
    /// How late a timer of the caller is.
    pub timers: Times,
}

impl fmt::Display for Latency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "calls: {}; timers: {}", self.calls, self.timers)
    }
}

pub struct Times {
    pub median: Duration,
    pub p99: Duration,
}

impl Times {
    fn of(mut times: Vec<Duration>) -> Self {
        times.sort();
        Self { median: times[times.len() / 2], p99: times[times.len() * 99 / 100] }
    }
}

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "median {:.2?}, 99 % within {:.2?}", self.median, self.p99)
    }
}

/// The time between two calls.
const PAUSE: Duration = Duration::from_millis(1);

/// A plugin with the folder that its file is in.
async fn load(dock: &Dock, bytes: &[u8]) -> (Plugin<Marked>, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("neighbour.wasm");
    std::fs::write(&path, bytes).unwrap();
    let limits = Limits { call_deadline: Duration::from_millis(200), ..Limits::default() };
    // Without back-off and quarantine, which would silence those that fail.
    let restarts = RestartPolicy {
        first_back_off: Duration::ZERO,
        longest_back_off: Duration::ZERO,
        quarantine_after: u32::MAX,
        ..RestartPolicy::default()
    };
    let builder = dock
        .plugin(Source::open(path).unwrap())
        .instances(Instances::Pool(1))
        .limits(limits)
        .restarts(restarts);
    (without_grants(builder).load(|| ()).await.unwrap(), folder)
}

/// The latency of a good plugin's calls beside hostile plugins.
pub async fn latency_beside(hostility: Hostility) -> Latency {
    let dock = Dock::builder().without_cache().build().unwrap();
    let (good, _folder) = load(&dock, &component(7, Fault::None)).await;
    let done = Arc::new(AtomicBool::new(false));
    let mut neighbours = Vec::new();
    for number in (1..).take(if hostility == Hostility::None { 0 } else { HOSTILE }) {
        let (plugin, folder) = load(&dock, &hostile(number)).await;
        let done = done.clone();
        neighbours.push(tokio::spawn(async move {
            let mut version = 1_000 * number;
            while !done.load(Ordering::Relaxed) {
                let called = plugin.call(async |guest, store| {
                    guest.test_torture_counter().call_add(store, hostility.argument()).await
                });
                assert_eq!(called.await.is_ok(), hostility == Hostility::Reloads, "{hostility:?}");
                if hostility == Hostility::Reloads {
                    version += 1;
                    std::fs::write(folder.path().join("neighbour.wasm"), hostile(version)).unwrap();
                    plugin.reload().await.unwrap();
                }
            }
        }));
    }
    // The caller is a task as others are.
    let calls = tokio::spawn(async move {
        let (mut calls, mut timers) = (Vec::new(), Vec::new());
        for _ in 0..CALLS {
            let begun = Instant::now();
            let called = good.call(async |guest, store| guest.test_torture_counter().call_mark(store).await);
            assert_eq!(called.await.unwrap(), 7);
            calls.push(begun.elapsed());
            let begun = Instant::now();
            tokio::time::sleep(PAUSE).await;
            timers.push(begun.elapsed() - PAUSE);
        }
        Latency { calls: Times::of(calls), timers: Times::of(timers) }
    });
    let latency = calls.await.unwrap();
    done.store(true, Ordering::Relaxed);
    for neighbour in neighbours {
        neighbour.await.unwrap();
    }
    latency
}
