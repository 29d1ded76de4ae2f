//! One live instance of a plugin: a store, and the guest's bindings in it.

use wasmtime::Store;
use wasmtime::component::{Instance as Exports, InstancePre};

use crate::compile::Symbols;
use crate::dock::locate;
use crate::instance::{Failure, Parts, Stateful, Timing, store, within_limits};
use crate::{HostState, Interface};

/// An instance that can take a call. It is boxed, since each use moves it out of its generation and back.
pub(crate) struct Instance<I: Interface> {
    pub(crate) store: Store<HostState<I::State>>,
    pub(crate) guest: I,
    /// The exports of `witdock:plugin/state`, if it has them.
    pub(crate) state: Option<Stateful>,
    pub(crate) symbols: Symbols,
}

/// Why an instance did not start.
#[derive(Debug)]
pub(crate) enum StartError {
    /// The guest failed, or the host could not make its store.
    Failed(Failure),
    /// The application's [`Interface::activate`] returned an error.
    Refused { message: String },
}

impl<I: Interface> Instance<I> {
    /// Starts a fresh instance and activates it.
    pub(crate) async fn start(
        pre: &InstancePre<HostState<I::State>>,
        keeps_state: bool,
        symbols: &Symbols,
        parts: Parts<'_, I::State>,
    ) -> Result<Box<Self>, StartError> {
        let mut store = store(pre.engine(), parts)
            .map_err(|error| StartError::Refused { message: format!("{error:#}") })?;
        let started =
            within_limits(&mut store, Timing::Exact, None, async |store: &mut Store<HostState<I::State>>| {
                let exports: Exports = pre.instantiate_async(&mut *store).await?;
                let guest = I::bind(store, &exports)?;
                let state = keeps_state.then(|| Stateful::new(&mut *store, &exports)).transpose()?;
                Ok((guest, state))
            });
        let (guest, state) = match started.await {
            Ok(started) => started,
            Err(error) => {
                let mut failure = Failure::classify(&error, store.data_mut());
                locate(&mut failure, &error, symbols).await;
                return Err(StartError::Failed(failure));
            }
        };
        let activated =
            within_limits(&mut store, Timing::Exact, None, async |store: &mut Store<HostState<I::State>>| {
                guest.activate(store).await
            });
        match activated.await {
            Ok(()) => Ok(Box::new(Self { store, guest, state, symbols: symbols.clone() })),
            Err(error) => Err(match Failure::classify(&error, store.data_mut()) {
                Failure::Host { message } => StartError::Refused { message },
                mut failure => {
                    locate(&mut failure, &error, symbols).await;
                    StartError::Failed(failure)
                }
            }),
        }
    }
}
