//! The host's side of the grants, and where both sides meet.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{Access, Request};

/// What the host is willing to grant one plugin. The default grants nothing.
///
/// A plugin gets what it requests *and* the policy grants. What it requests in vain refuses it as a whole: a
/// plugin that runs without half of what it needs fails later, and in a place that says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    /// Interfaces of the host's world, for example `witdock:etl/lookup`, with or without version; `witdock:etl/*` is
    /// every interface of a package.
    pub imports: Vec<String>,
    /// Folders, by the path that the plugin knows.
    pub folders: Vec<FolderGrant>,
    /// Environment variables: the names that a plugin may ask for, and the values that it gets.
    pub env: BTreeMap<String, String>,
    /// Hosts that the plugin may connect to by TCP or UDP: `name:port`, `address:port`, or `name:*` for any port.
    pub network: Vec<String>,
    /// The wall clock and the monotonic clock.
    pub clocks: bool,
    /// Unpredictable randomness.
    pub random: bool,
    /// stdout and stderr as lines of the plugin's log. Without it they are swallowed.
    pub stdio: bool,
}

/// A folder that the host lends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FolderGrant {
    /// Where the plugin sees it.
    pub path: String,
    /// Where it is on this machine.
    pub host: PathBuf,
    /// The most that the plugin may do in it.
    #[serde(default)]
    pub access: Access,
}

impl Policy {
    /// A policy that grants nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Grants an interface of the host's world; see [`Policy::imports`].
    #[must_use]
    pub fn import(mut self, interface: impl Into<String>) -> Self {
        self.imports.push(interface.into());
        self
    }

    /// Grants a folder: `path` is where the plugin sees it, `host` where it is.
    #[must_use]
    pub fn folder(mut self, path: impl Into<String>, host: impl Into<PathBuf>, access: Access) -> Self {
        self.folders.push(FolderGrant { path: path.into(), host: host.into(), access });
        self
    }

    /// Grants an environment variable with this value.
    #[must_use]
    pub fn env(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.env.insert(name.into(), value.into());
        self
    }

    /// Grants connections to `name:port`; see [`Policy::network`].
    #[must_use]
    pub fn network(mut self, host: impl Into<String>) -> Self {
        self.network.push(host.into());
        self
    }

    /// Grants the clocks.
    #[must_use]
    pub fn clocks(mut self) -> Self {
        self.clocks = true;
        self
    }

    /// Grants randomness.
    #[must_use]
    pub fn random(mut self) -> Self {
        self.random = true;
        self
    }

    /// Grants stdout and stderr, as log lines.
    #[must_use]
    pub fn stdio(mut self) -> Self {
        self.stdio = true;
        self
    }

    /// The intersection of a request with this policy. `imports` are the interfaces of the host's world that the
    /// component really imports.
    pub(crate) fn grant(&self, request: &Request, imports: &[String]) -> Result<Granted, Refused> {
        let mut refused = Refused::default();
        for import in imports {
            if let Some(requested) = &request.imports
                && !names(requested, import)
            {
                refused.unrequested.push(import.clone());
            }
            if !names(&self.imports, import) {
                refused.add(
                    format!("the interface {import}"),
                    format!("imports = [\"{}\"]", unversioned(import)),
                );
            }
        }
        let mut granted = Granted {
            env: Vec::new(),
            folders: Vec::new(),
            network: Vec::new(),
            clocks: request.clocks,
            random: request.random,
            stdio: request.stdio,
        };
        for wanted in &request.folders {
            match self.folders.iter().find(|folder| folder.path == wanted.path) {
                Some(folder) if folder.access >= wanted.access => {
                    granted.folders.push(FolderGrant { access: wanted.access, ..folder.clone() });
                }
                found => refused.add(
                    format!("the folder {} ({})", wanted.path, wanted.access),
                    format!(
                        "folders = [{{ path = \"{}\", host = {}, access = \"{}\" }}]",
                        wanted.path,
                        found.map_or_else(|| "\"…\"".to_owned(), |folder| format!("{:?}", folder.host)),
                        wanted.access
                    ),
                ),
            }
        }
        for name in &request.env {
            match self.env.get(name) {
                Some(value) => granted.env.push((name.clone(), value.clone())),
                None => refused
                    .add(format!("the environment variable {name}"), format!("env = {{ {name} = \"…\" }}")),
            }
        }
        for host in &request.network {
            if self.network.iter().any(|pattern| covers(pattern, host)) {
                granted.network.push(host.clone());
            } else {
                refused.add(format!("connections to {host}"), format!("network = [\"{host}\"]"));
            }
        }
        for (requested, allowed, what, key) in [
            (request.clocks, self.clocks, "the clocks", "clocks"),
            (request.random, self.random, "randomness", "random"),
            (request.stdio, self.stdio, "stdout and stderr", "stdio"),
        ] {
            if requested && !allowed {
                refused.add(what.to_owned(), format!("{key} = true"));
            }
        }
        if refused.is_empty() { Ok(granted) } else { Err(refused) }
    }
}

