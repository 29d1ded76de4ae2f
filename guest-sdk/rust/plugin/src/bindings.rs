//! Generated bindings of `witdock:plugin`. The other modules wrap them.

#![allow(
    missing_docs,
    unsafe_code,
    unreachable_pub,
    clippy::all,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "generated: the canonical ABI is unsafe code, and the documentation is in the WIT"
)]

wit_bindgen::generate!({
    world: "stateful",
    path: "../../../wit/plugin",
    pub_export_macro: true,
    export_macro_name: "export",
    default_bindings_module: "witdock_guest::bindings",
    generate_all,
});
