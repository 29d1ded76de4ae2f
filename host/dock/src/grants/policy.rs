//! A host's policy, and how it grants or refuses the request of a plugin.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::granted::{Grant, Provision};
use super::refused::{Refusal, Refused, Unsigned};
use super::{
    Access, Capability, Granted, HttpAccess, ImportName, InvalidCapability, NetworkHost, Requested,
    StoreGrant, Verdict,
};

/// The capabilities that the host grants to one plugin. The default grants nothing.
///
/// A plugin gets the capabilities that it requests *and* the policy grants. If one that it requests is not granted, the
/// plugin is refused: without it, the plugin would fail later, with a less clear error.
///
/// In a file it is a table with the keys `imports`, `folders`, `env`, `network`, `http`, `keyvalue`, `config`, `programs`, `clocks`, `random` and
/// `stdio`:
///
/// ```
/// let policy: witdock::Policy = toml::from_str(r#"
///     imports = ["demo:shop/stock", "now"]
///     folders = [{ path = "/data", host = "/srv/data", access = "read-only" }]
///     env = { LANG = "C" }
///     network = ["example.org", "192.0.2.1:53"]
///     http = ["GET https://example.org", { to = "POST https://example.org", max_body_bytes = 65536 }]
///     keyvalue = { cache = {}, sessions = { file = "/srv/sessions.kv", max_bytes = 10_000_000 } }
///     config = { unit = "metre" }
///     programs = { git = "/usr/bin/git" }
///     clocks = true
/// "#)?;
/// # Ok::<(), toml::de::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Table", into = "Table")]
pub struct Policy {
    grants: Vec<Grant>,
    /// What the rules of a policy file say about single requests: denied, ask or withheld.
    rulings: Vec<(Capability, Verdict)>,
    /// Requests of which less is granted, with what that is.
    narrowed: Vec<(Capability, Capability)>,
    /// Why the plugin is refused, whatever it requests.
    unsigned: Option<Unsigned>,
}

/// A folder that the host provides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FolderGrant {
    /// The path inside the plugin's file system.
    pub path: String,
    /// The folder on this machine.
    pub host: PathBuf,
    /// The operations that the plugin may request.
    #[serde(default)]
    pub access: Access,
}

/// Requests by HTTP that the host grants, in a file: `"GET https://example.org"`, or a table with a bound.
#[derive(Deserialize, Serialize)]
#[serde(
    untagged,
    expecting = "expected \"GET https://example.org\" or { to = \"GET https://example.org\", max_body_bytes = 65536 }"
)]
enum HttpGrant {
    Plain(String),
    Bounded(BoundedHttp),
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct BoundedHttp {
    to: String,
    max_body_bytes: u64,
}

impl Policy {
    /// A policy that grants nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Grants a capability that needs no value of the host. Folders, environment variables, programs and settings need one: they are ignored
    /// here, and granted by [`folder`](Self::folder), [`env`](Self::env), [`program`](Self::program) and [`config`](Self::config). A store
    /// of keys and values is one in memory.
    #[must_use]
    pub fn allow(self, capability: Capability) -> Self {
        match capability {
            Capability::Folder { .. } | Capability::Env(_) | Capability::Program(_) | Capability::Config => {
                self
            }
            Capability::KeyValue(name) => self.keyvalue(name, StoreGrant::default()),
            capability => self.push(capability, Provision::Nothing),
        }
    }

    /// Grants an import of the host's world: an interface, with or without version (`demo:shop/stock`), every interface of
    /// a package (`demo:shop/*`), or a function of the world itself (`now`).
    #[must_use]
    pub fn import(self, name: impl AsRef<str>) -> Self {
        self.push(Capability::Import(ImportName::new(name.as_ref())), Provision::Nothing)
    }

    /// Grants a folder: `path` is the path inside the plugin's file system, `host` the folder on this machine.
    #[must_use]
    pub fn folder(self, path: impl Into<String>, host: impl Into<PathBuf>, access: Access) -> Self {
        self.push(Capability::Folder { path: path.into(), access }, Provision::Folder(host.into()))
    }

    /// Grants an environment variable with this value.
    #[must_use]
    pub fn env(self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.push(Capability::Env(name.into()), Provision::Value(value.into()))
    }

    /// Grants connections to a host by TCP and UDP.
    #[must_use]
    pub fn network(self, host: NetworkHost) -> Self {
        self.push(Capability::Network(host), Provision::Nothing)
    }

    /// Grants requests by HTTP, with bodies as large as the plugin's [`Limits`](crate::Limits) allow.
    #[must_use]
    pub fn http(self, access: HttpAccess) -> Self {
        self.push(Capability::Http(access), Provision::Nothing)
    }

    /// Grants requests by HTTP, with bodies of at most this size in either direction.
    #[must_use]
    pub fn http_up_to(self, access: HttpAccess, max_body_bytes: u64) -> Self {
        self.push(Capability::Http(access), Provision::Body(max_body_bytes))
    }

