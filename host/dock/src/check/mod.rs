//! Checks whether a component fits a world: compares the component's type with the host's, before any of its code runs.
//!
//! A component that passes instantiates with wasmtime's bindings of the same world. For one that fails, each difference
//! shows its place, down to the field, and both sides.

mod budget;
mod bytes;
mod compare;
mod decode;
mod describe;
mod difference;
mod fit;
mod interfaces;
mod misfit;
mod name;
mod surface;
#[cfg(test)]
mod tests;

pub use budget::{Budget, OverBudget};
pub(crate) use budget::{Depth, scan};
pub use bytes::NotAComponent;
pub use difference::{Difference, DifferenceKind, Direction, Place, Step};
pub use fit::{Fit, Item};
pub use misfit::{Differences, Misfit};
pub use name::InterfaceName;

use compare::Found;
use interfaces::{Match, Need};

/// Compares a component with a world.
///
/// `world` is the encoded world of the interface, which `wasmtime::component::bindgen!` generates as `COMPONENT_TYPE` with
/// `include_component_type: true`. `services` are further encoded worlds, such as [`SERVICES`](crate::SERVICES): the host provides
/// their imports too, and looks for their exports without requiring them.
///
/// A plugin may export more than the world requires and import less than it provides. Versions match as in wasmtime's
/// linker, when semver calls them compatible. Imports of WASI 0.2 are listed and not compared: whether they
/// are linked is a matter of grants. One that the dock does not provide and a host's world does, such as
/// `wasi:blobstore/container`, is an import of that world like any other.
///
/// It reads the file once and leaves out the code inside functions, which the compiler validates: 15 MB take 0.1 s in a
/// debug build.
///
/// # Errors
///
/// When the component exceeds the default [`Budget`], when the bytes are not a component, when the component and the world differ, or
/// when `world` cannot be decoded.
pub fn check(component: &[u8], world: &[u8], services: &[&[u8]]) -> Result<Fit, Misfit> {
    scan(component, &Budget::default(), Depth::Declarations)?;
    check_scanned(component, world, services)
}

/// [`check`] of a component that is known to be within its budget.
pub(crate) fn check_scanned(component: &[u8], world: &[u8], services: &[&[u8]]) -> Result<Fit, Misfit> {
    let unreadable = |reason| Misfit::World { reason };
    let (world, host) = decode::world(world).map_err(unreadable)?;
    let services: Vec<_> = services
        .iter()
        .map(|service| decode::world(service).map(|(_, service)| service))
        .collect::<Result<_, _>>()
        .map_err(unreadable)?;
    let plugin = decode::component(component)?;

    let mut found = Found::default();
    Match { plugin: &plugin, host: &host, found: &mut found }.exports(Need::Required);
    for service in &services {
        Match { plugin: &plugin, host: service, found: &mut found }.exports(Need::Optional);
    }

    let mut fit =
        Fit { world, imports: Vec::new(), services: Vec::new(), wasi: Vec::new(), exports: Vec::new() };
    for (name, item) in &plugin.imports {
        let summary = interfaces::summary(&plugin, name, *item);
        let is_of_a_world = || {
            name.find(&host.imports).is_some()
                || services.iter().any(|service| name.find(&service.imports).is_some())
        };
        if is_wasi(name) && (is_of_the_dock(name) || !is_of_a_world()) {
            fit.wasi.push(summary);
        } else if (Match { plugin: &plugin, host: &host, found: &mut found }).import(name, *item) {
            fit.imports.push(summary);
        } else if services
            .iter()
            .any(|host| Match { plugin: &plugin, host, found: &mut found }.import(name, *item))
        {
            fit.services.push(summary);
        } else if interfaces::needs_linking(&plugin, *item) {
            let provided = host.imports.iter().chain(services.iter().flat_map(|service| &service.imports));
            interfaces::unsatisfied(&plugin, name, *item, &provided.cloned().collect(), &mut found);
        }
    }
    if !found.differences.is_empty() {
        return Err(Differences { world: fit.world, differences: found.differences }.into());
    }
    fit.exports =
        plugin.exports.iter().map(|(name, item)| interfaces::summary(&plugin, name, *item)).collect();
    Ok(fit)
}

/// Reads the types of a component that is known to be within its budget, and compares them with nothing.
pub(crate) fn read(component: &[u8]) -> Result<(), NotAComponent> {
    decode::component(component).map(drop)
}

/// Whether the dock itself links it, under the grants for the system.
fn is_of_the_dock(name: &InterfaceName) -> bool {
    const PACKAGES: &[&str] = &[
        "wasi:cli/",
        "wasi:clocks/",
        "wasi:filesystem/",
        "wasi:io/",
        "wasi:random/",
        "wasi:sockets/",
        #[cfg(feature = "config")]
        "wasi:config/",
        #[cfg(feature = "http")]
        "wasi:http/",
        #[cfg(feature = "keyvalue")]
        "wasi:keyvalue/",
    ];
    PACKAGES.iter().any(|package| name.path().starts_with(package))
}

fn is_wasi(name: &InterfaceName) -> bool {
    name.namespace() == Some("wasi")
        && name.version().is_some_and(|version| version.major == 0 && version.minor == 2)
}
