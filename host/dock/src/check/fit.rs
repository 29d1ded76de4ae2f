//! The imports and exports of a plugin that fits.

use serde::Serialize;

use super::name::InterfaceName;

/// The imports and exports of a plugin that fits its interface.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Fit {
    /// The host's world.
    pub world: InterfaceName,
    /// Imports from the host's world.
    pub imports: Vec<Item>,
    /// Imports from the services beside the world.
    pub services: Vec<Item>,
    /// Imports from WASI 0.2 that the dock links.
    pub wasi: Vec<Item>,
    /// All exports, those that the host does not use included.
    pub exports: Vec<Item>,
}

/// An interface that a plugin imports or exports, or a function of the world itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Item {
    /// The name, with the version that the plugin was built with.
    pub name: InterfaceName,
    /// The interface's functions that the plugin imports or exports. Empty for an interface with types only,
    /// which needs no grant, and for a function of the world itself.
    pub functions: Vec<String>,
    /// Whether the item is a function of the world itself.
    #[serde(skip)]
    pub(super) is_function: bool,
}

impl Item {
    /// Whether the item is a function or an interface with functions.
    pub fn has_functions(&self) -> bool {
        self.is_function || !self.functions.is_empty()
    }
}

impl Fit {
    /// Whether the plugin exports this interface, named without a version: `witdock:plugin/state`.
    pub fn exports(&self, path: &str) -> bool {
        self.exports.iter().any(|item| item.name.path() == path)
    }
}
