//! The adapter between Proxy-Wasm and `witdock:proxy`.
//!
//! It is built as a core module and merged with a filter's module: the functions that it exports as `env#proxy_…` are the module's imports, and what
//! it imports from `filter` are the module's exports and a few functions that the merge generates. It has a memory of its own. All that it reads
//! from the module's memory is copied first, and no number of the module is trusted.

#![no_std]

extern crate alloc;

mod abi;
mod bindings;
mod context;
mod memory;
mod module;
mod pairs;
mod root;
mod semantics;
mod single;
mod status;
mod stream;
mod tcp;
mod text;

#[global_allocator]
static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

/// Ends the call that a filter's fault has led to.
#[cfg(target_arch = "wasm32")]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}

struct Adapter;

bindings::export!(Adapter with_types_in bindings);
