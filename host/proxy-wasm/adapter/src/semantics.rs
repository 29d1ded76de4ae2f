//! Which of two behaviours the module gets, where Envoy and the specification differ. The merge has fixed it.

use crate::module;

/// The bits of `filter.options`, as `host/proxy-wasm/src/options.rs` has them.
const SPEC: u32 = 1;
const HEADERS_STOP_ALONE: u32 = 2;
const ABI_0_1_0: u32 = 4;

/// As the specification says, rather than as Envoy does.
pub(crate) fn is_spec() -> bool {
    module::options() & SPEC != 0
}

/// A pause at the headers stops the headers alone: `allow_on_headers_stop_iteration`.
pub(crate) fn headers_stop_alone() -> bool {
    module::options() & HEADERS_STOP_ALONE != 0
}

pub(crate) fn is_abi_0_1_0() -> bool {
    module::options() & ABI_0_1_0 != 0
}