/// What a plugin gets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Granted {
    pub(crate) env: Vec<(String, String)>,
    pub(crate) folders: Vec<FolderGrant>,
    pub(crate) network: Vec<String>,
    pub(crate) clocks: bool,
    pub(crate) random: bool,
    pub(crate) stdio: bool,
}

/// What a plugin wants and does not get.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Refused {
    /// Each thing refused, in words, and the line of the host's grants that would allow it.
    pub items: Vec<(String, String)>,
    /// Interfaces that the component imports and its own manifest does not list.
    pub unrequested: Vec<String>,
}

impl Refused {
    fn add(&mut self, what: String, grant: String) {
        self.items.push((what, grant));
    }

    fn is_empty(&self) -> bool {
        self.items.is_empty() && self.unrequested.is_empty()
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for import in &self.unrequested {
            write!(
                f,
                "\n  it imports {import}, which its plugin.toml does not request; add to its [grants]: imports = [\"{}\"]",
                unversioned(import)
            )?;
        }
        for (what, grant) in &self.items {
            write!(f, "\n  {what}; to allow it, add to the host's grants for this plugin: {grant}")?;
        }
        Ok(())
    }
}

fn unversioned(interface: &str) -> &str {
    interface.split('@').next().unwrap_or(interface)
}

/// Whether one of the patterns names an interface: with its version, without, or its whole package.
fn names(patterns: &[String], interface: &str) -> bool {
    let bare = unversioned(interface);
    patterns.iter().any(|pattern| {
        pattern == interface
            || pattern == bare
            || pattern
                .strip_suffix("/*")
                .is_some_and(|package| bare.rsplit_once('/').is_some_and(|(of, _)| of == package))
    })
}

/// Whether a granted `host:port` covers a requested one.
fn covers(pattern: &str, wanted: &str) -> bool {
    match (pattern.rsplit_once(':'), wanted.rsplit_once(':')) {
        (Some((pattern_host, "*")), Some((host, _))) => pattern_host.eq_ignore_ascii_case(host),
        (Some((pattern_host, pattern_port)), Some((host, port))) => {
            pattern_host.eq_ignore_ascii_case(host) && pattern_port == port
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grants::FolderRequest;

    fn everything() -> Request {
        Request {
            imports: None,
            folders: vec![FolderRequest { path: "/data".into(), access: Access::ReadOnly }],
            env: vec!["HOME".into()],
            network: vec!["example.org:443".into()],
            clocks: true,
            random: true,
            stdio: true,
        }
    }

    fn all() -> Policy {
        Policy::new()
            .import("a:b/*")
            .folder("/data", "/srv/data", Access::ReadWrite)
            .env("HOME", "/home/x")
            .env("SECRET", "y")
            .network("example.org:*")
            .clocks()
            .random()
            .stdio()
    }

    #[test]
    fn an_empty_policy_refuses_everything_and_says_each() {
        let refused = Policy::new().grant(&everything(), &["a:b/c@1.0.0".into()]).unwrap_err();
        assert_eq!(refused.items.len(), 7, "{refused}");
        let text = refused.to_string();
        for line in [
            "imports = [\"a:b/c\"]",
            "path = \"/data\"",
            "env = { HOME",
            "network = [\"example.org:443\"]",
            "clocks = true",
        ] {
            assert!(text.contains(line), "{line} is not in {text}");
        }
    }

    #[test]
    fn an_empty_request_gets_nothing_from_the_widest_policy() {
        assert_eq!(all().grant(&Request::default(), &[]).unwrap(), Granted::default());
    }

    #[test]
    fn a_grant_is_the_intersection() {
        let granted = all().grant(&everything(), &["a:b/c@1.0.0".into()]).unwrap();
        assert_eq!(
            granted.folders,
            [FolderGrant { path: "/data".into(), host: "/srv/data".into(), access: Access::ReadOnly }]
        );
        assert_eq!(granted.env, [("HOME".to_owned(), "/home/x".to_owned())]);
        assert_eq!(granted.network, ["example.org:443"]);
    }

    #[test]
    fn read_only_does_not_cover_read_write() {
        let policy = Policy::new().folder("/data", "/srv", Access::ReadOnly);
        let request = Request {
            folders: vec![FolderRequest { path: "/data".into(), access: Access::ReadWrite }],
            ..Request::default()
        };
        assert!(policy.grant(&request, &[]).unwrap_err().to_string().contains("read-write"));
    }

    #[test]
    fn an_import_must_be_requested_where_there_is_a_list() {
        let request = Request { imports: Some(vec![]), ..Request::default() };
        let refused = all().grant(&request, &["a:b/c@1.0.0".into()]).unwrap_err();
        assert_eq!(refused.unrequested, ["a:b/c@1.0.0"]);
    }

    #[test]
    fn a_package_pattern_covers_its_package_alone() {
        assert!(names(&["a:b/*".into()], "a:b/c@0.1.0"));
        assert!(!names(&["a:b/*".into()], "a:bb/c"));
        assert!(!names(&["a:b/c".into()], "a:b/cc"));
    }
}
