//! A guest in WAT that counts, and misbehaves on request; and the interface that it fits.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tempfile::TempDir;
use wasmtime::component::{HasData, Resource, ResourceTable};
use witdock::{CallError, Dock, HostState, Limits, Plugin, PluginBuilder, Policy, Source};

pub struct Ticket;

#[allow(missing_docs, unreachable_pub, clippy::all, reason = "generated")]
mod bindings {
    wasmtime::component::bindgen!({
        path: "tests/wit",
        world: "counting",
        imports: { default: trappable, "test:counter/host.wait": async | trappable },
        exports: { default: async },
        with: { "test:counter/host.ticket": super::Ticket },
        include_component_type: true,
    });
}
pub use bindings::Counting;
use bindings::test::counter::host;

/// What the host provides: how often it was asked, over all instances.
#[derive(Clone, Default)]
pub struct Provided {
    pub asked: Arc<AtomicU32>,
}

pub struct View<'a> {
    app: &'a mut Provided,
    table: &'a mut ResourceTable,
}

impl HasData for Provided {
    type Data<'a> = View<'a>;
}

impl host::Host for View<'_> {
    fn now(&mut self) -> wasmtime::Result<u32> {
        Ok(self.app.asked.fetch_add(1, Ordering::Relaxed))
    }
    fn issue(&mut self) -> wasmtime::Result<Resource<Ticket>> {
        Ok(self.table.push(Ticket)?)
    }
    fn take(&mut self, bytes: Vec<u8>) -> wasmtime::Result<()> {
        self.app.asked.fetch_add(u32::try_from(bytes.len())?, Ordering::Relaxed);
        Ok(())
    }
    async fn wait(&mut self) -> wasmtime::Result<()> {
        self.app.asked.fetch_add(1, Ordering::Relaxed);
        std::future::pending().await
    }
}

impl host::HostTicket for View<'_> {
    fn drop(&mut self, ticket: Resource<Ticket>) -> wasmtime::Result<()> {
        self.table.delete(ticket)?;
        Ok(())
    }
}

async fn activate(
    guest: &Counting,
    store: &mut wasmtime::Store<HostState<Provided>>,
) -> wasmtime::Result<()> {
    // Zero adds nothing; a guest that traps or answers nonsense here is not accepted.
    match guest.test_counter_counter().call_add(store, 0).await? {
        0 => Ok(()),
        other => Err(wasmtime::Error::msg(format!("a fresh counter starts at {other}"))),
    }
}

witdock::interface! {
    Counting,
    component_type = bindings::COMPONENT_TYPE,
    state = Provided,
    link = |linker| Counting::add_to_linker::<_, Provided>(linker, |host| View {
        app: &mut host.app,
        table: &mut host.table,
    }),
    activate = activate,
}

/// Numbers that misbehave.
pub mod fault {
    pub const LOOP: u32 = 1001;
    pub const UNREACHABLE: u32 = 1002;
    pub const ALLOCATE: u32 = 1003;
    pub const RECURSE: u32 = 1004;
    pub const DIVIDE: u32 = 1005;
    pub const ASK: u32 = 1006;
    pub const HANDLES: u32 = 1007;
    pub const BYTES: u32 = 1008;
    pub const WAIT: u32 = 1009;
    pub const BUSY: u32 = 1010;
    /// Calls the host, and then loops: the call to the host shows that the loop is about to run.
    pub const ASK_AND_LOOP: u32 = 1011;
    /// Writes 3,000 lines to the log.
    pub const LOG: u32 = 1012;
}

/// What one version of the guest is like.
#[derive(Clone, Copy)]
pub struct Guest {
    /// The factor by which each call multiplies its argument.
    pub factor: u32,
    pub state: State,
    /// What a fresh counter starts from; not 0 is refused by `activate`.
    pub start: u32,
    /// Whether each call that adds something traps.
    pub broken: bool,
}

#[derive(Clone, Copy, PartialEq)]
pub enum State {
    None,
    Kept,
    SaveTraps,
    SaveWaits,
    /// It takes several ticks of the epoch.
    SaveIsSlow,
    RestoreRefuses,
    RestoreTraps,
    RestoreWaits,
}

impl Default for Guest {
    fn default() -> Self {
        Self { factor: 1, state: State::Kept, start: 0, broken: false }
    }
}

