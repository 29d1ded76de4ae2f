//! Which granted folder a descriptor is in, to count the uses of each.

use wasmtime::StoreContextMut;
use wasmtime::component::{Linker, Resource};
use wasmtime_wasi::filesystem::{Descriptor, WasiFilesystemView as _};
use wasmtime_wasi::p2::FsResult;
use wasmtime_wasi::p2::bindings::filesystem::preopens::Host as _;
use wasmtime_wasi::p2::bindings::filesystem::types::{
    DescriptorStat, HostDescriptor as _, MetadataHashValue, NewTimestamp, PathFlags,
};

use super::descriptors::answer;
use super::host_state::HostState;
use super::wasi_version::VERSION;

impl<S> HostState<S> {
    /// Counts a use of the folder that a descriptor is in.
    pub(super) fn count_folder(&self, descriptor: &Resource<Descriptor>, writes: bool) {
        if let Some(nth) = self.folders.of(descriptor.rep()) {
            self.uses.count_folder(nth, writes);
        }
    }

    /// What was opened in a folder is in the same granted one.
    pub(super) fn inherit_folder(&mut self, folder: u32, opened: &Resource<Descriptor>) {
        if let Some(nth) = self.folders.of(folder) {
            self.folders.note(opened.rep(), nth);
        }
    }
}

/// Replaces a function that takes a folder and a path, by one that counts first.
macro_rules! counted {
    ($files:ident, $name:literal, writes: $writes:literal, $method:ident($($argument:ident: $type:ty),*) -> $value:ty) => {
        $files.func_wrap_async(
            concat!("[method]descriptor.", $name),
            |mut store: StoreContextMut<'_, HostState<S>>,
             (folder, $($argument,)*): (Resource<Descriptor>, $($type,)*)| {
                Box::new(async move {
                    let state = store.data_mut();
                    state.count_folder(&folder, $writes);
                    let result: FsResult<$value> = state.filesystem().$method(folder, $($argument),*).await;
                    answer(state, result)
                })
            },
        )?
    };
}

/// Replaces the functions of WASI that give the granted folders, and those that take a path in one, in a linker that allows shadowing. The functions that open
/// something count for themselves.
///
/// # Errors
///
/// When the linker refuses a definition.
pub(super) fn link<S: Send + 'static>(linker: &mut Linker<HostState<S>>) -> wasmtime::Result<()> {
    linker.instance(&format!("wasi:filesystem/preopens@{VERSION}"))?.func_wrap(
        "get-directories",
        |mut store: StoreContextMut<'_, HostState<S>>, (): ()| {
            let state = store.data_mut();
            let folders: Vec<(Resource<Descriptor>, String)> = state.filesystem().get_directories()?;
            // In the order of the grants that the context was built from.
            for (nth, (folder, _)) in folders.iter().enumerate() {
                state.folders.note(folder.rep(), nth);
            }
            Ok((folders,))
        },
    )?;
    let mut files = linker.instance(&format!("wasi:filesystem/types@{VERSION}"))?;
    counted!(files, "stat-at", writes: false, stat_at(flags: PathFlags, path: String) -> DescriptorStat);
    counted!(files, "metadata-hash-at", writes: false, metadata_hash_at(flags: PathFlags, path: String) -> MetadataHashValue);
    counted!(files, "readlink-at", writes: false, readlink_at(path: String) -> String);
    counted!(files, "create-directory-at", writes: true, create_directory_at(path: String) -> ());
    counted!(files, "remove-directory-at", writes: true, remove_directory_at(path: String) -> ());
    counted!(files, "unlink-file-at", writes: true, unlink_file_at(path: String) -> ());
    counted!(files, "symlink-at", writes: true, symlink_at(target: String, path: String) -> ());
    counted!(files, "set-times-at", writes: true,
        set_times_at(flags: PathFlags, path: String, accessed: NewTimestamp, modified: NewTimestamp) -> ());
    counted!(files, "rename-at", writes: true, rename_at(path: String, to: Resource<Descriptor>, new_path: String) -> ());
    counted!(files, "link-at", writes: true,
        link_at(flags: PathFlags, path: String, to: Resource<Descriptor>, new_path: String) -> ());
    Ok(())
}
