//! The use of an imported interface, and the grant that it needs.

use serde::Serialize;

/// The provider of an imported interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Provider {
    /// The application that loads the plugin.
    Application,
    /// witdock itself: `witdock:plugin`.
    Witdock,
    /// The WASI implementation of the dock.
    System,
}

/// The use of an imported interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct Capability {
    pub(crate) provider: Provider,
    /// A short name: `files`, `clocks`.
    pub(crate) name: &'static str,
    /// The line in `[grants]` that requests it; `None` if it needs no grant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) grant: Option<&'static str>,
}

/// Interfaces of WASI 0.2 by the beginning of their names. The first match counts.
const SYSTEM: [(&str, &str, Option<&str>); 13] = [
    ("wasi:filesystem/", "files", Some("folders = [{ path = \"…\" }]")),
    ("wasi:clocks/", "clocks", Some("clocks = true")),
    // Without the grant, its seed is fixed.
    ("wasi:random/insecure", "insecure randomness", None),
    ("wasi:random/", "randomness", Some("random = true")),
    ("wasi:sockets/", "network", Some("network = [\"host:port\"]")),
    ("wasi:http/", "HTTP (unsupported)", None),
    ("wasi:cli/environment", "environment", Some("env = [\"NAME\"]")),
    ("wasi:cli/exit", "exit", None),
    ("wasi:cli/stdin", "standard input (always empty)", None),
    ("wasi:cli/std", "standard output", Some("stdio = true")),
    ("wasi:cli/", "terminal (unsupported)", None),
    ("wasi:io/", "streams of other interfaces", None),
    ("wasi:", "unsupported", None),
];

impl Capability {
    /// The capability of an interface with this name.
    pub(crate) fn of(interface: &str) -> Self {
        if interface.starts_with("witdock:plugin/") {
            return Self { provider: Provider::Witdock, name: "provided to every plugin", grant: None };
        }
        match SYSTEM.iter().find(|(prefix, ..)| interface.starts_with(prefix)) {
            Some((_, name, grant)) => Self { provider: Provider::System, name, grant: *grant },
            None => {
                Self { provider: Provider::Application, name: "provided by the application", grant: None }
            }
        }
    }
}
