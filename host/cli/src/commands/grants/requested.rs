//! What a plugin requests, whatever interface it is for.

use std::path::Path;

use witdock::Requested;
use witdock::check::InterfaceName;
use witdock::grants::ImportName;

use crate::component::{Component, Provider, Purpose};
use crate::plugin_argument::{BuildArguments, Plugin};

/// Reads a plugin, and what it requests: the capabilities of the system from its manifest, and the application's interfaces from its component.
///
/// # Errors
///
/// When there is no plugin at the path, it does not build, or it is not a component.
pub(super) fn requested(path: &Path, build: BuildArguments) -> anyhow::Result<Requested> {
    let plugin = Plugin::open(path, build.builds())?;
    let component = Component::decode(&plugin)?;
    let names = component.imports.iter().filter_map(|function| {
        let name = function.interface.as_deref().unwrap_or(&function.name);
        let is_applications = Purpose::of(name).provider == Provider::Application;
        is_applications.then(|| ImportName::of(&InterfaceName::new(name)))
    });
    let request = plugin.request.clone().unwrap_or_default();
    let requested = Requested::by_names(plugin.name.as_str(), plugin.artifact.digest(), &request, names);
    Ok(requested.signed(plugin.artifact.signature().cloned()))
}
