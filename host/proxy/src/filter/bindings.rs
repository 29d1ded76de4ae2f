//! The proxy interface's types and traits, generated from `wit/proxy`: the base world, and one for each optional export.

pub use super::exchange::Handle;
pub use super::link::ConnectionHandle;

wasmtime::component::bindgen!({
    path: ["../../wit/plugin", "../../wit/proxy"],
    world: "witdock:proxy/base",
    imports: { default: trappable },
    exports: { default: async },
    with: {
        "witdock:proxy/http.exchange": Handle,
        "witdock:proxy/tcp.connection": ConnectionHandle,
    },
    include_component_type: true,
});

macro_rules! optional {
    ($module:ident, $world:literal $(, $interface:literal: $at:path)*) => {
        pub(crate) mod $module {
            wasmtime::component::bindgen!({
                path: ["../../wit/plugin", "../../wit/proxy"],
                world: $world,
                imports: { default: trappable },
                exports: { default: async },
                with: {
                    "witdock:proxy/types": crate::filter::bindings::witdock::proxy::types,
                    $($interface: $at,)*
                },
                include_component_type: true,
            });
        }
    };
}

optional!(
    http_streams,
    "witdock:proxy/http-streams",
    "witdock:proxy/http": crate::filter::bindings::witdock::proxy::http
);
optional!(instance_events, "witdock:proxy/instance-events");
optional!(
    tcp_streams,
    "witdock:proxy/tcp-streams",
    "witdock:proxy/tcp": crate::filter::bindings::witdock::proxy::tcp
);
