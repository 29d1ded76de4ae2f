//! The world of applications, as the dock checks and calls it.

/// What of `wasi:http/proxy` the proxy calls. All that an application imports is the dock's: `wasi:http/types` and what of WASI it is granted.
#[allow(missing_docs, unreachable_pub, dead_code, clippy::all, clippy::pedantic, reason = "generated")]
mod bindings {
    wasmtime::component::bindgen!({
        inline: "
            package witdock:application;

            world application {
                import wasi:http/types@0.2.0;
                export wasi:http/incoming-handler@0.2.0;
            }

            package wasi:http@0.2.0 {
                interface types {
                    resource incoming-request;
                    resource response-outparam;
                }
                interface incoming-handler {
                    use types.{incoming-request, response-outparam};
                    handle: func(request: incoming-request, response-out: response-outparam);
                }
            }
        ",
        world: "witdock:application/application",
        imports: { default: trappable },
        exports: { default: async },
        with: {
            "wasi:http/types.incoming-request": wasmtime_wasi_http::p2::types::HostIncomingRequest,
            "wasi:http/types.response-outparam": wasmtime_wasi_http::p2::types::HostResponseOutparam,
        },
        include_component_type: true,
    });
}

/// An instance of an application.
pub(crate) use bindings::Application as Guest;

witdock::interface! {
    Guest,
    component_type = bindings::COMPONENT_TYPE,
    state = (),
    // The dock links `wasi:http` by itself.
    link = |_linker| Ok(()),
}
