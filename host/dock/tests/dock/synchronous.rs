//! A synchronous interface: calls on the caller's stack, with the limits, the stop and the reload of any plugin.

use std::sync::atomic::Ordering;
use std::time::Duration;

use wasmtime::component::{HasData, Resource, ResourceTable};
use witdock::{
    CallError, CallErrorKind, Failure, Handover, Instances, Limits, Plugin, PluginBuilder, Policy, Reload,
    Source,
};

use crate::guest::{Fixture, Guest, Provided, Ticket, fault, limits};
use crate::wait::{soon, until};

#[allow(missing_docs, unreachable_pub, clippy::all, reason = "generated")]
mod bindings {
    wasmtime::component::bindgen!({
        path: "tests/wit",
        world: "counting",
        imports: { default: trappable },
        with: { "test:counter/host.ticket": crate::guest::Ticket },
        include_component_type: true,
    });
}
use bindings::Counting;
use bindings::test::counter::host;

struct View<'a> {
    app: &'a mut Provided,
    table: &'a mut ResourceTable,
}

struct HasView;

impl HasData for HasView {
    type Data<'a> = View<'a>;
}

impl host::Host for View<'_> {
    fn now(&mut self) -> wasmtime::Result<u32> {
        Ok(self.app.asked.fetch_add(1, Ordering::Relaxed))
    }
    fn issue(&mut self) -> wasmtime::Result<Resource<Ticket>> {
        Ok(self.table.push(Ticket)?)
    }
    fn take(&mut self, _: Vec<u8>) -> wasmtime::Result<()> {
        Ok(())
    }
    fn wait(&mut self) -> wasmtime::Result<()> {
        Err(wasmtime::Error::msg("it cannot wait"))
    }
}

impl host::HostTicket for View<'_> {
    fn drop(&mut self, ticket: Resource<Ticket>) -> wasmtime::Result<()> {
        self.table.delete(ticket)?;
        Ok(())
    }
}

witdock::interface! {
    Counting,
    component_type = bindings::COMPONENT_TYPE,
    state = Provided,
    link = |linker| Counting::add_to_linker::<_, HasView>(linker, |host| View {
        app: &mut host.app,
        table: &mut host.table,
    }),
    synchronous = true,
}

fn builder(fixture: &Fixture, limits: Limits) -> PluginBuilder<Counting> {
    fixture
        .dock
        .plugin(Source::open(fixture.path()).unwrap())
        .policy(Policy::new().import("test:counter/host"))
        .limits(limits)
}

async fn load(fixture: &Fixture, builder: PluginBuilder<Counting>) -> Plugin<Counting> {
    let provided = fixture.provided.clone();
    builder.load(move || provided.clone()).await.unwrap()
}

fn add(plugin: &Plugin<Counting>, n: u32) -> Result<u32, CallError> {
    plugin.call_sync("add", |guest, store| guest.test_counter_counter().call_add(store, n))
}

#[tokio::test]
async fn calls_keep_state_and_are_counted_and_a_reload_hands_the_state_over() {
    let fixture = Fixture::new(Guest::default());
    let plugin = load(&fixture, builder(&fixture, limits())).await;
    for _ in 0..100 {
        add(&plugin, 1).unwrap();
    }
    assert_eq!(plugin.statistics().exports["add"].calls, 100);
    assert_eq!(plugin.save().await.unwrap().unwrap(), 100u32.to_le_bytes());
    fixture.write(Guest { factor: 10, ..Guest::default() });
    let reload = plugin.reload().await.unwrap();
    assert!(matches!(reload, Reload::Swapped { state: Handover::Kept, .. }), "{reload:?}");
    assert_eq!(add(&plugin, 1).unwrap(), 110);
    // The same bindings from a task.
    let called = plugin.call(async |guest, store| guest.test_counter_counter().call_add(store, 1)).await;
    assert_eq!(called.unwrap(), 120);
}

#[tokio::test]
async fn limits_hold_and_a_failed_call_leaves_a_fresh_instance() {
    let fixture = Fixture::new(Guest::default());
    let limits = Limits { call_deadline: Duration::from_millis(50), ..limits() };
    let plugin = load(&fixture, builder(&fixture, limits)).await;
    add(&plugin, 7).unwrap();
    let failure = |n| add(&plugin, n).unwrap_err().failure().cloned().unwrap();
    assert!(matches!(failure(fault::LOOP), Failure::Deadline { .. }));
    assert_eq!(add(&plugin, 1).unwrap(), 1);
    assert!(matches!(failure(fault::ALLOCATE), Failure::Memory { .. }));
    plugin.revive();
    assert!(matches!(failure(fault::WAIT), Failure::Host { .. }));
    assert_eq!(add(&plugin, 2).unwrap(), 2);
}

