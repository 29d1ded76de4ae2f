//! `wasi:sockets/ip-name-lookup`, for the names that are granted.

use std::net::IpAddr;
use std::pin::pin;
use std::vec;

use wasmtime::StoreContextMut;
use wasmtime::component::{Linker, Resource, ResourceType};
use wasmtime_wasi::p2::bindings::sockets::network::{ErrorCode, IpAddress};
use wasmtime_wasi::p2::{DynPollable, Network, Pollable, subscribe};
use wasmtime_wasi::runtime::{AbortOnDropJoinHandle, poll_noop, spawn};

use super::host_state::HostState;
use super::names::Unresolved;
use super::wasi_version::VERSION;

type Found = Result<vec::IntoIter<IpAddr>, ErrorCode>;

/// The addresses of a name, one after the other.
enum Addresses {
    Pending(AbortOnDropJoinHandle<Found>),
    Found(Found),
}

#[wasmtime_wasi::async_trait]
impl Pollable for Addresses {
    async fn ready(&mut self) {
        if let Self::Pending(task) = self {
            *self = Self::Found(task.await);
        }
    }
}

impl Addresses {
    fn next(&mut self) -> Result<Option<IpAddress>, ErrorCode> {
        if let Self::Pending(task) = self
            && let Some(found) = poll_noop(pin!(task))
        {
            *self = Self::Found(found);
        }
        match self {
            Self::Pending(_) => Err(ErrorCode::WouldBlock),
            Self::Found(found) => {
                found.as_mut().map_err(|error| *error).map(|left| left.next().map(IpAddress::from))
            }
        }
    }
}

/// Replaces the interface, in a linker that allows shadowing.
///
/// # Errors
///
/// When the linker refuses a definition.
pub(super) fn link<S: Send + 'static>(linker: &mut Linker<HostState<S>>) -> wasmtime::Result<()> {
    let mut instance = linker.instance(&format!("wasi:sockets/ip-name-lookup@{VERSION}"))?;
    instance.resource(
        "resolve-address-stream",
        ResourceType::host::<Addresses>(),
        |mut store: StoreContextMut<'_, HostState<S>>, rep| {
            store.data_mut().table.delete(Resource::<Addresses>::new_own(rep))?;
            Ok(())
        },
    )?;
    instance.func_wrap(
        "resolve-addresses",
        |mut store: StoreContextMut<'_, HostState<S>>, (network, name): (Resource<Network>, String)| {
            let state = store.data_mut();
            // The handle is the permission to call this.
            state.table.get(&network)?;
            let names = state.names.clone();
            let look_up = async move {
                match names.resolve(&name).await {
                    Ok(addresses) => Ok(addresses.into_iter()),
                    Err(Unresolved::NotGranted) => Err(ErrorCode::AccessDenied),
                    Err(Unresolved::NotFound) => Err(ErrorCode::NameUnresolvable),
                }
            };
            let stream = state.table.push(Addresses::Pending(spawn(look_up)))?;
            Ok((Ok::<_, ErrorCode>(stream),))
        },
    )?;
    instance.func_wrap(
        "[method]resolve-address-stream.resolve-next-address",
        |mut store: StoreContextMut<'_, HostState<S>>, (stream,): (Resource<Addresses>,)| {
            Ok((store.data_mut().table.get_mut(&stream)?.next(),))
        },
    )?;
    instance.func_wrap(
        "[method]resolve-address-stream.subscribe",
        |mut store: StoreContextMut<'_, HostState<S>>, (stream,): (Resource<Addresses>,)| {
            let pollable: Resource<DynPollable> = subscribe(&mut store.data_mut().table, stream)?;
            Ok((pollable,))
        },
    )
}
