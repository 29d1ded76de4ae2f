//! Bounds the files, sockets and streams that a plugin holds: the host and all its plugins share the process's descriptors.
//!
//! wasmtime-wasi has no hook for them, so the functions that open one are replaced here by ones that count first. What is not
//! a regular file or a folder is not opened at all: opening a pipe may wait forever, in a thread that nothing can end.

use wasmtime::StoreContextMut;
use wasmtime::component::{Linker, Resource, ResourceTable};
use wasmtime_wasi::WasiView as _;
use wasmtime_wasi::filesystem::{Descriptor, WasiFilesystemView as _};
use wasmtime_wasi::p2::bindings::filesystem::types::{
    DescriptorFlags, DescriptorType, DirectoryEntryStream, ErrorCode, HostDescriptor, OpenFlags, PathFlags,
};
use wasmtime_wasi::p2::bindings::sockets::network::{ErrorCode as SocketErrorCode, IpAddressFamily};
use wasmtime_wasi::p2::bindings::sockets::{tcp_create_socket, udp_create_socket};
use wasmtime_wasi::p2::{DynInputStream, DynOutputStream, FsResult, SocketResult, TcpSocket, UdpSocket};
use wasmtime_wasi::sockets::WasiSocketsView as _;

use super::host_state::HostState;
use super::wasi_version::VERSION;

/// The error of opening one more than [`Limits::descriptors`](super::Limits::descriptors).
#[derive(Debug, thiserror::Error)]
#[error("the plugin holds too many files, sockets and streams")]
pub(crate) struct TooManyDescriptors;

/// Replaces the functions of WASI that open something, in a linker that allows shadowing.
///
/// # Errors
///
/// When the linker refuses a definition.
pub(super) fn link<S: Send + 'static>(linker: &mut Linker<HostState<S>>) -> wasmtime::Result<()> {
    let mut files = linker.instance(&format!("wasi:filesystem/types@{VERSION}"))?;
    files.func_wrap_async(
        "[method]descriptor.open-at",
        |mut store: StoreContextMut<'_, HostState<S>>, open: Open| {
            Box::new(async move {
                let state = store.data_mut();
                state.count_folder(&open.0, writes(&open));
                state.before_opening()?;
                let folder = open.0.rep();
                let opened =
                    open_at(state, open).await.inspect(|opened| state.inherit_folder(folder, opened));
                answer(state, opened)
            })
        },
    )?;
    files.func_wrap_async(
        "[method]descriptor.read-directory",
        |mut store: StoreContextMut<'_, HostState<S>>, (folder,): (Resource<Descriptor>,)| {
            Box::new(async move {
                let state = store.data_mut();
                state.count_folder(&folder, false);
                state.before_opening()?;
                let listing: FsResult<Resource<DirectoryEntryStream>> =
                    state.filesystem().read_directory(folder).await;
                answer(state, listing)
            })
        },
    )?;
    files.func_wrap(
        "[method]descriptor.read-via-stream",
        |mut store: StoreContextMut<'_, HostState<S>>, (file, offset): (Resource<Descriptor>, u64)| {
            let state = store.data_mut();
            state.before_opening()?;
            let stream: FsResult<Resource<DynInputStream>> = state.filesystem().read_via_stream(file, offset);
            answer(state, stream)
        },
    )?;
    files.func_wrap(
        "[method]descriptor.write-via-stream",
        |mut store: StoreContextMut<'_, HostState<S>>, (file, offset): (Resource<Descriptor>, u64)| {
            let state = store.data_mut();
            state.before_opening()?;
            let stream: FsResult<Resource<DynOutputStream>> =
                state.filesystem().write_via_stream(file, offset);
            answer(state, stream)
        },
    )?;
    files.func_wrap(
        "[method]descriptor.append-via-stream",
        |mut store: StoreContextMut<'_, HostState<S>>, (file,): (Resource<Descriptor>,)| {
            let state = store.data_mut();
            state.before_opening()?;
            let stream: FsResult<Resource<DynOutputStream>> = state.filesystem().append_via_stream(file);
            answer(state, stream)
        },
    )?;
    linker.instance(&format!("wasi:sockets/tcp-create-socket@{VERSION}"))?.func_wrap(
        "create-tcp-socket",
        |mut store: StoreContextMut<'_, HostState<S>>, (family,): (IpAddressFamily,)| {
            let state = store.data_mut();
            state.before_opening()?;
            let socket = tcp_create_socket::Host::create_tcp_socket(&mut state.sockets(), family);
            socket_answer(socket)
        },
    )?;
    linker.instance(&format!("wasi:sockets/udp-create-socket@{VERSION}"))?.func_wrap_async(
        "create-udp-socket",
        |mut store: StoreContextMut<'_, HostState<S>>, (family,): (IpAddressFamily,)| {
            Box::new(async move {
                let state = store.data_mut();
                state.before_opening()?;
                let socket = udp_create_socket::Host::create_udp_socket(&mut state.sockets(), family).await;
                socket_answer(socket)
            })
        },
    )
}

