//! Counts the uses of the clocks, of random bytes and of the environment.
//!
//! wasmtime-wasi has no hook for them, so their functions are replaced by ones that count first. What is not granted is replaced again, by what
//! refuses it.

use wasmtime::StoreContextMut;
use wasmtime::component::{Linker, Resource};
use wasmtime_wasi::cli::WasiCliView as _;
use wasmtime_wasi::clocks::WasiClocksView as _;
use wasmtime_wasi::p2::DynPollable;
use wasmtime_wasi::p2::bindings::cli::environment::Host as _;
use wasmtime_wasi::p2::bindings::clocks::monotonic_clock::{self, Host as _};
use wasmtime_wasi::p2::bindings::clocks::wall_clock::{self, Datetime};
use wasmtime_wasi::p2::bindings::random::random::Host as _;
use wasmtime_wasi::random::WasiRandomView as _;

use super::host_state::HostState;
use super::wasi_version::VERSION;
use crate::grants::CapabilityKind;

/// Replaces the functions, in a linker that allows shadowing.
///
/// # Errors
///
/// When the linker refuses a definition.
pub(super) fn link<S: Send + 'static>(linker: &mut Linker<HostState<S>>) -> wasmtime::Result<()> {
    type Store<'a, S> = StoreContextMut<'a, HostState<S>>;
    fn counted<'a, S>(store: &'a mut Store<'_, S>, kind: CapabilityKind) -> &'a mut HostState<S> {
        let state = store.data_mut();
        state.uses.count(kind);
        state
    }

    let mut clock = linker.instance(&format!("wasi:clocks/wall-clock@{VERSION}"))?;
    clock.func_wrap("now", |mut store: Store<'_, S>, (): ()| -> wasmtime::Result<(Datetime,)> {
        let state = counted(&mut store, CapabilityKind::Clocks);
        Ok((wall_clock::Host::now(&mut state.clocks())?,))
    })?;
    let mut clock = linker.instance(&format!("wasi:clocks/monotonic-clock@{VERSION}"))?;
    clock.func_wrap("now", |mut store: Store<'_, S>, (): ()| -> wasmtime::Result<(u64,)> {
        let state = counted(&mut store, CapabilityKind::Clocks);
        Ok((monotonic_clock::Host::now(&mut state.clocks())?,))
    })?;
    clock.func_wrap("subscribe-instant", |mut store: Store<'_, S>, (when,): (u64,)| {
        let pollable: Resource<DynPollable> =
            counted(&mut store, CapabilityKind::Clocks).clocks().subscribe_instant(when)?;
        Ok((pollable,))
    })?;
    clock.func_wrap("subscribe-duration", |mut store: Store<'_, S>, (when,): (u64,)| {
        let pollable: Resource<DynPollable> =
            counted(&mut store, CapabilityKind::Clocks).clocks().subscribe_duration(when)?;
        Ok((pollable,))
    })?;
    let mut random = linker.instance(&format!("wasi:random/random@{VERSION}"))?;
    random.func_wrap("get-random-bytes", |mut store: Store<'_, S>, (length,): (u64,)| {
        Ok((counted(&mut store, CapabilityKind::Random).random().get_random_bytes(length)?,))
    })?;
    random.func_wrap("get-random-u64", |mut store: Store<'_, S>, (): ()| {
        Ok((counted(&mut store, CapabilityKind::Random).random().get_random_u64()?,))
    })?;
    let mut environment = linker.instance(&format!("wasi:cli/environment@{VERSION}"))?;
    environment.func_wrap("get-environment", |mut store: Store<'_, S>, (): ()| {
        Ok((counted(&mut store, CapabilityKind::Env).cli().get_environment()?,))
    })
}
