//! Standard WASI beyond that of every host: requests by HTTP, stores and settings, with a guest that tries to get more than it was granted.

mod config;
mod http;
mod keyvalue;
mod server;

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use witdock::{CallError, Dock, Limits, LoadError, Plugin, Policy, Source};

#[allow(missing_docs, unreachable_pub, clippy::all, reason = "generated")]
mod bindings {
    wasmtime::component::bindgen!({
        inline: "package test:probe@0.1.0; world probe { export run: func(command: string) -> string; }",
        world: "probe",
        exports: { default: async },
        include_component_type: true,
    });
}
use bindings::Probe;

witdock::interface! {
    Probe,
    component_type = bindings::COMPONENT_TYPE,
    state = (),
    link = |_linker| Ok(()),
}

/// The probe of `plugins/faults`, built once.
fn component() -> &'static [u8] {
    static COMPONENT: OnceLock<Vec<u8>> = OnceLock::new();
    COMPONENT.get_or_init(|| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugins/faults/web-probe");
        let build = || {
            let runtime = tokio::runtime::Runtime::new().unwrap();
            let source = Source::open(folder).unwrap();
            runtime.block_on(source.artifact(|_| ())).unwrap().bytes().to_vec()
        };
        // The tests have runtimes of their own.
        std::thread::scope(|threads| threads.spawn(build).join().unwrap())
    })
}

/// A plugin's folder, with the grants that it requests.
struct Attempt {
    folder: tempfile::TempDir,
    name: &'static str,
}

impl Attempt {
    fn new(grants: &str) -> Self {
        Self::named("probe", grants)
    }

    fn named(name: &'static str, grants: &str) -> Self {
        let attempt = Self { folder: tempfile::tempdir().unwrap(), name };
        std::fs::write(attempt.component(), component()).unwrap();
        attempt.request(grants);
        attempt
    }

    /// Replaces the manifest.
    fn request(&self, grants: &str) {
        let manifest = format!("[plugin]\nname = '{}'\n[grants]\n{grants}", self.name);
        std::fs::write(self.component().with_extension("toml"), manifest).unwrap();
    }

    fn component(&self) -> PathBuf {
        self.folder.path().join(format!("{}.wasm", self.name))
    }

    async fn load(&self, policy: Policy) -> Plugin<Probe> {
        self.load_in(&dock(), policy, Limits::default()).await.unwrap()
    }

    async fn load_in(&self, dock: &Dock, policy: Policy, limits: Limits) -> Result<Plugin<Probe>, LoadError> {
        let source = Source::open(self.component()).unwrap();
        dock.plugin::<Probe>(source).policy(policy).limits(limits).load(|| ()).await
    }
}

/// The cache is shared: the component is compiled once.
fn dock() -> Dock {
    static CACHE: OnceLock<tempfile::TempDir> = OnceLock::new();
    let cache = CACHE.get_or_init(|| tempfile::tempdir().unwrap());
    Dock::builder().cache_folder(cache.path()).build().unwrap()
}

async fn call(plugin: &Plugin<Probe>, command: &str) -> Result<String, CallError> {
    plugin.call_named("run", async |guest, store| guest.call_run(store, command).await).await
}

async fn run(plugin: &Plugin<Probe>, command: &str) -> String {
    call(plugin, command).await.unwrap()
}

/// The uses of a capability.
fn uses(plugin: &Plugin<Probe>, capability: &str) -> u64 {
    let uses = plugin.uses();
    uses.iter().filter(|one| one.capability.to_string() == capability).map(|one| one.count).sum()
}

/// The last line of the log.
fn last_line(plugin: &Plugin<Probe>) -> String {
    plugin.recent_log().pop().unwrap().message
}
