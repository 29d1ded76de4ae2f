//! Compares components with the worlds of interfaces.

#![allow(clippy::indexing_slicing, reason = "the arenas of a WIT package are indexed by their own ids")]

use serde::Serialize;
use wasmparser::{Parser, Payload};
use wit_component::StringEncoding;
use wit_parser::{Resolve, WorldId, WorldItem};
use witdock::{Fit, Misfit};

use crate::interface::Interface;

/// The names of a component's imports and exports.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Names {
    pub(crate) imports: Vec<String>,
    pub(crate) exports: Vec<String>,
}

impl Names {
    /// Reads the names, and nothing else, from a component.
    ///
    /// # Errors
    ///
    /// When the bytes are not a component.
    pub(crate) fn of(component: &[u8]) -> anyhow::Result<Self> {
        let services = Interface::services()?;
        let world = encoded(&services.resolve, services.world(None)?)?;
        // The check explains best why a file is not a component: a core module, a web page, a truncated file.
        if let Err(Misfit::NotAComponent(error)) = witdock::check(component, &world, &[]) {
            return Err(error.into());
        }
        let (mut names, mut depth) = (Self::default(), 0_u32);
        for payload in Parser::new(0).parse_all(component) {
            match payload? {
                Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
                Payload::End(_) => depth = depth.saturating_sub(1),
                Payload::ComponentImportSection(section) if depth == 0 => {
                    for import in section {
                        names.imports.push(import?.name.name.to_owned());
                    }
                }
                Payload::ComponentExportSection(section) if depth == 0 => {
                    for export in section {
                        names.exports.push(export?.name.name.to_owned());
                    }
                }
                _ => {}
            }
        }
        Ok(names)
    }

    /// The built-in interface that has a world with these exports, and that world.
    ///
    /// # Errors
    ///
    /// When a built-in interface cannot be parsed.
    pub(crate) fn interface(&self) -> anyhow::Result<Option<(Interface, WorldId)>> {
        for interface in Interface::built_in()? {
            let world = interface.worlds().into_iter().find(|world| {
                let wanted: Vec<String> = interfaces(&interface.resolve, *world);
                !wanted.is_empty()
                    && wanted.iter().all(|wanted| self.exports.iter().any(|name| bare(name) == wanted))
            });
            if let Some(world) = world {
                return Ok(Some((interface, world)));
            }
        }
        Ok(None)
    }
}

/// The names of the interfaces that a world exports, without versions.
fn interfaces(resolve: &Resolve, world: WorldId) -> Vec<String> {
    let exports = resolve.worlds[world].exports.iter();
    exports
        .filter(|(_, item)| matches!(item, WorldItem::Interface { .. }))
        .map(|(key, _)| bare(&resolve.name_world_key(key)).to_owned())
        .collect()
}

/// The name of an interface without its version.
pub(crate) fn bare(name: &str) -> &str {
    name.split('@').next().unwrap_or(name)
}

/// Compares a component with a world, and with the services that witdock provides beside every world.
///
/// # Errors
///
/// When the world cannot be encoded, whatever the component is.
pub(crate) fn check(
    component: &[u8],
    interface: &Interface,
    world: WorldId,
) -> anyhow::Result<Result<Fit, Misfit>> {
    let services = Interface::services()?;
    let service = encoded(&services.resolve, services.world(None)?)?;
    Ok(witdock::check(component, &encoded(&interface.resolve, world)?, &[&service]))
}

/// Whether a component fits a world, for a command that also does something else with it.
#[derive(Debug, Serialize)]
pub(crate) struct WorldFit {
    /// The world's full name: `witdock:etl/transformer@0.1.0`.
    pub(crate) world: String,
    pub(crate) fits: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) misfit: Option<Misfit>,
}

impl WorldFit {
    /// Compares a component with a world.
    ///
    /// # Errors
    ///
    /// As [`check`].
    pub(crate) fn of(component: &[u8], interface: &Interface, world: WorldId) -> anyhow::Result<Self> {
        let misfit = check(component, interface, world)?.err();
        let of = &interface.resolve.worlds[world];
        let world = match of.package {
            Some(package) => interface.resolve.id_of_name(package, &of.name),
            None => of.name.clone(),
        };
        Ok(Self { world, fits: misfit.is_none(), misfit })
    }

    /// Compares a component with the given world, or with the built-in one that has its exports. `None` where there is neither.
    ///
    /// # Errors
    ///
    /// As [`check`].
    pub(crate) fn of_any(
        component: &[u8],
        names: &Names,
        given: Option<&(Interface, WorldId)>,
    ) -> anyhow::Result<Option<Self>> {
        if let Some((interface, world)) = given {
            return Self::of(component, interface, *world).map(Some);
        }
        let guessed = names.interface()?;
        guessed.map(|(interface, world)| Self::of(component, &interface, world)).transpose()
    }
}

fn encoded(resolve: &Resolve, world: WorldId) -> anyhow::Result<Vec<u8>> {
    wit_component::metadata::encode(resolve, world, StringEncoding::UTF8, None)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test ends at what it does not expect")]
mod tests {
    use super::*;

    #[test]
    fn a_world_is_recognized_by_its_exports() {
        let guess = |exports: &[&str]| {
            let exports = exports.iter().map(|name| (*name).to_owned()).collect();
            let found = Names { imports: Vec::new(), exports }.interface().unwrap();
            found.map(|(interface, world)| (interface.resolve.worlds[world].name.clone(), interface.name))
        };
        let named = |world: &str, interface: &str| Some((world.to_owned(), interface.to_owned()));
        assert_eq!(guess(&["witdock:editor/plugin@0.1.0"]), named("extension", "editor"));
        let stateful = ["witdock:plugin/state@0.1.0", "witdock:etl/transform@0.1.0"];
        assert_eq!(guess(&stateful), named("transformer", "etl"));
        assert_eq!(guess(&["photo:filters/filter"]), None);
    }
}
