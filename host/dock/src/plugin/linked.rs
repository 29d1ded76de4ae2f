//! An artifact made ready to start: checked, granted, compiled and linked.

use std::sync::Arc;

use wasmtime::component::{InstancePre, Linker};

use super::candidate::Candidate;
use super::error::LoadError;
use super::settings::Settings;
use crate::check::{Fit, check};
use crate::grants::{self, Granted, Wanted};
use crate::instance::{
    Handover, Instance, LOG_INTERFACE, Parts, SERVICES, STATE_INTERFACE, StartError, link_services,
};
use crate::source::Digest;
use crate::{HostState, Interface};

/// What instances of one artifact are started from.
pub(crate) struct Linked<I: Interface> {
    pub(crate) digest: Digest,
    pub(crate) pre: InstancePre<HostState<I::State>>,
    pub(crate) granted: Granted,
    /// All of what is granted, as it was asked for.
    pub(crate) wanted: Wanted,
    /// Whether it exports `witdock:plugin/state`.
    pub(crate) keeps_state: bool,
}

impl<I: Interface> Linked<I> {
    /// Checks, compiles and links, on a thread that may block.
    pub(crate) async fn prepare(
        settings: &Arc<Settings<I>>,
        candidate: Candidate,
    ) -> Result<Self, LoadError> {
        let shared = settings.clone();
        let prepared = tokio::task::spawn_blocking(move || prepare(&shared, &candidate)).await;
        prepared.unwrap_or_else(|error| {
            // The compiler panicked, or the runtime shuts down.
            Err(LoadError::Runtime {
                plugin: settings.name.clone(),
                step: "compiled",
                message: error.to_string(),
            })
        })
    }
}

impl<I: Interface> Linked<I> {
    /// Starts a fresh instance. `handover` is what it is told of the state of the one that it replaces.
    pub(crate) async fn start(
        &self,
        settings: &Settings<I>,
        generation: u64,
        handover: Handover,
    ) -> Result<Instance<I>, LoadError> {
        let parts = Parts {
            app: (settings.make_state)(),
            digest: self.digest,
            generation,
            handover,
            granted: &self.granted,
            log: settings.log.clone(),
            gauge: settings.gauge.clone(),
            limits: &settings.limits,
        };
        let plugin = || settings.name.clone();
        Instance::start(&self.pre, self.keeps_state, parts).await.map_err(|error| match error {
            StartError::Failed(failure) => LoadError::Start { plugin: plugin(), failure },
            StartError::Refused { message } => LoadError::NotAccepted { plugin: plugin(), message },
        })
    }
}

fn prepare<I: Interface>(settings: &Settings<I>, candidate: &Candidate) -> Result<Linked<I>, LoadError> {
    let Candidate { artifact, request } = candidate;
    let plugin = &settings.name;
    let services: Vec<&[u8]> = std::iter::once(SERVICES).chain(I::OPTIONAL.iter().copied()).collect();
    let fit = check(artifact.bytes(), I::COMPONENT_TYPE, &services)
        .map_err(|misfit| LoadError::Misfit { plugin: plugin.clone(), misfit })?;
    let wanted = Wanted { plugin: plugin.clone(), request: request.clone(), imports: lent_imports(&fit) };
    let granted = settings
        .policy
        .on(&wanted)
        .grant(request, &wanted.imports)
        .map_err(|refused| LoadError::Refused { plugin: plugin.clone(), refused })?;
    let runtime = |step| {
        move |error: wasmtime::Error| LoadError::Runtime {
            plugin: plugin.clone(),
            step,
            message: format!("{error:#}"),
        }
    };
    let component = settings.dock.compile(artifact).map_err(runtime("compiled"))?;
    let pre = (|| {
        let mut linker = Linker::new(settings.dock.engine());
        wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
        link_services(&mut linker)?;
        I::link(&mut linker)?;
        grants::refuse_ungranted(&mut linker, &component, &granted)?;
        linker.instantiate_pre(&component)
    })()
    .map_err(runtime("linked"))?;
    Ok(Linked { digest: artifact.digest(), pre, granted, wanted, keeps_state: fit.exports(STATE_INTERFACE) })
}

/// The interfaces of the application's own worlds that the component imports: what has to be granted by name.
fn lent_imports(fit: &Fit) -> Vec<String> {
    let of_optional_worlds = fit.services.iter().filter(|item| item.name.path() != LOG_INTERFACE);
    fit.imports
        .iter()
        .chain(of_optional_worlds)
        // An interface of types alone lends nothing.
        .filter(|item| !item.functions.is_empty())
        .map(|item| item.name.to_string())
        .collect()
}
