//! The capabilities that a plugin was granted.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Access, Capability, CapabilityKind, StoreGrant};

/// The capabilities that a plugin was granted: all that it requests but what a rule withholds, since the plugin is refused if one is not
/// granted.
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

/// The value that the host provides with a permission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Provision {
    Nothing,
    /// The folder on this machine.
    Folder(PathBuf),
    /// The value of an environment variable.
    Value(String),
    /// The program on this machine.
    Program(PathBuf),
    /// The most bytes of a body, if the limits of the plugin are not meant.
    Body(u64),
    /// A store of keys and values.
    Store(StoreGrant),
    /// The settings of the plugin.
    Settings(BTreeMap<String, String>),
}

impl Provision {
    /// The file or folder on this machine.
    pub(crate) fn path(&self) -> Option<&Path> {
        match self {
            Self::Folder(path) | Self::Program(path) => Some(path),
            Self::Store(store) => store.file.as_deref(),
            Self::Nothing | Self::Value(_) | Self::Body(_) | Self::Settings(_) => None,
        }
    }

    pub(super) fn path_mut(&mut self) -> Option<&mut PathBuf> {
        match self {
            Self::Folder(path) | Self::Program(path) => Some(path),
            Self::Store(store) => store.file.as_mut(),
            Self::Nothing | Self::Value(_) | Self::Body(_) | Self::Settings(_) => None,
        }
    }
}

impl Granted {
    pub(super) fn new(plugin: Arc<str>, grants: Vec<Grant>) -> Self {
        Self { plugin, grants }
    }

    /// The grants of a component in a sandbox: stdio only. Its output becomes log lines, which the tool shows.
    pub(crate) fn to_sandbox(plugin: Arc<str>) -> Self {
        let grants = vec![Grant { capability: Capability::Stdio, provision: Provision::Nothing }];
        Self { plugin, grants }
    }

    /// The folders on this machine that the plugin may write to.
    pub(crate) fn writable(&self) -> impl Iterator<Item = &Path> {
        self.grants.iter().filter_map(|grant| match (&grant.capability, &grant.provision) {
            (Capability::Folder { access: Access::ReadWrite, .. }, Provision::Folder(host)) => Some(&**host),
            _ => None,
        })
    }

    /// The programs that it may run, with where they are on this machine.
    pub fn programs(&self) -> impl Iterator<Item = (&str, Option<&Path>)> {
        self.grants.iter().filter_map(|grant| match (&grant.capability, &grant.provision) {
            (Capability::Program(name), Provision::Program(path)) => {
                Some((name.as_str(), Some(path.as_path())))
            }
            (Capability::Program(name), _) => Some((name.as_str(), None)),
            _ => None,
        })
    }

    /// The stores of keys and values that it may use.
    pub(crate) fn stores(&self) -> impl Iterator<Item = (&str, &StoreGrant)> {
        self.grants.iter().filter_map(|grant| match (&grant.capability, &grant.provision) {
            (Capability::KeyValue(name), Provision::Store(store)) => Some((name.as_str(), store)),
            _ => None,
        })
    }

    /// The environment variables that it may read.
    pub(crate) fn environment(&self) -> impl Iterator<Item = (&str, &str)> {
        self.grants.iter().filter_map(|grant| match (&grant.capability, &grant.provision) {
            (Capability::Env(name), Provision::Value(value)) => Some((name.as_str(), value.as_str())),
            _ => None,
        })
    }

    /// What is granted here, and not there with the same value.
    pub(crate) fn without<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = &'a Capability> {
        self.grants.iter().filter(|grant| !other.grants.contains(grant)).map(|grant| &grant.capability)
    }

    /// The plugin's name.
    pub fn plugin(&self) -> &str {
        &self.plugin
    }

    /// The granted capabilities, sorted.
    pub fn capabilities(&self) -> impl Iterator<Item = &Capability> {
        self.grants.iter().map(|grant| &grant.capability)
    }

    /// Whether a capability of this kind is granted.
    pub fn has(&self, kind: CapabilityKind) -> bool {
        self.capabilities().any(|capability| capability.kind() == kind)
    }
}
