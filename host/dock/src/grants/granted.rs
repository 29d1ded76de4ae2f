//! What a plugin gets.

use std::path::PathBuf;
use std::sync::Arc;

use super::{Capability, CapabilityKind};

/// What a plugin gets: all of what it has asked for, since a plugin that would get less is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Granted {
    plugin: Arc<str>,
    pub(crate) grants: Vec<Grant>,
}

/// A capability with what the host provides for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Grant {
    pub(crate) capability: Capability,
    pub(crate) provision: Provision,
}

/// What the host provides beside the permission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Provision {
    Nothing,
    /// The folder on this machine.
    Folder(PathBuf),
    /// The value of an environment variable.
    Value(String),
}

impl Granted {
    pub(super) fn new(plugin: Arc<str>, grants: Vec<Grant>) -> Self {
        Self { plugin, grants }
    }

    /// What a component gets that a tool tries: whatever it prints becomes lines of the log, which the tool shows.
    pub(crate) fn to_sandbox(plugin: Arc<str>) -> Self {
        let grants = vec![Grant { capability: Capability::Stdio, provision: Provision::Nothing }];
        Self { plugin, grants }
    }

    /// The plugin's name.
    pub fn plugin(&self) -> &str {
        &self.plugin
    }

    /// What it gets, in order.
    pub fn capabilities(&self) -> impl Iterator<Item = &Capability> {
        self.grants.iter().map(|grant| &grant.capability)
    }

    /// Whether it gets anything of this kind.
    pub fn has(&self, kind: CapabilityKind) -> bool {
        self.capabilities().any(|capability| capability.kind() == kind)
    }
}
