//! A call through a plugin allocates nothing of its own.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, reason = "a test")]

#[path = "../benches/calling/mod.rs"]
mod calling;

use allocation_counter::measure;
use calling::{asynchronous, synchronous};

/// The first calls start what later ones find ready.
const WARM_UP: usize = 100;
const CALLS: usize = 1000;
/// More than can fall into these calls on a slow machine, and far fewer than one for each call.
const TICKS: u64 = 100;
const LENGTH: u32 = calling::TEXT.len() as u32;

#[test]
fn a_call_allocates_no_more_than_the_raw_runtime() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut raw = runtime.block_on(asynchronous::Raw::new());
    let plugin = runtime.block_on(asynchronous::plugin());
    let mut raw_calls = |times| {
        let calls = async {
            for _ in 0..times {
                raw.call().await;
            }
        };
        measure(|| runtime.block_on(calls)).count_total
    };
    let plugin_calls = |times| {
        let calls = async {
            for _ in 0..times {
                asynchronous::call(&plugin).await;
            }
        };
        measure(|| runtime.block_on(calls)).count_total
    };
    raw_calls(WARM_UP);
    plugin_calls(WARM_UP);
    let (plugin_calls, raw_calls) = (plugin_calls(CALLS), raw_calls(CALLS));
    // A tick of the epoch that falls into a call starts its timer.
    assert!(plugin_calls.abs_diff(raw_calls) < TICKS, "{plugin_calls} and {raw_calls}");

    let mut raw = synchronous::Raw::new();
    let plugin = runtime.block_on(synchronous::plugin());
    for _ in 0..WARM_UP {
        raw.call();
        synchronous::call(&plugin);
    }
    let raw_calls = measure(|| (0..CALLS).for_each(|_| assert_eq!(raw.call(), LENGTH))).count_total;
    let plugin_calls =
        measure(|| (0..CALLS).for_each(|_| assert_eq!(synchronous::call(&plugin), LENGTH))).count_total;
    assert!(plugin_calls.abs_diff(raw_calls) < TICKS, "{plugin_calls} and {raw_calls}");
    assert!(raw_calls > 0, "lifting the string allocates");
}
