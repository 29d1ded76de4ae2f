//! Runs a component for a tool that learns its types at run time: with limits and grants, without bindings or reload.

use std::sync::Arc;

use tokio::sync::broadcast;
use wasmtime::Store;
use wasmtime::component::{Component, Instance, InstancePre, Linker};

use crate::compile::{Leash, PreparationError, Symbols};
use crate::dock::locate;
use crate::foreign::Digest;
use crate::grants::{self, Granted};
use crate::instance::{
    self, Failure, Handover, Limits, LogLine, LogSink, Stepping, StopMark, Timing, link_services, link_wasi,
    within_limits,
};
use crate::source::Artifact;
use crate::text;
use crate::{Dock, HostState};

/// A compiled and linked component without grants for the system. It is linked to WASI 0.2 like every plugin, to
/// `witdock:plugin/log`, and to the functions that the tool provides in place of an application.
pub struct Sandbox<S: Send + 'static> {
    dock: Dock,
    name: Arc<str>,
    granted: Granted,
    digest: Digest,
    pre: InstancePre<HostState<S>>,
    limits: Limits,
    symbols: Symbols,
}

/// A component could not be compiled or linked.
#[derive(Debug, thiserror::Error)]
#[error("the component cannot be {step}: {}", text::block(message))]
#[non_exhaustive]
pub struct SandboxError {
    /// The step that failed: `compiled` or `linked`.
    pub step: &'static str,
    /// The message of the runtime.
    pub message: String,
}

impl<S: Send + 'static> Sandbox<S> {
    /// Compiles a component, or takes it from the dock's cache, and links it. `name` is its name in log lines. `link`
    /// defines the imports beyond WASI 0.2 and the dock's services. Blocks.
    ///
    /// # Errors
    ///
    /// When the bytes are not a valid component, or an import is missing or has another type.
    pub fn new(
        dock: &Dock,
        name: &str,
        artifact: &Artifact,
        limits: Limits,
        link: impl FnOnce(&mut Linker<HostState<S>>) -> wasmtime::Result<()>,
    ) -> Result<Self, SandboxError> {
        let failed =
            |step| move |error: wasmtime::Error| SandboxError { step, message: format!("{error:#}") };
        let name: Arc<str> = name.into();
        // Standard output and standard error become log lines, which the tool shows.
        let granted = Granted::to_sandbox(name.clone());
        let over = |error: PreparationError| SandboxError { step: "compiled", message: error.to_string() };
        let compilation = dock.compilation(artifact, &limits.budget, &Leash::default()).map_err(over)?;
        let component = compilation.compile().map_err(over)?.map_err(failed("compiled"))?;
        let pre = linked(dock, &component, &granted, link).map_err(failed("linked"))?;
        Ok(Self {
            dock: dock.clone(),
            name,
            granted,
            digest: artifact.digest(),
            pre,
            limits,
            symbols: dock.symbols(artifact),
        })
    }

    /// Starts a fresh instance. `app` is the tool's data for it.
    ///
    /// # Errors
    ///
    /// When the component traps or exceeds a limit while it starts.
    pub async fn start(&self, app: S) -> Result<SandboxInstance<S>, Failure> {
        // The tool reads the lines afterwards, so nobody listens meanwhile.
        let log = LogSink::new(
            self.name.clone(),
            self.dock.log_level(),
            self.limits.log_lines_per_second,
            broadcast::Sender::new(1),
        );
        let parts = instance::Parts {
            app,
            digest: self.digest,
            generation: 1,
            handover: Handover::None,
            granted: &self.granted,
            uses: Arc::default(),
            log: log.clone(),
            ledger: Arc::default(),
            limits: &self.limits,
            stop: StopMark::new(Arc::default()),
            stepping: Stepping::Yields,
            #[cfg(feature = "keyvalue")]
            stores: Arc::default(),
        };
        let host = |error: wasmtime::Error| Failure::Host { message: format!("{error:#}") };
        let mut store = instance::store(self.dock.engine(), parts).map_err(host)?;
        let started =
            within_limits(&mut store, Timing::Exact, None, async |store: &mut Store<HostState<S>>| {
                self.pre.instantiate_async(store).await
            })
            .await;
        match started {
            Ok(instance) => Ok(SandboxInstance { store, instance, log, symbols: self.symbols.clone() }),
            Err(error) => {
                let mut failure = Failure::classify(&error, store.data_mut());
                locate(&mut failure, &error, &self.symbols).await;
                Err(failure)
            }
        }
    }
}

fn linked<S: Send + 'static>(
    dock: &Dock,
    component: &Component,
    granted: &Granted,
    link: impl FnOnce(&mut Linker<HostState<S>>) -> wasmtime::Result<()>,
) -> wasmtime::Result<InstancePre<HostState<S>>> {
    let mut linker = Linker::new(dock.engine());
    link_wasi(&mut linker, Stepping::Yields)?;
    link_services(&mut linker)?;
    linker.allow_shadowing(true);
    link(&mut linker)?;
    linker.allow_shadowing(false);
    grants::refuse_ungranted(&mut linker, component, granted)?;
    linker.instantiate_pre(component)
}

/// One instance in a [`Sandbox`].
pub struct SandboxInstance<S: Send + 'static> {
    store: Store<HostState<S>>,
    instance: Instance,
    log: LogSink,
    symbols: Symbols,
}

impl<S: Send + 'static> SandboxInstance<S> {
    /// Runs guest code under the limits of one call. After a failure the instance must not be called again: start another.
    ///
    /// # Errors
    ///
    /// When the guest traps or exceeds a limit, or when `run` returns an error of its own.
    pub async fn call<R>(
        &mut self,
        run: impl AsyncFnOnce(&Instance, &mut Store<HostState<S>>) -> wasmtime::Result<R>,
    ) -> Result<R, Failure> {
        let instance = self.instance;
        let result =
            within_limits(&mut self.store, Timing::Exact, None, async |store: &mut Store<HostState<S>>| {
                run(&instance, store).await
            })
            .await;
        match result {
            Ok(value) => Ok(value),
            Err(error) => {
                let mut failure = Failure::classify(&error, self.store.data_mut());
                locate(&mut failure, &error, &self.symbols).await;
                Err(failure)
            }
        }
    }

    /// The data that [`Sandbox::start`] was given.
    pub fn app(&mut self) -> &mut S {
        &mut self.store.data_mut().app
    }

    /// The last lines that the guest logged and printed, at most 256, the newest last.
    pub fn log(&self) -> Vec<LogLine> {
        self.log.recent()
    }
}
