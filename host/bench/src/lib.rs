//! The interface and the guest that the benchmarks share.

use witdock::HostState;

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

/// A pipeline over flights in CSV: cleaned, enriched from the airlines, into Parquet. `plugins` is a folder with the two plugins,
/// as folders or as components.
pub fn flights_pipeline(
    plugins: &std::path::Path,
    flights: &std::path::Path,
    airlines: &std::path::Path,
) -> String {
    let plugin = |name: &str| {
        let component = plugins.join(format!("{name}.wasm"));
        if component.exists() { component } else { plugins.join(name) }
    };
    format!(
        "[source]\nformat = \"csv\"\npath = {flights:?}\nnull_values = [\"\", \"NA\"]\n\
         [[lookup]]\nname = \"airlines\"\npath = {airlines:?}\nkey = [\"carrier\"]\n\
         [[stage]]\nname = \"clean\"\nplugin = {:?}\n\
         [[stage]]\nname = \"enrich\"\nplugin = {:?}\n\
         settings = {{ table = \"airlines\", key = \"carrier\", columns = {{ name = \"airline\" }} }}\n\
         grants = {{ imports = [\"witdock:etl/*\"] }}\n\
         [[sink]]\nformat = \"parquet\"\npath = \"out.parquet\"\n",
        plugin("clean-flights"),
        plugin("enrich")
    )
}