    /// Grants a store of keys and values by name.
    #[must_use]
    pub fn keyvalue(self, name: impl Into<String>, store: StoreGrant) -> Self {
        self.push(Capability::KeyValue(name.into()), Provision::Store(store))
    }

    /// Grants these settings. They are the plugin's own: it sees no others.
    #[must_use]
    pub fn config<K: Into<String>, V: Into<String>>(
        self,
        settings: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        let settings = settings.into_iter().map(|(key, value)| (key.into(), value.into())).collect();
        self.push(Capability::Config, Provision::Settings(settings))
    }

    /// Grants a program of the system: `path` is the program on this machine. With `None`, for one that is not on this machine, the
    /// plugin runs and cannot start it.
    ///
    /// The path is guarded for as long as the plugin runs: no plugin may write to it. The dock itself runs no program; an application whose
    /// interface does asks [`HostState::programs`](crate::HostState::programs).
    #[must_use]
    pub fn program(self, name: impl Into<String>, path: Option<PathBuf>) -> Self {
        let provision = path.map_or(Provision::Nothing, Provision::Program);
        self.push(Capability::Program(name.into()), provision)
    }

    /// Grants the wall clock and the monotonic clock.
    #[must_use]
    pub fn clocks(self) -> Self {
        self.push(Capability::Clocks, Provision::Nothing)
    }

    /// Grants unpredictable random bytes.
    #[must_use]
    pub fn random(self) -> Self {
        self.push(Capability::Random, Provision::Nothing)
    }

    /// Grants stdout and stderr, as log lines. Without this grant the output is dropped.
    #[must_use]
    pub fn stdio(self) -> Self {
        self.push(Capability::Stdio, Provision::Nothing)
    }

    /// The value that it provides for a request, if it grants it.
    pub(super) fn provision(&self, request: &Capability) -> Option<&Provision> {
        self.grants.iter().find(|grant| grant.capability.covers(request)).map(|grant| &grant.provision)
    }

    pub(super) fn without(mut self, is_forbidden: impl Fn(&Capability) -> bool) -> Self {
        self.grants.retain(|grant| !is_forbidden(&grant.capability));
        self
    }

    pub(super) fn with(self, capability: Capability, provision: Provision) -> Self {
        self.push(capability, provision)
    }

    pub(super) fn ruled(mut self, request: Capability, verdict: Verdict) -> Self {
        self.rulings.push((request, verdict));
        self
    }

    pub(super) fn narrowed(mut self, request: Capability, to: Capability) -> Self {
        self.narrowed.push((request, to));
        self
    }

    pub(super) fn unless_unsigned(mut self, unsigned: Option<Unsigned>) -> Self {
        self.unsigned = unsigned;
        self
    }

    fn push(mut self, capability: Capability, provision: Provision) -> Self {
        self.grants.push(Grant { capability, provision });
        self
    }

    /// The capabilities that it grants, in the order in which they were added. See [`Capability::covers`].
    pub fn capabilities(&self) -> impl Iterator<Item = &Capability> {
        self.grants.iter().map(|grant| &grant.capability)
    }

    /// The folders on this machine that it grants.
    pub fn folders(&self) -> impl Iterator<Item = &Path> {
        self.grants.iter().filter_map(|grant| match &grant.provision {
            Provision::Folder(host) => Some(host.as_path()),
            _ => None,
        })
    }

    /// Replaces each folder, program and file of a store on this machine, for example to resolve paths relative to a configuration file.
    #[must_use]
    pub fn map_folders(mut self, mut map: impl FnMut(&Path) -> PathBuf) -> Self {
        for grant in &mut self.grants {
            if let Some(path) = grant.provision.path_mut() {
                *path = map(path);
            }
        }
        self
    }

    /// Grants a plugin's request, if the policy covers all of it.
    ///
    /// # Errors
    ///
    /// When a requested capability is not granted, the manifest lists imports and one of the component's is missing there, or a rule refuses
    /// the plugin.
    pub(crate) fn grant(&self, requested: &Requested) -> Result<Granted, Refused> {
        let mut refusals: Vec<_> = requested.undeclared.iter().map(Refusal::undeclared).collect();
        let mut grants = Vec::new();
        for capability in &requested.capabilities {
            let ruling = self.rulings.iter().find(|(ruled, _)| ruled == capability);
            let asks = match ruling.map(|(_, verdict)| verdict) {
                Some(Verdict::Withheld { .. }) => continue,
                Some(Verdict::Denied { rule, entry }) => {
                    refusals.push(Refusal::denied(capability, rule, entry));
                    continue;
                }
                Some(Verdict::Ask { rule }) => Some(rule),
                _ => None,
            };
            let narrowed = self.narrowed.iter().find(|(request, _)| request == capability);
            let wanted = narrowed.map_or(capability, |(_, narrowed)| narrowed);
            match self.provision(wanted) {
                Some(provision) => {
                    grants.push(Grant { capability: wanted.clone(), provision: provision.clone() })
                }
                // A plugin without its signature is granted nothing: to allow something would not help.
                None if self.unsigned.is_some() => {}
                None => refusals.push(Refusal::ungranted(wanted, self.known_folder(wanted), asks)),
            }
        }
        if refusals.is_empty() && self.unsigned.is_none() {
            Ok(Granted::new(requested.plugin.clone(), grants))
        } else {
            Err(Refused { unsigned: self.unsigned.clone(), refusals })
        }
    }

