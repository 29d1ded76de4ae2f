//! The use of an imported interface, and the grant that it needs.

use serde::Serialize;
use witdock::grants::CapabilityKind;

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
pub(crate) struct Purpose {
    pub(crate) provider: Provider,
    /// A short name: `files`, `clocks`.
    pub(crate) name: &'static str,
    /// The line in `[grants]` that requests it; `None` if it needs no grant of the system.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) grant: Option<&'static str>,
}

/// Interfaces of WASI 0.2 by the beginning of their names. The first match counts.
const SYSTEM: [(&str, &str); 15] = [
    ("wasi:filesystem/", "files"),
    ("wasi:clocks/", "clocks"),
    ("wasi:random/insecure", "insecure randomness"),
    ("wasi:random/", "randomness"),
    ("wasi:sockets/", "network"),
    ("wasi:http/", "HTTP requests"),
    ("wasi:keyvalue/", "stores of keys and values"),
    ("wasi:config/", "settings"),
    ("wasi:cli/environment", "environment"),
    ("wasi:cli/exit", "exit"),
    ("wasi:cli/stdin", "standard input (always empty)"),
    ("wasi:cli/std", "standard output"),
    ("wasi:cli/", "terminal (unsupported)"),
    ("wasi:io/", "streams of other interfaces"),
    ("wasi:", "unsupported"),
];

impl Purpose {
    /// The purpose of an interface with this name.
    pub(crate) fn of(interface: &str) -> Self {
        if interface.starts_with("witdock:plugin/") {
            return Self { provider: Provider::Witdock, name: "provided to every plugin", grant: None };
        }
        let grant = CapabilityKind::of_wasi(interface).map(CapabilityKind::request_line);
        match SYSTEM.iter().find(|(prefix, _)| interface.starts_with(prefix)) {
            Some((_, name)) => Self { provider: Provider::System, name, grant },
            None => Self { provider: Provider::Application, name: "provided by the application", grant },
        }
    }
}
