//! Reloads under load, with everything that can go wrong with a source: no call is lost, none is answered by a wrong generation, and what
//! the process takes of the machine stays the same.
//!
//! The short form runs with the other tests. The long one:
//! `WITDOCK_TEST_RELOADS=10000 cargo test -p witdock --test torture -- --nocapture`
//!
//! With `--ignored`, the same for plugins in Rust and C whose sources change and that are built for each reload: 100 of these changes take minutes.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
#![allow(unreachable_pub, missing_docs, reason = "one binary: `pub` marks what its modules share")]

mod footprint;
mod guest;
mod languages;
mod neighbours;
mod random;
mod served;
mod source;
mod tally;
mod target;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use std::time::Duration;

use footprint::Footprint;
use languages::Language;
use random::Random;
use source::Kind;
use tally::Tally;
use target::Target;
use tokio::runtime::Runtime;
use witdock::{Dock, Instances};
use witdock_attacks::observed;

const RELOADS: u64 = 240;
/// Changes of sources, each of which is built.
const CHANGES: u64 = 24;
/// Callers of each plugin.
const CALLERS: usize = 2;

/// A test that measures the process runs alone.
static ALONE: Mutex<()> = Mutex::new(());

/// How long a call of a good plugin takes beside four hostile ones on two threads, and how late a timer is, for 99 in 100. A guest gives its thread up after 10 ms, and two of
/// the four are before the call at the most; the rest is for machines that do other things meanwhile.
const NEIGHBOURS: Duration = Duration::from_millis(250);

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        // Threads that wait for more work would look like a leak.
        .max_blocking_threads(4)
        .enable_all()
        .build()
        .unwrap()
}

// attack: plugins that loop, fill their memory, flood the log, trap at each call, or are reloaded without a pause, four at a time
// host: answers calls of another plugin, and timers, as if they were not there but for some ticks
#[test]
fn a_good_plugin_answers_beside_hostile_ones() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let (mut calls, mut timers) = (Duration::ZERO, Duration::ZERO);
    for hostility in neighbours::ALL {
        let latency = runtime().block_on(neighbours::latency_beside(hostility));
        println!("{hostility:?}: {latency}");
        let longest = latency.calls.p99.max(latency.timers.p99);
        assert!(longest <= NEIGHBOURS, "{hostility:?}: {latency}");
        (calls, timers) = (calls.max(latency.calls.p99), timers.max(latency.timers.p99));
    }
    observed(
        "a_good_plugin_answers_beside_hostile_ones",
        format!(
            "calls {} ms late at most, timers {} ms, in 99 of 100",
            calls.as_millis(),
            timers.as_millis()
        ),
    );
}

// attack: a source that is half written, missing, unreadable, a folder, or whose build fails, under load
// host: loses no call, lets no wrong generation answer, and keeps nothing
#[test]
fn reloads_lose_no_call_and_keep_nothing() {
    let reloads = std::env::var("WITDOCK_TEST_RELOADS").ok().map_or(RELOADS, |count| count.parse().unwrap());
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    runtime().block_on(torture(reloads));
}

/// Real guests: what an author does in an editor, and what the watcher makes of it.
#[test]
#[ignore = "needs clang-22 for wasm32"]
fn sources_in_two_languages_change_under_load_with_clang() {
    let changes = std::env::var("WITDOCK_TEST_RELOADS").ok().map_or(CHANGES, |count| count.parse().unwrap());
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let each = changes.div_ceil(4);
    let (tally, first, last) =
        runtime().block_on(languages::torture(&[Language::Rust, Language::C], each.max(4)));
    println!("{tally}\nat first: {first}\nat the end: {last}");
    let of = |count: &AtomicU64| count.load(Ordering::Relaxed);
    assert!(of(&tally.swapped) > changes / 4 && of(&tally.rejected) > 0 && of(&tally.calls) > changes);
    footprint::check(first, last);
}

async fn torture(reloads: u64) {
    let dock = Dock::builder().without_cache().build().unwrap();
    let mut targets = Vec::new();
    for kind in [Kind::File, Kind::Link, Kind::Folder] {
        for instances in [Instances::Stateful, Instances::Pool(3)] {
            targets.push(Target::load(&dock, kind, instances).await);
        }
    }
    let (tally, done) = (Arc::new(Tally::default()), Arc::new(AtomicBool::new(false)));
    let callers: Vec<_> = targets
        .iter()
        .flat_map(|target| std::iter::repeat_n(target, CALLERS))
        .map(|target| {
            let (target, tally, done) = (target.clone(), tally.clone(), done.clone());
            tokio::spawn(async move { target.served.call_on(&done, &tally).await })
        })
        .collect();

    // The first tenth fills what is filled once.
    let mark = Arc::new(AtomicU64::new(2));
    let rounds = [reloads / 10, reloads - reloads / 10];
    let mut footprints = Vec::new();
    for (round, count) in (0..).zip(rounds) {
        let share = count / targets.len() as u64;
        let reloading: Vec<_> = (0..)
            .zip(&targets)
            .map(|(place, target)| {
                let (target, tally, mark) = (target.clone(), tally.clone(), mark.clone());
                let mut random = Random::new(100 * round + place);
                tokio::spawn(async move {
                    for _ in 0..share {
                        let mark = u32::try_from(mark.fetch_add(1, Ordering::Relaxed)).unwrap();
                        target.reload(&mut random, mark, &tally).await;
                    }
                })
            })
            .collect();
        for task in reloading {
            task.await.unwrap();
        }
        footprints.push(Footprint::now());
    }
    done.store(true, Ordering::Relaxed);
    for caller in callers {
        caller.await.unwrap();
    }
    for target in &targets {
        target.served.check_count().await;
    }

    let of = |count: &AtomicU64| count.load(Ordering::Relaxed);
    let [first, last] = footprints[..] else { unreachable!("there are two rounds") };
    println!("{tally}\nat first: {first}\nat the end: {last}");
    observed(
        "reloads_lose_no_call_and_keep_nothing",
        format!(
            "{} reloads and {} calls, none lost; {} KiB, {} threads, {} descriptors more at the end",
            of(&tally.swapped) + of(&tally.rejected),
            of(&tally.calls),
            last.resident_kib.saturating_sub(first.resident_kib),
            last.threads.saturating_sub(first.threads),
            last.descriptors.saturating_sub(first.descriptors),
        ),
    );
    assert!(
        of(&tally.swapped) > reloads / 4 && of(&tally.rejected) > reloads / 8 && of(&tally.calls) > reloads
    );
    footprint::check(first, last);
}
