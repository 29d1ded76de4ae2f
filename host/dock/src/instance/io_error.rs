//! What a guest reads of an error of a stream.
//!
//! wasmtime-wasi gives the debug form, which has a backtrace of the host where the host's environment asks for one: names and paths that
//! are not the guest's to know. This gives the messages alone.

use wasmtime::StoreContextMut;
use wasmtime::component::{Linker, Resource};

use super::host_state::HostState;
use super::wasi_version::VERSION;

/// Replaces the function, in a linker that allows shadowing.
///
/// # Errors
///
/// When the linker refuses a definition.
pub(super) fn link<S: Send + 'static>(linker: &mut Linker<HostState<S>>) -> wasmtime::Result<()> {
    linker.instance(&format!("wasi:io/error@{VERSION}"))?.func_wrap(
        "[method]error.to-debug-string",
        |store: StoreContextMut<'_, HostState<S>>, (error,): (Resource<wasmtime::Error>,)| {
            let error = store.data().table.get(&error)?;
            Ok((format!("{error:#}"),))
        },
    )
}
