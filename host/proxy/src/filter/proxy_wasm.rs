//! Proxy-Wasm modules as filters: they become components when they are loaded.

use witdock::{Budget, Capability, Policy, worker};
use witdock_proxy_wasm::{Options, adapt_within, is_proxy_wasm};

/// Makes a component of a Proxy-Wasm module, within what the filter is granted. None for other bytes.
pub(super) fn component(bytes: &[u8], options: Options, policy: &Policy) -> Option<Result<Vec<u8>, String>> {
    is_proxy_wasm(bytes).then(|| {
        // Whatever the bytes are, they may end a worker, and not this program.
        worker::try_reading(bytes, &Budget::default()).map_err(|error| error.to_string())?;
        let is_granted = |interface: &str| {
            let has = |wanted: Capability| policy.capabilities().any(|granted| *granted == wanted);
            if interface.starts_with("wasi:clocks/") {
                return has(Capability::Clocks);
            }
            if interface.starts_with("wasi:random/") {
                return has(Capability::Random);
            }
            interface.parse().is_ok_and(|wanted| {
                policy
                    .capabilities()
                    .any(|granted| matches!(granted, Capability::Import(name) if name.covers(&wanted)))
            })
        };
        adapt_within(bytes, options, is_granted)
            .map(|adapted| adapted.component)
            .map_err(|error| error.to_string())
    })
}
