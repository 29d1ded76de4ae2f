//! The interface and the guest of the benchmark.

use witdock::HostState;

#[allow(missing_docs, unreachable_pub, clippy::all, reason = "generated")]
pub mod bindings {
    wasmtime::component::bindgen!({
        path: "wit",
        world: "calling",
        imports: { default: trappable },
        exports: { default: async },
        include_component_type: true,
    });
}
pub use bindings::Calling;

/// The host's side: counts the bytes that it was told.
#[derive(Debug, Default)]
pub struct Listener {
    /// Bytes so far.
    pub bytes: usize,
}

impl bindings::bench::call::host::Host for Listener {
    fn tell(&mut self, text: String) -> wasmtime::Result<()> {
        self.bytes += text.len();
        Ok(())
    }
}

witdock::interface! {
    Calling,
    component_type = bindings::COMPONENT_TYPE,
    state = Listener,
    link = |linker| {
        Calling::add_to_linker::<HostState<Listener>, wasmtime::component::HasSelf<Listener>>(linker, |host| &mut host.app)
    },
}

/// A guest that does next to nothing, so that what is measured is the way to it and back.
pub const GUEST: &str = r#"(component
    (import "bench:call/host@0.1.0" (instance $host (export "tell" (func (param "text" string)))))
    (core module $libc
      (memory (export "memory") 1)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024)))
    (core instance $libc (instantiate $libc))
    (core func $tell (canon lower (func $host "tell") (memory $libc "memory")))
    (core module $m
      (import "host" "tell" (func $tell (param i32 i32)))
      (func (export "length") (param i32 i32) (result i32)
        (call $tell (local.get 0) (local.get 1))
        (local.get 1)))
    (core instance $i (instantiate $m (with "host" (instance (export "tell" (func $tell))))))
    (func $length (param "text" string) (result u32)
      (canon lift (core func $i "length") (memory $libc "memory") (realloc (core func $libc "realloc"))))
    (instance $guest (export "length" (func $length)))
    (export "bench:call/guest@0.1.0" (instance $guest)))"#;

/// A guest that is called without witdock: an engine set up as the dock's is, and nothing else.
pub struct Raw {
    store: wasmtime::Store<Listener>,
    guest: Calling,
}

impl Raw {
    pub async fn new() -> Self {
        use wasmtime::component::{Component, HasSelf, Linker};
        let engine = wasmtime::Engine::new(wasmtime::Config::new().epoch_interruption(true)).unwrap();
        let component = Component::new(&engine, wat::parse_str(GUEST).unwrap()).unwrap();
        let mut linker = Linker::new(&engine);
        Calling::add_to_linker::<_, HasSelf<Listener>>(&mut linker, |listener| listener).unwrap();
        let mut store = wasmtime::Store::new(&engine, Listener::default());
        store.set_epoch_deadline(u64::MAX / 2);
        let guest = Calling::instantiate_async(&mut store, &component, &linker).await.unwrap();
        Self { store, guest }
    }

    pub async fn call(&mut self) -> u32 {
        self.guest.bench_call_guest().call_length(&mut self.store, TEXT).await.unwrap()
    }
}

/// The same guest as a plugin.
pub async fn plugin() -> witdock::Plugin<Calling> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("guest.wasm");
    std::fs::write(&path, wat::parse_str(GUEST).unwrap()).unwrap();
    let dock = witdock::Dock::builder().without_cache().build().unwrap();
    dock.plugin::<Calling>(witdock::Source::open(&path).unwrap())
        .policy(witdock::Policy::new().import("bench:call/host"))
        .load(Listener::default)
        .await
        .unwrap()
}

pub async fn call(plugin: &witdock::Plugin<Calling>) -> u32 {
    let length = plugin
        .call_named("length", async |guest, store| guest.bench_call_guest().call_length(store, TEXT).await);
    length.await.unwrap()
}

/// What each call passes.
pub const TEXT: &str = "a short text";
