//! What an import is for, and the grant that it needs.

use serde::Serialize;

/// Who lends an imported interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Lender {
    /// The application that the plugin is made for.
    Application,
    /// witdock itself: `witdock:plugin`.
    Witdock,
    /// WASI.
    System,
}

/// What an imported interface is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct Capability {
    pub(crate) lender: Lender,
    /// In a word or two: `files`, `clocks`.
    pub(crate) name: &'static str,
    /// The line in `[grants]` that it needs; none where nothing is needed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) grant: Option<&'static str>,
}

/// Beginnings of names in WASI 0.2, the first that fits counts.
const SYSTEM: [(&str, &str, Option<&str>); 13] = [
    ("wasi:filesystem/", "files", Some("folders = [{ path = \"…\" }]")),
    ("wasi:clocks/", "clocks", Some("clocks = true")),
    // Its seed is fixed where randomness is not granted.
    ("wasi:random/insecure", "randomness that need not be good", None),
    ("wasi:random/", "randomness", Some("random = true")),
    ("wasi:sockets/", "network", Some("network = [\"host:port\"]")),
    ("wasi:http/", "HTTP, which is not lent", None),
    ("wasi:cli/environment", "environment", Some("env = [\"NAME\"]")),
    ("wasi:cli/exit", "exit", None),
    ("wasi:cli/stdin", "standard input, which is closed", None),
    ("wasi:cli/std", "standard output", Some("stdio = true")),
    ("wasi:cli/", "terminal, which there is none", None),
    ("wasi:io/", "streams of the others", None),
    ("wasi:", "not lent", None),
];

impl Capability {
    /// Of an interface by its name.
    pub(crate) fn of(interface: &str) -> Self {
        if interface.starts_with("witdock:plugin/") {
            return Self { lender: Lender::Witdock, name: "lent to every plugin", grant: None };
        }
        match SYSTEM.iter().find(|(prefix, ..)| interface.starts_with(prefix)) {
            Some((_, name, grant)) => Self { lender: Lender::System, name, grant: *grant },
            None => Self { lender: Lender::Application, name: "the application's", grant: None },
        }
    }
}