impl Guest {
    pub fn component(self) -> Vec<u8> {
        let Self { factor, state, start, broken } = self;
        let broken = if broken { "(if (local.get $n) (then unreachable))" } else { "" };
        let save_begins = match state {
            State::SaveTraps => "unreachable",
            State::SaveWaits => "(call $wait)",
            State::SaveIsSlow => {
                "(loop (local.set $i (i32.add (local.get $i) (i32.const 1)))
                    (br_if 0 (i32.lt_u (local.get $i) (i32.const 100000000))))"
            }
            _ => "",
        };
        let restore = match state {
            State::RestoreRefuses => {
                "(i32.store8 (i32.const 32) (i32.const 1)) (i32.store (i32.const 36) (i32.const 128)) (i32.store (i32.const 40) (i32.const 7))"
            }
            State::RestoreTraps => "unreachable",
            State::RestoreWaits => "(call $wait)",
            _ => "(i32.store8 (i32.const 32) (i32.const 0)) (global.set $count (i32.load (local.get $at)))",
        };
        let state_export = if state == State::None {
            ""
        } else {
            r#"
            (func $save (result (result (list u8) (error string)))
              (canon lift (core func $i "save") (memory $i "memory")))
            (func $restore (param "saved" (list u8)) (result (result (error string)))
              (canon lift (core func $i "restore") (memory $i "memory") (realloc (core func $i "realloc"))))
            (instance $state (export "save" (func $save)) (export "restore" (func $restore)))
            (export "witdock:plugin/state@0.1.0" (instance $state))"#
        };
        let wat = format!(
            r#"(component
            (import "test:counter/host@0.1.0" (instance $host
              (export "ticket" (type $ticket (sub resource)))
              (export "now" (func (result u32)))
              (export "issue" (func (result (own $ticket))))
              (export "take" (func (param "bytes" (list u8))))
              (export "wait" (func))))
            (import "witdock:plugin/log@0.1.0" (instance $log
              (type $cases (enum "error" "warn" "info" "debug" "trace"))
              (export "level" (type $level (eq $cases)))
              (export "write" (func (param "level" $level) (param "target" string) (param "message" string)))))
            (core module $libc (memory (export "memory") 1))
            (core instance $libc (instantiate $libc))
            (core func $now (canon lower (func $host "now")))
            (core func $issue (canon lower (func $host "issue")))
            (core func $wait (canon lower (func $host "wait")))
            (core func $take (canon lower (func $host "take") (memory $libc "memory")))
            (core func $write (canon lower (func $log "write") (memory $libc "memory")))
            (core module $m
              (import "host" "now" (func $now (result i32)))
              (import "host" "issue" (func $issue (result i32)))
              (import "host" "take" (func $take (param i32 i32)))
              (import "host" "wait" (func $wait))
              (import "host" "write" (func $write (param i32 i32 i32 i32 i32)))
              (import "libc" "memory" (memory 1))
              (export "memory" (memory 0))
              (global $count (mut i32) (i32.const {start}))
              (data (i32.const 128) "too old")
              (func $recurse (param i32) (result i32)
                (i32.add (i32.const 1) (call $recurse (i32.add (local.get 0) (i32.const 1)))))
              (func (export "add") (param $n i32) (result i32) (local $i i32)
                {broken}
                (if (i32.eq (local.get $n) (i32.const 1001)) (then (loop (br 0))))
                (if (i32.eq (local.get $n) (i32.const 1002)) (then unreachable))
                (if (i32.eq (local.get $n) (i32.const 1003))
                  (then (loop (br_if 0 (i32.ne (memory.grow (i32.const 16)) (i32.const -1)))) unreachable))
                (if (i32.eq (local.get $n) (i32.const 1004)) (then (return (call $recurse (i32.const 0)))))
                (if (i32.eq (local.get $n) (i32.const 1005))
                  (then (return (i32.div_u (local.get $n) (i32.const 0)))))
                (if (i32.eq (local.get $n) (i32.const 1006)) (then (return (call $now))))
                (if (i32.eq (local.get $n) (i32.const 1007)) (then (loop (drop (call $issue)) (br 0))))
                (if (i32.eq (local.get $n) (i32.const 1008)) (then (call $take (i32.const 0) (i32.const 65536))))
                (if (i32.eq (local.get $n) (i32.const 1009)) (then (call $wait)))
                (if (i32.eq (local.get $n) (i32.const 1011)) (then (drop (call $now)) (loop (br 0))))
                (if (i32.eq (local.get $n) (i32.const 1012))
                  (then (loop
                    (call $write (i32.const 2) (i32.const 128) (i32.const 7) (i32.const 128) (i32.const 7))
                    (local.set $i (i32.add (local.get $i) (i32.const 1)))
                    (br_if 0 (i32.lt_u (local.get $i) (i32.const 3000))))))
                (if (i32.eq (local.get $n) (i32.const 1010))
                  (then (loop (local.set $i (i32.add (local.get $i) (i32.const 1)))
                    (br_if 0 (i32.lt_u (local.get $i) (i32.const 1000000))))))
                (global.set $count
                  (i32.add (global.get $count) (i32.mul (local.get $n) (i32.const {factor}))))
                (global.get $count))
              (func (export "save") (result i32) (local $i i32)
                {save_begins}
                (i32.store (i32.const 64) (global.get $count))
                (i32.store8 (i32.const 16) (i32.const 0))
                (i32.store (i32.const 20) (i32.const 64))
                (i32.store (i32.const 24) (i32.const 4))
                (i32.const 16))
              (func (export "restore") (param $at i32) (param i32) (result i32)
                {restore}
                (i32.const 32))
              (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024)))
            (core instance $i (instantiate $m
              (with "libc" (instance $libc))
              (with "host" (instance
                (export "now" (func $now)) (export "issue" (func $issue))
                (export "take" (func $take)) (export "wait" (func $wait))
                (export "write" (func $write))))))
            (func $add (param "n" u32) (result u32) (canon lift (core func $i "add")))
            (instance $counter (export "add" (func $add)))
            (export "test:counter/counter@0.1.0" (instance $counter))
            {state_export}
            )"#
        );
        wat::parse_str(wat).expect("the guest's WAT is well formed")
    }
}

