//! What a call through a plugin costs over the raw runtime: it passes a string and calls one host function back.
//!
//! Raw and witdock alternate, slice by slice, so that whatever else the machine does meets both. The fastest slices are compared: those
//! that nothing has disturbed.
#![allow(
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a benchmark: no input to fail on"
)]

mod calling;

use std::hint::black_box;
use std::time::{Duration, Instant};

use calling::{asynchronous, synchronous};

/// Calls in a slice.
const CALLS: u32 = 2_000;
/// Slices of each.
const SLICES: usize = 3_000;
/// Of the slices, one in this many counts as undisturbed.
const UNDISTURBED: usize = 10;

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    println!("a call in ns: the fastest slice of {SLICES}, and the slowest of the fastest tenth\n");
    println!("| interface | raw runtime | witdock | ratio |");
    println!("|---|---|---|---|");

    let mut raw = runtime.block_on(asynchronous::Raw::new());
    let plugin = runtime.block_on(asynchronous::plugin());
    // Within one task, as an application's calls are.
    compare(
        "asynchronous, `Plugin::call`",
        || {
            runtime.block_on(async {
                for _ in 0..CALLS {
                    black_box(raw.call().await);
                }
            });
        },
        || {
            runtime.block_on(async {
                for _ in 0..CALLS {
                    black_box(asynchronous::call(&plugin).await);
                }
            });
        },
    );

    let mut raw = synchronous::Raw::new();
    let plugin = runtime.block_on(synchronous::plugin());
    compare(
        "synchronous, `Plugin::call_sync`",
        || {
            for _ in 0..CALLS {
                black_box(raw.call());
            }
        },
        || {
            for _ in 0..CALLS {
                black_box(synchronous::call(&plugin));
            }
        },
    );
}

fn compare(name: &str, mut raw: impl FnMut(), mut witdock: impl FnMut()) {
    let (mut raws, mut witdocks) = (Vec::with_capacity(SLICES), Vec::with_capacity(SLICES));
    for _ in 0..SLICES {
        raws.push(timed(&mut raw));
        witdocks.push(timed(&mut witdock));
    }
    let [(raw, raw_tenth), (witdock, witdock_tenth)] = [fastest(raws), fastest(witdocks)];
    println!(
        "| {name} | {raw:.0} … {raw_tenth:.0} | {witdock:.0} … {witdock_tenth:.0} | {:.2} … {:.2} |",
        witdock / raw,
        witdock_tenth / raw_tenth
    );
}

fn timed(slice: &mut impl FnMut()) -> Duration {
    let begun = Instant::now();
    slice();
    begun.elapsed()
}

/// The fastest slice, and the slowest of the undisturbed ones, as ns a call.
fn fastest(mut slices: Vec<Duration>) -> (f64, f64) {
    slices.sort_unstable();
    let each = |slice: Duration| slice.as_nanos() as f64 / f64::from(CALLS);
    (each(slices[0]), each(slices[SLICES / UNDISTURBED]))
}
