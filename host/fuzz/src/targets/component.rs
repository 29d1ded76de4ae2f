use std::sync::OnceLock;
use std::time::Duration;

use tempfile::TempDir;
use tokio::runtime::Runtime;
use witdock::{Budget, Dock, Limits, Policy, Source};

use crate::Outcome;

#[allow(missing_docs, unreachable_pub, clippy::all, reason = "generated")]
mod bindings {
    wasmtime::component::bindgen!({
        inline: "package fuzz:plugin@0.1.0;
            world plugin { export run: func(n: u32) -> u32; }",
        exports: { default: async },
        include_component_type: true,
    });
}
use bindings::Plugin;

witdock::interface! {
    Plugin,
    component_type = bindings::COMPONENT_TYPE,
    state = (),
    link = |_linker| Ok(()),
}

/// What loads components.
struct Loader {
    runtime: Runtime,
    dock: Dock,
    folder: TempDir,
}

impl Loader {
    fn new() -> anyhow::Result<Self> {
        Ok(Self {
            runtime: tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?,
            dock: Dock::builder().without_cache().build()?,
            folder: tempfile::tempdir()?,
        })
    }

    /// Loads a component and calls it.
    fn load(&self, bytes: &[u8]) -> anyhow::Result<String> {
        let path = self.folder.path().join("fuzzed.wasm");
        std::fs::write(&path, bytes)?;
        let budget = Budget { time: Duration::from_secs(20), memory_bytes: 1 << 30, ..Budget::default() };
        let limits = Limits { call_deadline: Duration::from_millis(200), budget, ..Limits::default() };
        let builder = self.dock.plugin::<Plugin>(Source::open(path)?).limits(limits).policy(Policy::new());
        self.runtime.block_on(async {
            let plugin = builder.load(|| ()).await?;
            let called = plugin.call(async |guest, store| guest.call_run(store, 1).await).await;
            Ok(called.map_or_else(|error| error.to_string(), |_| "answers".to_owned()))
        })
    }
}

pub(super) fn load(input: &[u8]) -> Outcome {
    static LOADER: OnceLock<Option<Loader>> = OnceLock::new();
    let Some(loader) = LOADER.get_or_init(|| Loader::new().ok()) else {
        return Outcome::Refused("there is no dock".to_owned());
    };
    match loader.load(input) {
        Ok(words) => Outcome::Taken(words),
        Err(error) => Outcome::Refused(error.to_string()),
    }
}
