//! {{name}}: a plugin of the world `{{world}}`.
//!
//! Each function that the host calls is here, with the comment of the WIT, and returns a plain value. What the host lends stands in
//! `bindings`, by the names of its interfaces; `log` writes to its log.

#![allow(unused_variables, reason = "take this away when every function does its work")]

mod bindings;

{{stub}}
// Natively, in unit tests, there is no host that would call them.
#[cfg(target_family = "wasm")]
bindings::export!({{type}} with_types_in bindings);
