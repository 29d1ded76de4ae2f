//! Generated bindings of `witdock:etl`. The other modules wrap them.

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
    world: "witdock:etl/transformer",
    path: ["../../../wit/plugin", "../../../wit/etl"],
    additional_derives: [PartialEq],
    pub_export_macro: true,
    export_macro_name: "export",
    default_bindings_module: "witdock_etl_guest::bindings",
    generate_all,
});

/// The world of a source. Each world has its own module, because a component has the exports of one.
pub mod source {
    wit_bindgen::generate!({
        world: "witdock:etl/source",
        path: ["../../../wit/plugin", "../../../wit/etl"],
        additional_derives: [PartialEq],
        with: { "witdock:etl/types@0.1.0": crate::bindings::witdock::etl::types },
        pub_export_macro: true,
        export_macro_name: "export_source",
        default_bindings_module: "witdock_etl_guest::bindings::source",
    });
}

/// The world of a sink.
pub mod sink {
    wit_bindgen::generate!({
        world: "witdock:etl/sink",
        path: ["../../../wit/plugin", "../../../wit/etl"],
        additional_derives: [PartialEq],
        with: { "witdock:etl/types@0.1.0": crate::bindings::witdock::etl::types },
        pub_export_macro: true,
        export_macro_name: "export_sink",
        default_bindings_module: "witdock_etl_guest::bindings::sink",
    });
}
