//! `wasi:http/outgoing-handler` 0.2: requests to the hosts that are granted.

mod bounded;
mod connection;
mod outgoing;
#[cfg(test)]
mod tests;
mod tls;

use wasmtime::component::Linker;
use wasmtime_wasi_http::{WasiHttpCtxView, WasiHttpView};

pub(crate) use outgoing::Outgoing;

use super::host_state::HostState;

/// Links `wasi:http`. Without a grant, each request is refused.
///
/// # Errors
///
/// When the linker refuses a definition.
pub(super) fn link<S: Send + 'static>(linker: &mut Linker<HostState<S>>) -> wasmtime::Result<()> {
    wasmtime_wasi_http::p2::add_only_http_to_linker_async(linker)
}

impl<S: Send> WasiHttpView for HostState<S> {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        let Outgoing { context, hooks } = &mut self.http;
        WasiHttpCtxView { hooks, table: &mut self.table, ctx: context }
    }
}
