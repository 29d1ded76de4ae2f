//! The capabilities that a plugin requests, known before any of its code runs.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::Serialize;

use super::{Capability, ImportName, Request, Signature};
use crate::check::{Fit, Item};
use crate::foreign::Digest;

/// The interface that every plugin may import without a grant.
const LOG_INTERFACE: &str = "witdock:plugin/log";

/// The capabilities that a plugin requests: those of the system from its manifest, and each import of the host's world that its
/// component has. An application that asks its user for consent can show and store them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Requested {
    /// The plugin's name.
    pub plugin: Arc<str>,
    /// The digest of the component that requests them. A consent that is bound to it is one to these bytes alone.
    pub digest: Digest,
    /// The signature beside the component, if there is one. Nobody has checked whose it is: see [`Signature::is_by`].
    pub signature: Option<Signature>,
    /// All requested capabilities. Imports have the version that the component was built with; see
    /// [`Capability::without_version`].
    pub capabilities: BTreeSet<Capability>,
    /// Imports of the component that its manifest does not list. The plugin is refused if there are any, even if the host
    /// grants them.
    pub undeclared: BTreeSet<Capability>,
}

impl Requested {
    /// Combines the manifest's request with the imports of a component that fits the interface.
    ///
    /// Every function needs a grant, in an interface or in the world itself. Interfaces with types only and
    /// `witdock:plugin/log` need none.
    pub fn new(plugin: impl Into<Arc<str>>, digest: Digest, request: &Request, fit: &Fit) -> Self {
        let services = fit.services.iter().filter(|item| item.name.path() != LOG_INTERFACE);
        let imports = fit.imports.iter().chain(services).filter(|item| item.has_functions());
        Self::by_names(plugin, digest, request, imports.map(|Item { name, .. }| ImportName::of(name)))
    }

    /// With the signature that stands beside the component.
    #[must_use]
    pub fn signed(self, signature: Option<Signature>) -> Self {
        Self { signature, ..self }
    }

    /// The same for a component that is compared with no interface, by the names of the imports that need a grant.
    pub fn by_names(
        plugin: impl Into<Arc<str>>,
        digest: Digest,
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
        Self { plugin: plugin.into(), digest, signature: None, capabilities, undeclared }
    }
}