/// Whether what is opened may be written to, or is made or cut by opening it.
fn writes((_, _, _, open_flags, flags): &Open) -> bool {
    flags.contains(DescriptorFlags::WRITE) || open_flags.intersects(OpenFlags::CREATE | OpenFlags::TRUNCATE)
}

/// The parameters of `open-at`.
type Open = (Resource<Descriptor>, PathFlags, String, OpenFlags, DescriptorFlags);

async fn open_at<S: Send>(state: &mut HostState<S>, open: Open) -> FsResult<Resource<Descriptor>> {
    let (folder, path_flags, path, open_flags, flags) = open;
    let mut files = state.filesystem();
    let same_folder = Resource::new_borrow(folder.rep());
    if let Ok(found) = files.stat_at(same_folder, path_flags, path.clone()).await {
        // A link is one that must not be followed; the system refuses it.
        let opens_at_once = matches!(
            found.type_,
            DescriptorType::RegularFile | DescriptorType::Directory | DescriptorType::SymbolicLink
        );
        if !opens_at_once {
            return Err(ErrorCode::NotPermitted.into());
        }
    }
    files.open_at(folder, path_flags, path, open_flags, flags).await
}

/// The results of a function as the guest gets them: an error of WASI is a value, any other one a trap.
pub(super) fn answer<S: Send, R>(
    state: &mut HostState<S>,
    result: FsResult<R>,
) -> wasmtime::Result<(Result<R, ErrorCode>,)> {
    use wasmtime_wasi::p2::bindings::filesystem::types::Host as _;
    Ok((match result {
        Ok(value) => Ok(value),
        Err(error) => Err(state.filesystem().convert_error_code(error)?),
    },))
}

fn socket_answer<R>(result: SocketResult<R>) -> wasmtime::Result<(Result<R, SocketErrorCode>,)> {
    Ok((match result {
        Ok(value) => Ok(value),
        Err(error) => Err(error.downcast()?),
    },))
}

impl<S: Send> HostState<S> {
    /// Counts what this instance holds, and refuses one more if all instances of the plugin hold as many as they may.
    fn before_opening(&mut self) -> wasmtime::Result<()> {
        let held = count(self.ctx().table);
        let entry = &mut self.limiter.entry;
        entry.set_descriptors(held);
        if entry.all_descriptors() >= self.limits.descriptors {
            return Err(TooManyDescriptors.into());
        }
        // With the one that is opened next: the instances of a pool open theirs at the same time.
        entry.set_descriptors(held + 1);
        Ok(())
    }
}

impl<S> HostState<S> {
    /// Enters what the instance holds after a call into its plugin's ledger, if that bounds others: their descriptors come from one sum.
    #[inline]
    pub(crate) fn end_call(&mut self) {
        if self.limiter.entry.descriptors() > 0 {
            self.limiter.entry.set_descriptors(count(&mut self.table));
        }
    }

    /// Enters all that the instance holds into its plugin's ledger. It reads the whole table of handles.
    pub(crate) fn take_stock(&mut self) {
        self.limiter.entry.set_handles(self.table.iter_mut().count());
        self.limiter.entry.set_descriptors(count(&mut self.table));
    }
}

/// The entries of a table that are descriptors, or keep one open.
fn count(table: &mut ResourceTable) -> usize {
    table
        .iter_mut()
        .filter(|entry| {
            entry.is::<Descriptor>()
                || entry.is::<DirectoryEntryStream>()
                || entry.is::<DynInputStream>()
                || entry.is::<DynOutputStream>()
                || entry.is::<TcpSocket>()
                || entry.is::<UdpSocket>()
        })
        .count()
}
