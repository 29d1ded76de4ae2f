//! Generated bindings of `witdock:proxy`. The other modules wrap them.

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
    world: "witdock:proxy/base",
    path: ["../../../wit/plugin", "../../../wit/proxy"],
    additional_derives: [PartialEq],
    pub_export_macro: true,
    export_macro_name: "export",
    default_bindings_module: "witdock_proxy_guest::bindings",
    generate_all,
});

/// The optional export of a filter of HTTP.
pub mod http_streams {
    wit_bindgen::generate!({
        world: "witdock:proxy/http-streams",
        path: ["../../../wit/plugin", "../../../wit/proxy"],
        with: {
            "witdock:proxy/types@0.1.0": crate::bindings::witdock::proxy::types,
            "witdock:proxy/http@0.1.0": crate::bindings::witdock::proxy::http,
        },
        additional_derives: [PartialEq],
        pub_export_macro: true,
        export_macro_name: "export",
        default_bindings_module: "witdock_proxy_guest::bindings::http_streams",
    });
}

/// The optional export of a filter of connections.
pub mod tcp_streams {
    wit_bindgen::generate!({
        world: "witdock:proxy/tcp-streams",
        path: ["../../../wit/plugin", "../../../wit/proxy"],
        with: {
            "witdock:proxy/types@0.1.0": crate::bindings::witdock::proxy::types,
            "witdock:proxy/tcp@0.1.0": crate::bindings::witdock::proxy::tcp,
        },
        additional_derives: [PartialEq],
        pub_export_macro: true,
        export_macro_name: "export",
        default_bindings_module: "witdock_proxy_guest::bindings::tcp_streams",
    });
}

/// The optional export for what concerns an instance and no stream.
pub mod instance_events {
    wit_bindgen::generate!({
        world: "witdock:proxy/instance-events",
        path: ["../../../wit/plugin", "../../../wit/proxy"],
        with: { "witdock:proxy/types@0.1.0": crate::bindings::witdock::proxy::types },
        additional_derives: [PartialEq],
        pub_export_macro: true,
        export_macro_name: "export",
        default_bindings_module: "witdock_proxy_guest::bindings::instance_events",
    });
}
