//! Whether a component fits an interface, for commands that say it by the way.

#![allow(clippy::indexing_slicing, reason = "an arena of wit-parser has what its own ids say")]

use wasmparser::{Parser, Payload};
use wit_component::StringEncoding;
use wit_parser::{Resolve, WorldId, WorldItem};
use witdock::{Fit, Misfit};

use crate::interface::Interface;

/// What a component imports and exports at its top, by name.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Names {
    pub(crate) imports: Vec<String>,
    pub(crate) exports: Vec<String>,
}

impl Names {
    /// Reads a component as far as its names go.
    ///
    /// # Errors
    ///
    /// When the bytes are no component.
    pub(crate) fn of(component: &[u8]) -> anyhow::Result<Self> {
        let services = Interface::services()?;
        let world = encoded(&services.resolve, services.world(None)?)?;
        // It knows a component from what is taken for one: a core module, a web page, a file that is cut short.
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

    /// The built-in interface with a world whose exports these are.
    ///
    /// # Errors
    ///
    /// When an interface that the program carries cannot be read.
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

/// The interfaces that a world exports, without versions.
fn interfaces(resolve: &Resolve, world: WorldId) -> Vec<String> {
    let exports = resolve.worlds[world].exports.iter();
    exports
        .filter(|(_, item)| matches!(item, WorldItem::Interface { .. }))
        .map(|(key, _)| bare(&resolve.name_world_key(key)).to_owned())
        .collect()
}

/// A name without its version.
pub(crate) fn bare(name: &str) -> &str {
    name.split('@').next().unwrap_or(name)
}

/// Compares a component with a world, and with the services that witdock lends beside any.
///
/// # Errors
///
/// When the world cannot be encoded, which is no fault of the component's.
pub(crate) fn check(
    component: &[u8],
    interface: &Interface,
    world: WorldId,
) -> anyhow::Result<Result<Fit, Misfit>> {
    let services = Interface::services()?;
    let service = encoded(&services.resolve, services.world(None)?)?;
    Ok(witdock::check(component, &encoded(&interface.resolve, world)?, &[&service]))
}

fn encoded(resolve: &Resolve, world: WorldId) -> anyhow::Result<Vec<u8>> {
    wit_component::metadata::encode(resolve, world, StringEncoding::UTF8, None)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "what is unexpected in a test may end it")]
mod tests {
    use super::*;

    #[test]
    fn a_world_is_known_by_what_it_exports() {
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
