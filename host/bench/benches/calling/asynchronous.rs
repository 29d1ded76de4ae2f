//! Calls in the caller's task.

use wasmtime::component::{HasSelf, Linker};
use witdock::HostState;

use super::{Listener, TEXT, component, engine, source};

#[allow(missing_docs, unreachable_pub, clippy::all, reason = "generated")]
mod bindings {
    wasmtime::component::bindgen!({
        path: "wit",
        world: "calling",
        imports: { default: trappable },
        exports: { default: async },
        include_component_type: true,
    });
}
pub use bindings::Calling;

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
        Calling::add_to_linker::<HostState<Listener>, HasSelf<Listener>>(linker, |host| &mut host.app)
    },
}

/// The guest without witdock.
pub struct Raw {
    store: wasmtime::Store<Listener>,
    guest: Calling,
}

impl Raw {
    pub async fn new() -> Self {
        let engine = engine();
        let mut linker = Linker::new(&engine);
        Calling::add_to_linker::<_, HasSelf<Listener>>(&mut linker, |listener| listener).unwrap();
        let mut store = wasmtime::Store::new(&engine, Listener::default());
        store.set_epoch_deadline(u64::MAX / 2);
        let guest = Calling::instantiate_async(&mut store, &component(&engine), &linker).await.unwrap();
        Self { store, guest }
    }

    pub async fn call(&mut self) -> u32 {
        self.guest.bench_call_guest().call_length(&mut self.store, TEXT).await.unwrap()
    }
}

/// The guest as a plugin.
pub async fn plugin() -> witdock::Plugin<Calling> {
    let (_folder, path) = source();
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
