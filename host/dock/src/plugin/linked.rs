//! An artifact made ready to start: checked, granted, compiled and linked.

use std::sync::Arc;

use wasmtime::component::{InstancePre, Linker};

use super::candidate::Candidate;
use super::error::LoadError;
use super::instance::{Instance, StartError};
use super::settings::Settings;
use crate::check::{Fit, Misfit, check_scanned};
use crate::compile::{Leash, Symbols};
use crate::foreign::Digest;
use crate::grants::{self, CapabilityKind, Claim, Grant, Granted, Guarded, Paths, Requested, Uses};
use crate::instance::{
    Handover, Parts, SERVICES, STATE_INTERFACE, Stepping, StopMark, link_services, link_wasi,
};
use crate::{HostState, Interface};

/// A linked artifact, from which instances are started.
pub(crate) struct Linked<I: Interface> {
    pub(crate) digest: Digest,
    pub(crate) pre: InstancePre<HostState<I::State>>,
    pub(crate) requested: Requested,
    pub(crate) granted: Granted,
    /// Where its instances count what they use of it.
    uses: Arc<Uses>,
    #[cfg(feature = "keyvalue")]
    stores: Arc<crate::instance::OpenStores>,
    symbols: Symbols,
    /// Whether it exports `witdock:plugin/state`.
    pub(crate) keeps_state: bool,
    /// On the folders that it may write to and the programs that it may run, for as long as one of its instances may run.
    _claim: Claim,
}

impl<I: Interface> Linked<I> {
    /// Checks, compiles and links, on a thread that may block.
    pub(crate) async fn prepare(
        settings: &Arc<Settings<I>>,
        candidate: Candidate,
    ) -> Result<Self, LoadError> {
        let shared = settings.clone();
        let leash = Leash::default();
        // A plugin that is stopped, and a runtime that shuts down, wait for no compiler.
        let _cut = leash.cut_at_end();
        let prepared = tokio::task::spawn_blocking(move || prepare(&shared, &candidate, &leash)).await;
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
    /// Starts a fresh instance. `handover` is its [`HostState::handover`].
    pub(crate) async fn start(
        &self,
        settings: &Settings<I>,
        generation: u64,
        handover: Handover,
    ) -> Result<Box<Instance<I>>, LoadError> {
        let parts = Parts {
            app: (settings.make_state)(),
            digest: self.digest,
            generation,
            handover,
            granted: &self.granted,
            uses: self.uses.clone(),
            log: settings.log.clone(),
            ledger: settings.ledger.clone(),
            limits: &settings.limits,
            stop: StopMark::new(settings.stop.clone()),
            stepping: stepping::<I>(),
            #[cfg(feature = "keyvalue")]
            stores: self.stores.clone(),
        };
        let plugin = || settings.name.clone();
        Instance::start(&self.pre, self.keeps_state, &self.symbols, parts).await.map_err(
            |error| match error {
                StartError::Failed(failure) => LoadError::Start { plugin: plugin(), failure },
                StartError::Refused { message } => LoadError::NotAccepted { plugin: plugin(), message },
            },
        )
    }
}

/// Compares a component within its budget with the interface's worlds.
pub(crate) fn fit<I: Interface>(component: &[u8]) -> Result<Fit, Misfit> {
    check_scanned(component, I::COMPONENT_TYPE, &services::<I>())
}

/// The further worlds that it is compared with.
fn services<I: Interface>() -> Vec<&'static [u8]> {
    std::iter::once(SERVICES).chain(I::OPTIONAL.iter().copied()).collect()
}

fn stepping<I: Interface>() -> Stepping {
    if I::SYNCHRONOUS { Stepping::Continues } else { Stepping::Yields }
}

fn prepare<I: Interface>(
    settings: &Settings<I>,
    candidate: &Candidate,
    leash: &Leash,
) -> Result<Linked<I>, LoadError> {
    let Candidate { artifact, request } = candidate;
    let plugin = &settings.name;
    let over = |error| LoadError::Preparation { plugin: plugin.clone(), error };
    let mut compilation =
        settings.dock.compilation(artifact, &settings.limits.budget, leash).map_err(over)?;
    compilation.try_check(I::COMPONENT_TYPE, &services::<I>()).map_err(over)?;
    let fit =
        fit::<I>(artifact.bytes()).map_err(|misfit| LoadError::Misfit { plugin: plugin.clone(), misfit })?;
    let requested = Requested::new(plugin.clone(), artifact.digest(), request, &fit)
        .signed(artifact.signature().cloned());
    let granted = settings
        .policy
        .grant(&requested)
        .map_err(|refused| LoadError::Refused { plugin: plugin.clone(), refused })?;
    let claim = claim(settings, &granted)?;
    if I::SYNCHRONOUS {
        let waits = |grant: &&Grant| {
            matches!(
                grant.capability.kind(),
                CapabilityKind::Folder | CapabilityKind::Http | CapabilityKind::Network
            )
        };
        if let Some(Grant { capability, .. }) = granted.grants.iter().find(waits) {
            let message = format!(
                "it is granted {capability}, but a synchronous interface provides neither folders nor network nor HTTP"
            );
            return Err(LoadError::Runtime { plugin: plugin.clone(), step: "linked", message });
        }
    }
    let runtime = |step| {
        move |error: wasmtime::Error| LoadError::Runtime {
            plugin: plugin.clone(),
            step,
            message: format!("{error:#}"),
        }
    };
    #[cfg(feature = "keyvalue")]
    let stores = settings.stores.open(&granted).map_err(|error| LoadError::Runtime {
        plugin: plugin.clone(),
        step: "linked",
        message: error.to_string(),
    })?;
    let component = compilation.compile().map_err(over)?.map_err(runtime("compiled"))?;
    let pre = (|| {
        let mut linker = Linker::new(settings.dock.engine());
        link_wasi(&mut linker, stepping::<I>())?;
        link_services(&mut linker)?;
        I::link(&mut linker)?;
        grants::refuse_ungranted(&mut linker, &component, &granted)?;
        linker.instantiate_pre(&component)
    })()
    .map_err(runtime("linked"))?;
    let keeps_state = fit.exports(STATE_INTERFACE);
    let uses = settings.history.of(&granted, artifact.digest());
    // Their calls go through the application's own bindings, where nothing counts them.
    uses.count(CapabilityKind::Import);
    let symbols = settings.dock.symbols(artifact);
    Ok(Linked {
        digest: artifact.digest(),
        pre,
        requested,
        granted,
        uses,
        #[cfg(feature = "keyvalue")]
        stores: Arc::new(stores),
        symbols,
        keeps_state,
        _claim: claim,
    })
}

/// Claims the folders that the plugin may write to, and the programs that it may run: nobody may write to those.
fn claim<I: Interface>(settings: &Settings<I>, granted: &Granted) -> Result<Claim, LoadError> {
    let plugin = &settings.name;
    let writable = granted.writable().map(grants::real_path).collect();
    let programs = granted.programs().filter_map(|(_, path)| path);
    let stores = granted.stores().filter_map(|(_, store)| store.file.clone());
    let guarded = programs.flat_map(Guarded::program).chain(stores.map(Guarded::all_of)).collect();
    let paths = Paths { plugin: Some(plugin.clone()), guarded, writable };
    let claimed = settings.dock.ground().claim(paths);
    claimed.map_err(|conflict| LoadError::Protected { plugin: plugin.clone(), conflict })
}
