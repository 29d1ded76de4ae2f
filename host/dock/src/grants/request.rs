//! The capabilities that a plugin's manifest requests.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Access, Capability, HttpAccess, ImportName, InvalidCapability, NetworkHost};

/// The capabilities that a plugin's manifest requests in its `[grants]` table. The host's policy decides which are granted.
///
/// The default requests all imports of the component, and no capability of the system.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "Table", into = "Table")]
pub struct Request {
    imports: Option<Vec<ImportName>>,
    /// All but imports.
    system: BTreeSet<Capability>,
}

impl Request {
    /// Adds a capability. The first import starts a list of imports: the component may then have no others.
    #[must_use]
    pub fn with(mut self, capability: Capability) -> Self {
        match capability {
            Capability::Import(name) => self.imports.get_or_insert_default().push(name),
            other => drop(self.system.insert(other)),
        }
        self
    }

    /// Requests only the imports that are listed by name.
    #[must_use]
    pub fn only_listed_imports(mut self) -> Self {
        self.imports.get_or_insert_default();
        self
    }

    /// The imports that the manifest lists. `None` means all imports of the component; an empty list means none.
    pub fn imports(&self) -> Option<&[ImportName]> {
        self.imports.as_deref()
    }

    /// The requested capabilities of the system: all but imports.
    pub fn system(&self) -> &BTreeSet<Capability> {
        &self.system
    }
}

/// The `[grants]` table of a `plugin.toml`.
#[derive(Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
struct Table {
    imports: Option<Vec<ImportName>>,
    folders: Vec<Folder>,
    env: Vec<String>,
    network: Vec<NetworkHost>,
    http: Vec<HttpAccess>,
    keyvalue: Vec<String>,
    programs: Vec<String>,
    clocks: bool,
    config: bool,
    random: bool,
    stdio: bool,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Folder {
    path: String,
    #[serde(default)]
    access: Access,
}

impl TryFrom<Table> for Request {
    type Error = InvalidCapability;

    fn try_from(table: Table) -> Result<Self, InvalidCapability> {
        let Table { imports, folders, env, network, http, keyvalue, programs, clocks, config, random, stdio } =
            table;
        let mut system = BTreeSet::new();
        for Folder { path, access } in folders {
            system.insert(Capability::folder(&path, access)?);
        }
        for name in env {
            system.insert(Capability::env(&name)?);
        }
        for name in programs {
            system.insert(Capability::program(&name)?);
        }
        for name in keyvalue {
            system.insert(Capability::keyvalue(&name)?);
        }
        system.extend(network.into_iter().map(Capability::Network));
        system.extend(http.into_iter().map(Capability::Http));
        let switches = [
            (clocks, Capability::Clocks),
            (config, Capability::Config),
            (random, Capability::Random),
            (stdio, Capability::Stdio),
        ];
        system.extend(switches.into_iter().filter_map(|(is_on, capability)| is_on.then_some(capability)));
        Ok(Self { imports, system })
    }
}

impl From<Request> for Table {
    fn from(request: Request) -> Self {
        let mut table = Self { imports: request.imports, ..Self::default() };
        for capability in request.system {
            match capability {
                Capability::Clocks => table.clocks = true,
                Capability::Config => table.config = true,
                Capability::Env(name) => table.env.push(name),
                Capability::Folder { path, access } => table.folders.push(Folder { path, access }),
                Capability::Http(access) => table.http.push(access),
                Capability::KeyValue(name) => table.keyvalue.push(name),
                Capability::Import(name) => table.imports.get_or_insert_default().push(name),
                Capability::Network(host) => table.network.push(host),
                Capability::Program(name) => table.programs.push(name),
                Capability::Random => table.random = true,
                Capability::Stdio => table.stdio = true,
            }
        }
        table
    }
}
