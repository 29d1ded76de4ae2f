//! A component, decoded: the functions that it imports and exports, with their types in WIT.

#![allow(clippy::indexing_slicing, reason = "the arenas of a WIT package are indexed by their own ids")]

mod find;
mod function;
mod layout;
mod purpose;
mod types;

use anyhow::{Context, bail};
use wit_parser::decoding::{DecodedWasm, decode};
use wit_parser::{Resolve, TypeId, TypeOwner, WorldId, WorldItem};

pub(crate) use find::{NotFound, find};
pub(crate) use function::{Function, FunctionKind};
pub(crate) use layout::Layout;
pub(crate) use purpose::{Provider, Purpose};
pub(crate) use types::{dealias, definition, type_name};

use crate::plugin_argument::Plugin;

/// The types of a component. Decoding does not look at its code.
#[derive(Debug)]
pub(crate) struct Component {
    pub(crate) resolve: Resolve,
    pub(crate) world: WorldId,
    pub(crate) imports: Vec<Function>,
    pub(crate) exports: Vec<Function>,
}

impl Component {
    /// Decodes a plugin's imports and exports.
    ///
    /// # Errors
    ///
    /// When the bytes are not a component, or use types that WIT cannot express.
    pub(crate) fn decode(plugin: &Plugin) -> anyhow::Result<Self> {
        let bytes = plugin.artifact.bytes();
        // The check explains best why a file is not a component. The world that it compares with does not matter here.
        if let Err(witdock::Misfit::NotAComponent(reason)) = witdock::check(bytes, witdock::SERVICES, &[]) {
            bail!("{}: {reason}", plugin.name);
        }
        let decoded = decode(bytes)
            .with_context(|| format!("{}: cannot decode the types of the component", plugin.name))?;
        let (resolve, world) = match decoded {
            DecodedWasm::Component(resolve, world) => (resolve, world),
            DecodedWasm::WitPackage(..) => {
                bail!("{}: this is a WIT package in binary form, not a component that can run", plugin.name)
            }
        };
        Ok(Self::of_world(resolve, world))
    }

    /// The types of a component that has exactly the imports and exports of a world.
    pub(crate) fn of_world(resolve: Resolve, world: WorldId) -> Self {
        let imports = functions(&resolve, &resolve.worlds[world].imports);
        let exports = functions(&resolve, &resolve.worlds[world].exports);
        Self { resolve, world, imports, exports }
    }

    /// Whether the host provides a resource: whether an interface that the component imports declares it.
    pub(crate) fn is_hosts(&self, resource: TypeId) -> bool {
        let world = &self.resolve.worlds[self.world];
        let TypeOwner::Interface(owner) = self.resolve.types[dealias(&self.resolve, resource)].owner else {
            return world.imports.values().any(
                |item| matches!(item, WorldItem::Type { id, .. } if dealias(&self.resolve, *id) == resource),
            );
        };
        let has = |items: &wit_parser::IndexMap<wit_parser::WorldKey, WorldItem>| {
            items.values().any(|item| matches!(item, WorldItem::Interface { id, .. } if *id == owner))
        };
        has(&world.imports) && !has(&world.exports)
    }
}

fn functions(
    resolve: &Resolve,
    items: &wit_parser::IndexMap<wit_parser::WorldKey, WorldItem>,
) -> Vec<Function> {
    let mut functions = Vec::new();
    for (key, item) in items {
        match item {
            WorldItem::Interface { id, .. } => {
                let interface = resolve.name_world_key(key);
                let own = resolve.interfaces[*id].functions.values();
                functions
                    .extend(own.map(|function| Function::new(resolve, Some(interface.clone()), function)));
            }
            WorldItem::Function(function) => functions.push(Function::new(resolve, None, function)),
            WorldItem::Type { .. } => {}
        }
    }
    functions
}
