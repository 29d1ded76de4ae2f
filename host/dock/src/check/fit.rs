//! What a plugin that fits imports and exports.

use serde::Serialize;

use super::name::InterfaceName;

/// What a plugin that fits its interface uses and offers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Fit {
    /// The host's world.
    pub world: InterfaceName,
    /// What it imports of the interface's own world.
    pub imports: Vec<Item>,
    /// What it imports of the services beside the world.
    pub services: Vec<Item>,
    /// What it imports of WASI 0.2.
    pub wasi: Vec<Item>,
    /// What it exports, whether the host asks for it or not.
    pub exports: Vec<Item>,
}

/// An interface that a plugin imports or exports, or a function that stands in the world itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Item {
    /// Its name, in the plugin's version.
    pub name: InterfaceName,
    /// The interface's functions that the plugin imports or exports. Empty for an interface of nothing but types,
    /// which needs no grant, and for a function in the world itself.
    pub functions: Vec<String>,
    /// Whether it is a function itself.
    #[serde(skip)]
    pub(super) is_function: bool,
}

impl Item {
    /// Whether there is anything in it to call: it is a function, or an interface that has some.
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
