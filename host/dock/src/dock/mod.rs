//! The dock: the engine, the compiler cache and the settings that all plugins of an application share.

mod symbols;

use std::path::PathBuf;
use std::sync::Arc;

use wasmtime::Engine;

use crate::check::Budget;
use crate::compile::{Cache, Compilation, EngineSettings, Leash, PreparationError, Symbols, worker};
use crate::grants::Ground;
#[cfg(feature = "keyvalue")]
use crate::instance::Files;
use crate::instance::{EPOCH_TICK, LogLevel};
use crate::source::{Artifact, Builds, Receipts};
pub(crate) use symbols::{locate, locate_blocking};

/// One engine with its compiler cache. An application creates one and loads all its plugins with it. Cheap to clone.
///
/// Load and call plugins inside a tokio runtime of either flavour, with the time driver enabled.
#[derive(Clone)]
pub struct Dock(Arc<Inner>);

struct Inner {
    engine: Engine,
    settings: EngineSettings,
    cache: Option<Cache>,
    /// What builds were made from, where there is a folder for the cache.
    receipts: Option<Arc<Receipts>>,
    log_level: LogLevel,
    builds: Builds,
    ground: Ground,
    #[cfg(feature = "keyvalue")]
    store_files: Files,
}

impl Dock {
    /// Creates a dock with the default settings.
    ///
    /// # Errors
    ///
    /// When wasmtime does not support this machine.
    pub fn new() -> Result<Self, DockError> {
        Self::builder().build()
    }

    /// Starts building a dock with other settings.
    pub fn builder() -> DockBuilder {
        DockBuilder::default()
    }

    /// The engine, for an application that runs other wasm beside its plugins.
    pub fn engine(&self) -> &Engine {
        &self.0.engine
    }

    pub(crate) fn meters_fuel(&self) -> bool {
        self.0.settings.fuel
    }

    pub(crate) fn log_level(&self) -> LogLevel {
        self.0.log_level
    }

    /// The rule for the builds of plugins' folders.
    pub fn builds(&self) -> Builds {
        self.0.builds
    }

    /// What the builds of plugins' folders were made from.
    pub(crate) fn receipts(&self) -> Option<&Arc<Receipts>> {
        self.0.receipts.as_ref()
    }

    /// The paths that plugins may not write to, and those that they may.
    pub(crate) fn ground(&self) -> &Ground {
        &self.0.ground
    }

    /// The stores that are in files.
    #[cfg(feature = "keyvalue")]
    pub(crate) fn store_files(&self) -> Files {
        self.0.store_files.clone()
    }

    /// What finds the source lines of an artifact.
    pub(crate) fn symbols(&self, artifact: &Artifact) -> Symbols {
        if self.0.settings.symbols { Symbols::default() } else { Symbols::of(artifact) }
    }

    /// Begins to compile an artifact. Blocks.
    pub(crate) fn compilation<'a>(
        &'a self,
        artifact: &'a Artifact,
        budget: &Budget,
        leash: &Leash,
    ) -> Result<Compilation<'a>, PreparationError> {
        let Inner { engine, settings, cache, .. } = &*self.0;
        Compilation::start(engine, *settings, cache.as_ref(), artifact, budget, leash)
    }
}

/// Builds a [`Dock`]; made by [`Dock::builder`].
#[derive(Clone, Debug)]
pub struct DockBuilder {
    cache: CacheFolder,
    fuel: bool,
    stack_bytes: usize,
    log_level: LogLevel,
    builds: Builds,
    protected: Vec<PathBuf>,
}

#[derive(Clone, Debug)]
enum CacheFolder {
    Users,
    Path(PathBuf),
    None,
}

impl Default for DockBuilder {
    fn default() -> Self {
        Self {
            cache: CacheFolder::Users,
            fuel: false,
            stack_bytes: 512 << 10,
            log_level: LogLevel::Debug,
            builds: Builds::default(),
            protected: Vec::new(),
        }
    }
}

