//! Kinds of capabilities, and which of them an interface of WASI needs.

/// The kind of a [`Capability`](super::Capability).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CapabilityKind {
    /// The wall clock and the monotonic clock.
    Clocks,
    /// Settings that the host has for the plugin.
    Config,
    /// An environment variable.
    Env,
    /// A folder of the host's file system.
    Folder,
    /// Requests by HTTP.
    Http,
    /// An import of the host's world.
    Import,
    /// A store of keys and values.
    KeyValue,
    /// Connections to a network host.
    Network,
    /// A program of the system.
    Program,
    /// Unpredictable random bytes.
    Random,
    /// Standard output and standard error.
    Stdio,
}

/// Prefixes of the names of WASI's interfaces; the first match counts.
const OF_WASI: [(&str, Option<CapabilityKind>); 11] = [
    ("wasi:clocks/", Some(CapabilityKind::Clocks)),
    ("wasi:cli/environment@", Some(CapabilityKind::Env)),
    ("wasi:config/", Some(CapabilityKind::Config)),
    ("wasi:filesystem/", Some(CapabilityKind::Folder)),
    ("wasi:http/outgoing-handler@", Some(CapabilityKind::Http)),
    ("wasi:keyvalue/", Some(CapabilityKind::KeyValue)),
    // Without the grant its seed is fixed, so it reveals nothing.
    ("wasi:random/insecure", None),
    ("wasi:random/", Some(CapabilityKind::Random)),
    ("wasi:sockets/", Some(CapabilityKind::Network)),
    ("wasi:cli/stdout@", Some(CapabilityKind::Stdio)),
    ("wasi:cli/stderr@", Some(CapabilityKind::Stdio)),
];

impl CapabilityKind {
    /// All kinds, in the order of their words.
    pub const ALL: [Self; 11] = [
        Self::Clocks,
        Self::Config,
        Self::Env,
        Self::Folder,
        Self::Http,
        Self::Import,
        Self::KeyValue,
        Self::Network,
        Self::Program,
        Self::Random,
        Self::Stdio,
    ];

    /// The kind of capability that an interface of WASI 0.2 needs, by the interface's full name. `None` for an interface
    /// that needs no grant, and for names outside of WASI.
    pub fn of_wasi(interface: &str) -> Option<Self> {
        OF_WASI.iter().find(|(prefix, _)| interface.starts_with(prefix)).and_then(|(_, kind)| *kind)
    }

    /// The first word of a capability of this kind as text.
    pub fn word(self) -> &'static str {
        match self {
            Self::Clocks => "clocks",
            Self::Config => "config",
            Self::Env => "env",
            Self::Folder => "folder",
            Self::Http => "http",
            Self::Import => "import",
            Self::KeyValue => "keyvalue",
            Self::Network => "network",
            Self::Program => "program",
            Self::Random => "random",
            Self::Stdio => "stdio",
        }
    }

    /// The key in the `[grants]` table of a `plugin.toml`, with a value to fill in.
    pub fn request_line(self) -> &'static str {
        match self {
            Self::Clocks => "clocks = true",
            Self::Config => "config = true",
            Self::Env => "env = [\"NAME\"]",
            Self::Folder => "folders = [{ path = \"…\" }]",
            Self::Http => "http = [\"GET https://host\"]",
            Self::Import => "imports = [\"…\"]",
            Self::KeyValue => "keyvalue = [\"NAME\"]",
            Self::Network => "network = [\"host:port\"]",
            Self::Program => "programs = [\"…\"]",
            Self::Random => "random = true",
            Self::Stdio => "stdio = true",
        }
    }
}