/// A component file in a folder of its own, and a dock that loads it.
pub struct Fixture {
    pub folder: TempDir,
    pub dock: Dock,
    pub provided: Provided,
}

impl Fixture {
    pub fn new(guest: Guest) -> Self {
        let fixture = Self {
            folder: tempfile::tempdir().unwrap(),
            dock: Dock::builder().without_cache().build().unwrap(),
            provided: Provided::default(),
        };
        fixture.write(guest);
        fixture
    }

    /// How often guests have called the host.
    pub fn asked(&self) -> u32 {
        self.provided.asked.load(Ordering::Relaxed)
    }

    pub fn path(&self) -> PathBuf {
        self.folder.path().join("counter.wasm")
    }

    pub fn write(&self, guest: Guest) {
        self.write_bytes(&guest.component());
    }

    /// Replaces the file as a compiler does, by renaming.
    pub fn write_bytes(&self, bytes: &[u8]) {
        let new = self.folder.path().join("counter.wasm.new");
        std::fs::write(&new, bytes).unwrap();
        std::fs::rename(new, self.path()).unwrap();
    }

    pub fn builder(&self) -> PluginBuilder<Counting> {
        self.dock
            .plugin(Source::open(self.path()).unwrap())
            .policy(Policy::new().import("test:counter/host"))
            .limits(limits())
    }

    pub async fn load(&self) -> Plugin<Counting> {
        self.load_with(self.builder()).await
    }

    pub async fn load_with(&self, builder: PluginBuilder<Counting>) -> Plugin<Counting> {
        let provided = self.provided.clone();
        builder.load(move || provided.clone()).await.unwrap()
    }
}

/// Small enough to be reached quickly.
pub fn limits() -> Limits {
    Limits {
        memory_bytes: 4 << 20,
        call_deadline: Duration::from_secs(1),
        handles: 100,
        host_call_bytes: 1 << 20,
        ..Limits::default()
    }
}

pub async fn add(plugin: &Plugin<Counting>, n: u32) -> Result<u32, CallError> {
    plugin.call_named("add", async |guest, store| guest.test_counter_counter().call_add(store, n).await).await
}

pub fn write_file(path: &Path, bytes: &[u8]) {
    std::fs::write(path, bytes).unwrap();
}
