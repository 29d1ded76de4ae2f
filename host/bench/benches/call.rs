//! What `Plugin::call` costs over the raw runtime: a call that passes a string and calls one host function back.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    reason = "a benchmark: criterion's macros, and no input to fail on"
)]

use criterion::{Criterion, criterion_group, criterion_main};
use wasmtime::component::{Component, HasSelf, Linker};
use wasmtime::{Config, Engine, Store};
use witdock::{Dock, Policy, Source};
use witdock_bench::{Calling, GUEST, Listener};

const TEXT: &str = "a short text";

fn call(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut group = criterion.benchmark_group("call");

    group.bench_function("raw", |bencher| {
        let engine = Engine::new(Config::new().epoch_interruption(true)).unwrap();
        let component = Component::new(&engine, wat::parse_str(GUEST).unwrap()).unwrap();
        let mut linker = Linker::new(&engine);
        Calling::add_to_linker::<_, HasSelf<Listener>>(&mut linker, |listener| listener).unwrap();
        let mut store = Store::new(&engine, Listener::default());
        store.set_epoch_deadline(u64::MAX / 2);
        let guest = runtime.block_on(Calling::instantiate_async(&mut store, &component, &linker)).unwrap();
        bencher.iter(|| runtime.block_on(guest.bench_call_guest().call_length(&mut store, TEXT)).unwrap());
    });

    group.bench_function("witdock", |bencher| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("guest.wasm");
        std::fs::write(&path, wat::parse_str(GUEST).unwrap()).unwrap();
        let dock = Dock::builder().without_cache().build().unwrap();
        let plugin = runtime
            .block_on(
                dock.plugin::<Calling>(Source::open(&path).unwrap())
                    .policy(Policy::new().import("bench:call/host"))
                    .load(Listener::default),
            )
            .unwrap();
        bencher.iter(|| {
            runtime
                .block_on(plugin.call_named("length", async |guest, store| {
                    guest.bench_call_guest().call_length(store, TEXT).await
                }))
                .unwrap()
        });
    });
    group.finish();
}

criterion_group!(benches, call);
criterion_main!(benches);
