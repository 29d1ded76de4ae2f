//! The module's functions, and those that the merge generates.
//!
//! A callback that the module lacks is a stub that the merge generates: it continues, or answers true.

/// The bits of `filter.callbacks`, as `host/proxy-wasm/src/callback.rs` has them.
#[derive(Clone, Copy)]
#[repr(u32)]
pub(crate) enum Callback {
    RequestHeaders = 1,
    RequestBody = 1 << 1,
    RequestTrailers = 1 << 2,
    ResponseHeaders = 1 << 3,
    ResponseBody = 1 << 4,
    ResponseTrailers = 1 << 5,
    Log = 1 << 6,
    Done = 1 << 7,
    Delete = 1 << 8,
}

mod raw {
    #[link(wasm_import_module = "filter")]
    unsafe extern "C" {
        pub(super) fn options() -> u32;
        pub(super) fn callbacks() -> u32;
        pub(super) fn start();
        pub(super) fn allocate(size: u32) -> u32;
        pub(super) fn proxy_on_context_create(id: u32, parent: u32);
        pub(super) fn proxy_on_vm_start(id: u32, size: u32) -> u32;
        pub(super) fn proxy_on_configure(id: u32, size: u32) -> u32;
        pub(super) fn proxy_on_tick(id: u32);
        pub(super) fn proxy_on_queue_ready(id: u32, queue: u32);
        pub(super) fn proxy_on_http_call_response(id: u32, call: u32, headers: u32, body: u32, trailers: u32);
        pub(super) fn proxy_on_request_headers(id: u32, count: u32, end: u32) -> u32;
        pub(super) fn proxy_on_request_body(id: u32, size: u32, end: u32) -> u32;
        pub(super) fn proxy_on_request_trailers(id: u32, count: u32) -> u32;
        pub(super) fn proxy_on_response_headers(id: u32, count: u32, end: u32) -> u32;
        pub(super) fn proxy_on_response_body(id: u32, size: u32, end: u32) -> u32;
        pub(super) fn proxy_on_response_trailers(id: u32, count: u32) -> u32;
        pub(super) fn proxy_on_new_connection(id: u32) -> u32;
        pub(super) fn proxy_on_downstream_data(id: u32, size: u32, end: u32) -> u32;
        pub(super) fn proxy_on_downstream_connection_close(id: u32, peer: u32);
        pub(super) fn proxy_on_upstream_data(id: u32, size: u32, end: u32) -> u32;
        pub(super) fn proxy_on_upstream_connection_close(id: u32, peer: u32);
        pub(super) fn proxy_on_done(id: u32) -> u32;
        pub(super) fn proxy_on_log(id: u32);
        pub(super) fn proxy_on_delete(id: u32);
    }
}

macro_rules! functions {
    ($($name:ident ( $($argument:ident),* ) $(-> $result:ty)?;)*) => {
        $(
            pub(crate) fn $name($($argument: u32),*) $(-> $result)? {
                // SAFETY: the merge has checked the signature; the function cannot reach the adapter's memory.
                unsafe { raw::$name($($argument),*) }
            }
        )*
    };
}

functions! {
    options() -> u32;
    callbacks() -> u32;
    start();
    allocate(size) -> u32;
    proxy_on_context_create(id, parent);
    proxy_on_vm_start(id, size) -> u32;
    proxy_on_configure(id, size) -> u32;
    proxy_on_tick(id);
    proxy_on_queue_ready(id, queue);
    proxy_on_http_call_response(id, call, headers, body, trailers);
    proxy_on_request_headers(id, count, end) -> u32;
    proxy_on_request_body(id, size, end) -> u32;
    proxy_on_request_trailers(id, count) -> u32;
    proxy_on_response_headers(id, count, end) -> u32;
    proxy_on_response_body(id, size, end) -> u32;
    proxy_on_response_trailers(id, count) -> u32;
    proxy_on_new_connection(id) -> u32;
    proxy_on_downstream_data(id, size, end) -> u32;
    proxy_on_downstream_connection_close(id, peer);
    proxy_on_upstream_data(id, size, end) -> u32;
    proxy_on_upstream_connection_close(id, peer);
    proxy_on_done(id) -> u32;
    proxy_on_log(id);
    proxy_on_delete(id);
}

pub(crate) fn has(callback: Callback) -> bool {
    callbacks() & callback as u32 != 0
}
