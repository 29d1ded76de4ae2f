//! Generated from the WIT in `wit/`.

#![allow(warnings, reason = "generated code, documented in the WIT")]

wit_bindgen::generate!({
    world: "{{world}}",
    path: "wit",
    generate_all,
    pub_export_macro: true,
    default_bindings_module: "crate::bindings",
});