    /// The folder on this machine that is granted under the same path, with less access.
    fn known_folder(&self, wanted: &Capability) -> Option<&Path> {
        let Capability::Folder { path: wanted, .. } = wanted else { return None };
        self.grants.iter().find_map(|grant| match (&grant.capability, &grant.provision) {
            (Capability::Folder { path, .. }, Provision::Folder(host)) if path == wanted => {
                Some(host.as_path())
            }
            _ => None,
        })
    }
}

/// A host's grants in a file.
#[derive(Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
struct Table {
    imports: Vec<ImportName>,
    folders: Vec<FolderGrant>,
    env: BTreeMap<String, String>,
    network: Vec<NetworkHost>,
    http: Vec<HttpGrant>,
    keyvalue: BTreeMap<String, StoreGrant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    config: Option<BTreeMap<String, String>>,
    programs: BTreeMap<String, PathBuf>,
    clocks: bool,
    random: bool,
    stdio: bool,
}

impl TryFrom<Table> for Policy {
    type Error = InvalidCapability;

    fn try_from(table: Table) -> Result<Self, InvalidCapability> {
        let Table { imports, folders, env, network, http, keyvalue, config, programs, clocks, random, stdio } =
            table;
        let mut policy = Self::new();
        for FolderGrant { path, host, access } in folders {
            policy = policy.push(Capability::folder(&path, access)?, Provision::Folder(host));
        }
        for (name, value) in env {
            policy = policy.push(Capability::env(&name)?, Provision::Value(value));
        }
        for grant in http {
            let (to, provision) = match grant {
                HttpGrant::Plain(to) => (to, Provision::Nothing),
                HttpGrant::Bounded(BoundedHttp { to, max_body_bytes }) => {
                    (to, Provision::Body(max_body_bytes))
                }
            };
            policy = policy.push(Capability::Http(to.parse()?), provision);
        }
        for (name, store) in keyvalue {
            policy = policy.push(Capability::keyvalue(&name)?, Provision::Store(store));
        }
        if let Some(settings) = config {
            policy = policy.config(settings);
        }
        for (name, path) in programs {
            policy = policy.push(Capability::program(&name)?, Provision::Program(path));
        }
        let named = imports.into_iter().map(Capability::Import);
        let named = named.chain(network.into_iter().map(Capability::Network));
        let switches =
            [(clocks, Capability::Clocks), (random, Capability::Random), (stdio, Capability::Stdio)];
        let switched = switches.into_iter().filter_map(|(is_on, capability)| is_on.then_some(capability));
        Ok(named.chain(switched).fold(policy, Self::allow))
    }
}

impl From<Policy> for Table {
    fn from(policy: Policy) -> Self {
        let mut table = Self::default();
        for Grant { capability, provision } in policy.grants {
            match (capability, provision) {
                (Capability::Clocks, _) => table.clocks = true,
                (Capability::Random, _) => table.random = true,
                (Capability::Stdio, _) => table.stdio = true,
                (Capability::Import(name), _) => table.imports.push(name),
                (Capability::Network(host), _) => table.network.push(host),
                (Capability::Http(access), Provision::Body(max_body_bytes)) => {
                    table
                        .http
                        .push(HttpGrant::Bounded(BoundedHttp { to: access.to_string(), max_body_bytes }));
                }
                (Capability::Http(access), _) => table.http.push(HttpGrant::Plain(access.to_string())),
                (Capability::KeyValue(name), Provision::Store(store)) => {
                    drop(table.keyvalue.insert(name, store));
                }
                (Capability::Config, Provision::Settings(settings)) => {
                    table.config.get_or_insert_default().extend(settings);
                }
                (Capability::Env(name), Provision::Value(value)) => drop(table.env.insert(name, value)),
                (Capability::Folder { path, access }, Provision::Folder(host)) => {
                    table.folders.push(FolderGrant { path, host, access });
                }
                (Capability::Program(name), Provision::Program(path)) => {
                    drop(table.programs.insert(name, path));
                }
                // These always have a value, or there is nothing to write.
                (
                    Capability::Config
                    | Capability::Env(_)
                    | Capability::Folder { .. }
                    | Capability::KeyValue(_)
                    | Capability::Program(_),
                    _,
                ) => {}
            }
        }
        table
    }
}
