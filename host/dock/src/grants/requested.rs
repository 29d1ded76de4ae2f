//! What a plugin asks for, before anything of it runs.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::Serialize;

use super::{Capability, ImportName, Request};
use crate::check::{Fit, Item};

/// What every plugin may import, ungranted.
const LOG_INTERFACE: &str = "witdock:plugin/log";

/// What a plugin asks for: the system's part from its manifest, and every import of the host's world that its component has. An
/// application that asks a person shows the capabilities, and remembers them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Requested {
    /// The plugin's name.
    pub plugin: Arc<str>,
    /// Everything that is asked for. Imports have the version that the component was built with; see
    /// [`Capability::without_version`].
    pub capabilities: BTreeSet<Capability>,
    /// Imports of the component that its manifest does not list. They refuse the plugin, whatever the host grants.
    pub undeclared: BTreeSet<Capability>,
}

impl Requested {
    /// What a plugin asks for by its manifest's request and by its component, which fits the interface.
    ///
    /// Every function counts, whether it stands in an interface or in the world itself. Types alone do nothing, and ask for
    /// nothing. `witdock:plugin/log`, which every plugin has, is not asked for.
    pub fn new(plugin: impl Into<Arc<str>>, request: &Request, fit: &Fit) -> Self {
        let services = fit.services.iter().filter(|item| item.name.path() != LOG_INTERFACE);
        let imports = fit.imports.iter().chain(services).filter(|item| item.has_functions());
        Self::of(plugin.into(), request, imports.map(|Item { name, .. }| ImportName::of(name)))
    }

    pub(super) fn of(
        plugin: Arc<str>,
        request: &Request,
        imports: impl IntoIterator<Item = ImportName>,
    ) -> Self {
        let mut capabilities = request.system().clone();
        let mut undeclared = BTreeSet::new();
        for import in imports {
            if request.imports().is_some_and(|listed| !listed.iter().any(|listed| listed.covers(&import))) {
                undeclared.insert(Capability::Import(import.clone()));
            }
            capabilities.insert(Capability::Import(import));
        }
        Self { plugin, capabilities, undeclared }
    }
}
