//! The functions that a module exports for its host.

use wasmparser::ValType::{self, I32};

use crate::AbiVersion;
use crate::signature::Signature;

/// A callback of the ABI.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Callback {
    pub(crate) name: &'static str,
    params: &'static [ValType],
    returns: Returns,
    /// The bit that tells the adapter that the module has it, as `adapter/src/module.rs` has them. 0: it need not know.
    pub(crate) bit: i32,
}

/// What a callback returns, and what the adapter gets where the module lacks it.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Returns {
    Nothing,
    /// 0: it continues.
    Action,
    /// 1: it agrees.
    Truth,
}

const fn callback(name: &'static str, params: usize, returns: Returns, bit: i32) -> Callback {
    const MOST: [ValType; 5] = [I32; 5];
    Callback { name, params: MOST.split_at(params).0, returns, bit }
}

use Returns::{Action, Nothing, Truth};

/// All callbacks, in the order of a stream's life.
pub(crate) const CALLBACKS: [Callback; 26] = [
    callback("proxy_on_context_create", 2, Nothing, 0),
    callback("proxy_on_vm_start", 2, Truth, 0),
    callback("proxy_on_configure", 2, Truth, 0),
    callback("proxy_on_tick", 1, Nothing, 0),
    callback("proxy_on_queue_ready", 2, Nothing, 0),
    callback("proxy_on_new_connection", 1, Action, 0),
    callback("proxy_on_downstream_data", 3, Action, 0),
    callback("proxy_on_downstream_connection_close", 2, Nothing, 0),
    callback("proxy_on_upstream_data", 3, Action, 0),
    callback("proxy_on_upstream_connection_close", 2, Nothing, 0),
    callback("proxy_on_request_headers", 3, Action, 1),
    callback("proxy_on_request_body", 3, Action, 1 << 1),
    callback("proxy_on_request_trailers", 2, Action, 1 << 2),
    callback("proxy_on_request_metadata", 2, Action, 0),
    callback("proxy_on_response_headers", 3, Action, 1 << 3),
    callback("proxy_on_response_body", 3, Action, 1 << 4),
    callback("proxy_on_response_trailers", 2, Action, 1 << 5),
    callback("proxy_on_response_metadata", 2, Action, 0),
    callback("proxy_on_http_call_response", 5, Nothing, 0),
    callback("proxy_on_grpc_receive_initial_metadata", 3, Nothing, 0),
    callback("proxy_on_grpc_receive", 3, Nothing, 0),
    callback("proxy_on_grpc_receive_trailing_metadata", 3, Nothing, 0),
    callback("proxy_on_grpc_close", 3, Nothing, 0),
    callback("proxy_on_log", 1, Nothing, 1 << 6),
    callback("proxy_on_done", 1, Truth, 1 << 7),
    callback("proxy_on_delete", 1, Nothing, 1 << 8),
];

/// Calls a module's foreign function; it is not in ABI 0.1.0.
pub(crate) const FOREIGN: Callback = callback("proxy_on_foreign_function", 3, Nothing, 0);

/// What starts a module.
pub(crate) const STARTS: [(&str, Signature); 4] = [
    ("_initialize", Signature { params: &[], results: &[] }),
    ("_start", Signature { params: &[], results: &[] }),
    ("main", Signature { params: &[I32, I32], results: &[I32] }),
    ("__main_void", Signature { params: &[], results: &[I32] }),
];

/// What allocates memory for results. The host prefers the first one that is there.
pub(crate) const ALLOCATORS: [&str; 2] = ["proxy_on_memory_allocate", "malloc"];

/// The type of an allocator.
pub(crate) const ALLOCATOR: Signature = Signature { params: &[I32], results: &[I32] };

impl Callback {
    /// The callback of this name.
    pub(crate) fn find(name: &str) -> Option<&'static Self> {
        const FOREIGN_REF: &Callback = &FOREIGN;
        CALLBACKS.iter().chain([FOREIGN_REF]).find(|callback| callback.name == name)
    }

    /// The type that a module of this version gives it.
    pub(crate) fn signature(self, abi: AbiVersion) -> Signature {
        let is_short = abi == AbiVersion::V0_1_0 && self.lacks_end();
        let params = if is_short {
            self.params.split_last().map_or(self.params, |(_, rest)| rest)
        } else {
            self.params
        };
        Signature { params, results: if self.returns == Returns::Nothing { &[] } else { &[I32] } }
    }

    /// Whether ABI 0.1.0 leaves out its last parameter, `end_of_stream`.
    pub(crate) fn lacks_end(self) -> bool {
        matches!(self.name, "proxy_on_request_headers" | "proxy_on_response_headers")
    }

    /// What the adapter gets where the module lacks it.
    pub(crate) fn default_result(self) -> Option<i32> {
        match self.returns {
            Returns::Nothing => None,
            Returns::Action => Some(0),
            Returns::Truth => Some(1),
        }
    }
}
