//! From an artifact to compiled code: from the cache, by the worker, or here.

use wasmtime::Engine;
use wasmtime::component::Component;

use super::cache::{Cache, deserialize};
use super::worker::{EngineSettings, Leash, PreparationError, Request, Worker};
use crate::check::{Budget, Depth, scan};
use crate::source::Artifact;

/// An artifact within its budget that is about to be compiled.
pub(crate) struct Compilation<'a> {
    engine: &'a Engine,
    cache: Option<&'a Cache>,
    artifact: &'a Artifact,
    by: By,
}

/// Who compiles it.
enum By {
    /// It was compiled before, and so checked in full.
    Cached(Box<Component>),
    Worker(Worker),
    /// The program itself.
    Program,
}

impl<'a> Compilation<'a> {
    /// Measures the artifact, and looks for its code in the cache. Otherwise starts a worker, if the program has opted in.
    ///
    /// # Errors
    ///
    /// When the artifact exceeds its budget, or the worker cannot be started.
    pub(crate) fn start(
        engine: &'a Engine,
        settings: EngineSettings,
        cache: Option<&'a Cache>,
        artifact: &'a Artifact,
        budget: &Budget,
        leash: &Leash,
    ) -> Result<Self, PreparationError> {
        scan(artifact.bytes(), budget, Depth::Declarations)?;
        let by = match cache.and_then(|cache| cache.get(engine, artifact)) {
            Some(component) => By::Cached(Box::new(component)),
            None => {
                scan(artifact.bytes(), budget, Depth::Code)?;
                Worker::start(budget, Some(settings), artifact.bytes(), leash)?
                    .map_or(By::Program, By::Worker)
            }
        };
        Ok(Self { engine, cache, artifact, by })
    }

    /// Lets the worker compare the component with a world before the program does.
    ///
    /// # Errors
    ///
    /// When that takes more than the budget has. Differences are no error here.
    pub(crate) fn try_check(&mut self, world: &[u8], services: &[&[u8]]) -> Result<(), PreparationError> {
        let By::Worker(worker) = &mut self.by else { return Ok(()) };
        let services = services.iter().map(|service| service.to_vec()).collect();
        worker.attempt(&Request::Check { world: world.to_vec(), services })
    }

    /// Compiles the component. The inner error is the compiler's.
    ///
    /// # Errors
    ///
    /// When compiling it takes more than the budget has.
    pub(crate) fn compile(self) -> Result<wasmtime::Result<Component>, PreparationError> {
        let Self { engine, cache, artifact, by } = self;
        let code = match by {
            By::Cached(component) => return Ok(Ok(*component)),
            By::Worker(worker) => match worker.compile()? {
                Ok(code) => code,
                Err(message) => return Ok(Err(wasmtime::Error::msg(message))),
            },
            By::Program => match engine.precompile_component(artifact.bytes()) {
                Ok(code) => code,
                Err(error) => return Ok(Err(error)),
            },
        };
        if let Some(cache) = cache {
            cache.put(artifact, &code);
        }
        Ok(deserialize::component(engine, &code))
    }
}
