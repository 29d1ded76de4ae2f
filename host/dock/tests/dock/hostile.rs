//! A world of one function, for guests in WAT that attack what the host keeps for them.

use std::path::Path;
use std::time::{Duration, Instant};

use witdock::{CallError, Dock, Failure, Limits, LoadError, Plugin, Policy, Source};

#[allow(missing_docs, unreachable_pub, clippy::all, reason = "generated")]
mod bindings {
    wasmtime::component::bindgen!({
        inline: "package test:hostile@0.1.0; world hostile { export run: func(n: u32) -> u32; }",
        world: "hostile",
        exports: { default: async },
        include_component_type: true,
    });
}
pub use bindings::Hostile;

witdock::interface! {
    Hostile,
    component_type = bindings::COMPONENT_TYPE,
    state = (),
    link = |_linker| Ok(()),
}

/// A component file in a folder of its own, with the grants that it requests.
pub struct Attack {
    folder: tempfile::TempDir,
}

impl Attack {
    /// `grants` are the lines of the manifest's `[grants]`.
    pub fn new(wat: &str, grants: &str) -> Self {
        let attack = Self { folder: tempfile::tempdir().unwrap() };
        attack.write(wat, grants);
        attack
    }

    /// Replaces the component and its manifest.
    pub fn write(&self, wat: &str, grants: &str) {
        let folder = self.folder.path();
        std::fs::write(folder.join("hostile.wasm"), wat::parse_str(wat).unwrap()).unwrap();
        let manifest = format!("[plugin]\nname = 'hostile'\n[grants]\n{grants}");
        std::fs::write(folder.join("hostile.toml"), manifest).unwrap();
    }

    /// A folder beside the component.
    pub fn folder(&self, name: &str) -> std::path::PathBuf {
        let folder = self.folder.path().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        folder
    }

    pub async fn load(&self, policy: Policy, limits: Limits) -> Result<Plugin<Hostile>, LoadError> {
        let dock = Dock::builder().without_cache().build().unwrap();
        self.load_in(&dock, policy, limits).await
    }

    pub async fn load_in(
        &self,
        dock: &Dock,
        policy: Policy,
        limits: Limits,
    ) -> Result<Plugin<Hostile>, LoadError> {
        let source = Source::open(self.folder.path().join("hostile.wasm")).unwrap();
        dock.plugin::<Hostile>(source).policy(policy).limits(limits).load(|| ()).await
    }
}

pub async fn run(plugin: &Plugin<Hostile>, n: u32) -> Result<u32, CallError> {
    plugin.call_named("run", async |guest, store| guest.call_run(store, n).await).await
}

pub async fn failure(plugin: &Plugin<Hostile>, n: u32) -> Failure {
    run(plugin, n).await.unwrap_err().failure().expect("the call had begun").clone()
}

/// The most memory that this process has held so far, bytes. None where the system does not say.
pub fn peak_memory() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<usize>().ok()? << 10)
}

/// The descriptors that this process has open. None where the system does not say.
pub fn open_descriptors() -> Option<usize> {
    Some(std::fs::read_dir(Path::new("/proc/self/fd")).ok()?.count())
}

/// Fails if work takes longer than an attack may.
pub async fn within<R>(most: Duration, work: impl Future<Output = R>) -> R {
    let begun = Instant::now();
    let result = work.await;
    assert!(begun.elapsed() <= most, "it took {:?}", begun.elapsed());
    result
}
