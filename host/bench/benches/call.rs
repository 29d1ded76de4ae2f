//! What `Plugin::call` costs over the raw runtime: a call that passes a string and calls one host function back.
#![allow(
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    reason = "a benchmark: criterion's macros, and no input to fail on"
)]

mod calling;

use criterion::{Criterion, criterion_group, criterion_main};

fn call(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut group = criterion.benchmark_group("call");
    group.bench_function("raw", |bencher| {
        let mut raw = runtime.block_on(calling::Raw::new());
        bencher.iter(|| runtime.block_on(raw.call()));
    });
    group.bench_function("witdock", |bencher| {
        let plugin = runtime.block_on(calling::plugin());
        bencher.iter(|| runtime.block_on(calling::call(&plugin)));
    });
    group.finish();
}

criterion_group!(benches, call);
criterion_main!(benches);
