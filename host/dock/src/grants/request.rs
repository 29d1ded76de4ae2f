//! What a plugin asks for, in the `[grants]` table of its manifest.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What a plugin asks to touch. Asking grants nothing: the host's policy decides.
///
/// The default asks for the interface's own imports and nothing of the system.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Request {
    /// The interface's imports that the plugin needs, by name (`witdock:etl/lookup`). `None` asks for whatever
    /// its component imports; an empty list asks for none.
    pub imports: Option<Vec<String>>,
    /// Folders of the host's file system.
    pub folders: Vec<FolderRequest>,
    /// Names of environment variables.
    pub env: Vec<String>,
    /// Network hosts, as `host` or `host:port`.
    pub network: Vec<String>,
    /// The wall clock and the monotonic clock.
    pub clocks: bool,
    /// Random bytes from the system.
    pub random: bool,
    /// Standard output and standard error, as lines in the host's log.
    pub stdio: bool,
}

/// A folder that a plugin asks for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct FolderRequest {
    /// Where the plugin sees it, for example `/data`. Which folder of the machine that is, the host decides.
    pub path: String,
    /// What the plugin wants to do in it. A manifest that does not say means [`Access::ReadOnly`].
    #[serde(default)]
    pub access: Access,
}

/// What may be done in a folder.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Access {
    /// List and read. `read-only` in a manifest.
    #[default]
    ReadOnly,
    /// List, read, write, create and remove. `read-write` in a manifest.
    ReadWrite,
}

impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ReadOnly => "read-only",
            Self::ReadWrite => "read-write",
        })
    }
}