#[tokio::test]
async fn a_stop_from_another_thread_ends_a_call_that_loops() {
    let fixture = Fixture::new(Guest::default());
    let limits = Limits { call_deadline: Duration::from_secs(600), ..limits() };
    let plugin = load(&fixture, builder(&fixture, limits)).await;
    let looping = plugin.clone();
    let call = std::thread::spawn(move || add(&looping, fault::ASK_AND_LOOP));
    until("the call loops", || fixture.asked() == 1).await;
    plugin.stop();
    let joined = soon("the call ends", tokio::task::spawn_blocking(move || call.join())).await;
    let error = joined.unwrap().unwrap().unwrap_err();
    assert!(matches!(error.kind(), CallErrorKind::Cancelled), "{error}");
    assert!(matches!(add(&plugin, 1).unwrap_err().kind(), CallErrorKind::Stopped));
    plugin.revive();
    assert_eq!(add(&plugin, 1).unwrap(), 1);
}

#[tokio::test]
async fn calls_from_threads_queue_for_one_instance_or_share_a_pool() {
    for instances in [Instances::Stateful, Instances::Pool(3)] {
        let fixture = Fixture::new(Guest::default());
        let plugin = load(&fixture, builder(&fixture, limits()).instances(instances)).await;
        let threads: Vec<_> = (0..4)
            .map(|_| {
                let plugin = plugin.clone();
                std::thread::spawn(move || (0..500).for_each(|_| assert!(add(&plugin, 1).is_ok())))
            })
            .collect();
        let joining =
            tokio::task::spawn_blocking(|| threads.into_iter().for_each(|thread| thread.join().unwrap()));
        soon("the calls end", joining).await.unwrap();
        assert_eq!(plugin.statistics().exports["add"].calls, 2000);
        if instances == Instances::Stateful {
            assert_eq!(add(&plugin, 0).unwrap(), 2000);
        }
    }
}

/// wasmtime-wasi's synchronous streams panic on a thread that runs a task, as this test's does.
#[tokio::test]
async fn a_guest_may_print() {
    let fixture = Fixture::new(Guest::default());
    fixture.write_bytes(&wat::parse_str(PRINTING).unwrap());
    let plugin = load(&fixture, builder(&fixture, limits())).await;
    assert_eq!(add(&plugin, 5).unwrap(), 5);
}

const PRINTING: &str = r#"(component
  (import "wasi:io/error@0.2.0" (instance $error (export "error" (type (sub resource)))))
  (alias export $error "error" (type $err))
  (import "wasi:io/streams@0.2.0" (instance $streams
    (alias outer 1 $err (type $e0))
    (export "error" (type $e (eq $e0)))
    (export "output-stream" (type $stream (sub resource)))
    (type $failure0 (variant (case "last-operation-failed" (own $e)) (case "closed")))
    (export "stream-error" (type $failure (eq $failure0)))
    (export "[method]output-stream.blocking-write-and-flush" (func
      (param "self" (borrow $stream)) (param "contents" (list u8)) (result (result (error $failure)))))))
  (alias export $streams "output-stream" (type $stream))
  (import "wasi:cli/stdout@0.2.0" (instance $stdout
    (alias outer 1 $stream (type $s0))
    (export "output-stream" (type $s (eq $s0)))
    (export "get-stdout" (func (result (own $s))))))
  (core module $libc (memory (export "memory") 1))
  (core instance $libc (instantiate $libc))
  (core func $get (canon lower (func $stdout "get-stdout")))
  (core func $write (canon lower
    (func $streams "[method]output-stream.blocking-write-and-flush") (memory $libc "memory")))
  (core module $m
    (import "wasi" "get" (func $get (result i32)))
    (import "wasi" "write" (func $write (param i32 i32 i32 i32)))
    (func (export "add") (param $n i32) (result i32)
      (call $write (call $get) (i32.const 0) (i32.const 4) (i32.const 64))
      (local.get $n)))
  (core instance $i (instantiate $m (with "wasi" (instance (export "get" (func $get)) (export "write" (func $write))))))
  (func $add (param "n" u32) (result u32) (canon lift (core func $i "add")))
  (instance $counter (export "add" (func $add)))
  (export "test:counter/counter@0.1.0" (instance $counter)))"#;