impl DockBuilder {
    /// Keeps compiled plugins in this folder, which no other user may write to: compiled code is trusted. So does what builds of plugins'
    /// folders were made from, so that a folder that has not changed is not built at the next start. The default is `witdock` in the
    /// user's cache folder.
    #[must_use]
    pub fn cache_folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.cache = CacheFolder::Path(folder.into());
        self
    }

    /// Compiles every plugin again at each start, and builds every folder.
    #[must_use]
    pub fn without_cache(mut self) -> Self {
        self.cache = CacheFolder::None;
        self
    }

    /// Counts fuel, so that [`Limits::fuel`](crate::Limits::fuel) can be set. Default off: counting costs each plugin some speed,
    /// and the deadline already ends a loop.
    #[must_use]
    pub fn fuel(mut self, fuel: bool) -> Self {
        self.fuel = fuel;
        self
    }

    /// The stack of a call, bytes, for all plugins of this dock. Default 512 KiB, wasmtime's own default, which
    /// interpreters inside guests are known to work with.
    #[must_use]
    pub fn stack_bytes(mut self, bytes: usize) -> Self {
        self.stack_bytes = bytes;
        self
    }

    /// The least urgent log lines that are kept. Default [`LogLevel::Debug`].
    #[must_use]
    pub fn log_level(mut self, level: LogLevel) -> Self {
        self.log_level = level;
        self
    }

    /// Sets whether folders of plugins are built, and how long that may take. Default: [`Builds::default`].
    #[must_use]
    pub fn builds(mut self, builds: Builds) -> Self {
        self.builds = builds;
        self
    }

    /// Names a file or folder that no plugin of this dock may write to: its grants are refused if a read-write folder overlaps with
    /// it. Name what the host trusts (its configuration, the grants that a user has given) and what it writes itself. The sources of
    /// all plugins and the cache are protected without that.
    #[must_use]
    pub fn protect(mut self, path: impl Into<PathBuf>) -> Self {
        self.protected.push(path.into());
        self
    }

    /// Creates the engine and opens the cache. If the cache cannot be opened, the dock logs a warning and works without it.
    ///
    /// # Errors
    ///
    /// When wasmtime does not support this machine, or the settings contradict each other.
    pub fn build(self) -> Result<Dock, DockError> {
        let settings =
            EngineSettings { fuel: self.fuel, stack_bytes: self.stack_bytes, symbols: !worker::is_served() };
        let engine = settings.engine().map_err(|error| DockError { message: format!("{error:#}") })?;
        let mut protected = self.protected;
        let folder = match self.cache {
            CacheFolder::Users => dirs::cache_dir().map(|folder| folder.join("witdock")),
            CacheFolder::Path(folder) => Some(folder),
            CacheFolder::None => None,
        };
        let cache = folder.as_ref().and_then(|folder| match Cache::open(folder, &engine) {
            Ok(cache) => {
                protected.push(folder.clone());
                Some(cache)
            }
            Err(error) => {
                tracing::warn!(folder = %folder.display(), "compiled plugins are not cached: {error}");
                None
            }
        });
        // The folder was looked at: where it is not the user's own, nothing in it is trusted.
        let receipts = folder.filter(|_| cache.is_some()).and_then(|folder| Receipts::open(&folder).ok());
        tick(&engine)?;
        let ground = Ground::default();
        ground.protect(protected);
        Ok(Dock(Arc::new(Inner {
            engine,
            settings,
            cache,
            receipts: receipts.map(Arc::new),
            log_level: self.log_level,
            builds: self.builds,
            ground,
            #[cfg(feature = "keyvalue")]
            store_files: Files::default(),
        })))
    }
}

/// The engine could not be created.
#[derive(Debug, thiserror::Error)]
#[error("the wasm engine cannot be set up: {message}")]
pub struct DockError {
    message: String,
}

/// Advances the engine's epoch for as long as it lives. One thread per engine: a timer for each call would
/// advance the epoch of other calls too.
fn tick(engine: &Engine) -> Result<(), DockError> {
    let engine = engine.weak();
    std::thread::Builder::new()
        .name("witdock-epoch".to_owned())
        .spawn(move || {
            while let Some(engine) = engine.upgrade() {
                engine.increment_epoch();
                drop(engine);
                std::thread::sleep(EPOCH_TICK);
            }
        })
        .map(drop)
        .map_err(|error| DockError { message: format!("the epoch thread cannot be started: {error}") })
}
