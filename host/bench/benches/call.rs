//! What a call through a plugin costs over the raw runtime: it passes a string and calls one host function back.
#![allow(
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    reason = "a benchmark: criterion's macros, and no input to fail on"
)]

mod calling;

use calling::{asynchronous, synchronous};
use criterion::{Criterion, criterion_group, criterion_main};

fn call(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut group = criterion.benchmark_group("asynchronous");
    // Within one task, as an application's calls are.
    group.bench_function("raw", |bencher| {
        let mut raw = runtime.block_on(asynchronous::Raw::new());
        bencher.iter_custom(|times| {
            runtime.block_on(async {
                let begun = std::time::Instant::now();
                for _ in 0..times {
                    std::hint::black_box(raw.call().await);
                }
                begun.elapsed()
            })
        });
    });
    group.bench_function("witdock", |bencher| {
        let plugin = runtime.block_on(asynchronous::plugin());
        bencher.iter_custom(|times| {
            runtime.block_on(async {
                let begun = std::time::Instant::now();
                for _ in 0..times {
                    std::hint::black_box(asynchronous::call(&plugin).await);
                }
                begun.elapsed()
            })
        });
    });
    group.finish();

    let mut group = criterion.benchmark_group("synchronous");
    group.bench_function("raw", |bencher| {
        let mut raw = synchronous::Raw::new();
        bencher.iter(|| raw.call());
    });
    group.bench_function("witdock", |bencher| {
        let plugin = runtime.block_on(synchronous::plugin());
        bencher.iter(|| synchronous::call(&plugin));
    });
    group.finish();
}

criterion_group!(benches, call);
criterion_main!(benches);
