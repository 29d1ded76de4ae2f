//! {{name}}: a plugin for the world `{{world}}`.
//!
//! Every function that the host calls, with the comments of the WIT. Each returns a plain value until you implement it. The host's
//! functions are in `bindings`, by the names of their interfaces; the macros of `log` write to the host's log.

#![allow(unused_variables, reason = "remove this when every function is implemented")]

mod bindings;

{{stub}}
// Native unit tests have no host that calls the exports.
#[cfg(target_family = "wasm")]
bindings::export!({{type}} with_types_in bindings);
