//! An instance: a store that is held to its limits, and the guest's bindings in it.

mod blame;
mod call_clock;
mod failure;
mod handover;
mod host_state;
mod limiter;
mod limits;
mod log;
mod log_sink;
mod services;
mod stdio;
mod store;
mod tracked;
mod wasi;

use wasmtime::Store;
use wasmtime::component::{Instance as Exports, InstancePre};

pub use failure::{ContractViolation, Failure, Location};
pub use handover::Handover;
pub use host_state::HostState;
pub use limits::Limits;
pub use log::{LogLevel, LogLine};
pub use services::SERVICES;
pub use tracked::Tracked;

pub(crate) use call_clock::{CallTime, EPOCH_TICK};
pub(crate) use limiter::MemoryGauge;
pub(crate) use log_sink::LogSink;
pub(crate) use services::{STATE_INTERFACE, Stateful, link as link_services};
pub(crate) use store::{Parts, store, within_limits};

use crate::Interface;

/// One instance that can take a call.
pub(crate) struct Instance<I: Interface> {
    pub(crate) store: Store<HostState<I::State>>,
    pub(crate) guest: I,
    /// The exports of `witdock:plugin/state`, if it has them.
    pub(crate) state: Option<Stateful>,
}

/// Why an instance did not start.
#[derive(Debug)]
pub(crate) enum StartError {
    /// The guest failed, or the host could not make its store.
    Failed(Failure),
    /// The application's [`Interface::activate`] did not accept it, in its words.
    Refused { message: String },
}

impl<I: Interface> Instance<I> {
    /// Starts a fresh instance and makes it ready to serve.
    pub(crate) async fn start(
        pre: &InstancePre<HostState<I::State>>,
        keeps_state: bool,
        parts: Parts<'_, I::State>,
    ) -> Result<Self, StartError> {
        let mut store = store(pre.engine(), parts)
            .map_err(|error| StartError::Refused { message: format!("{error:#}") })?;
        let started = within_limits(&mut store, async |store: &mut Store<HostState<I::State>>| {
            let exports: Exports = pre.instantiate_async(&mut *store).await?;
            let guest = I::bind(store, &exports)?;
            let state = keeps_state.then(|| Stateful::new(&mut *store, &exports)).transpose()?;
            Ok((guest, state))
        });
        let (guest, state) = match started.await {
            Ok(started) => started,
            Err(error) => return Err(StartError::Failed(Failure::classify(&error, store.data_mut()))),
        };
        let activated = within_limits(&mut store, async |store: &mut Store<HostState<I::State>>| {
            guest.activate(store).await
        });
        match activated.await {
            Ok(()) => Ok(Self { store, guest, state }),
            Err(error) => Err(match Failure::classify(&error, store.data_mut()) {
                Failure::Host { message } => StartError::Refused { message },
                failure => StartError::Failed(failure),
            }),
        }
    }
}
