//! A capability: permission to use one resource of the host or the system.

use std::fmt;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::invalid::InvalidCapability;
use super::{CapabilityKind, HttpAccess, ImportName, NetworkHost};

/// Permission to use one resource. A plugin requests it, and the host grants or refuses it.
///
/// Its `Display` is one line, which [`FromStr`] parses and which an application can store:
///
/// ```
/// use witdock::Capability;
///
/// for line in [
///     "clocks",
///     "config",
///     "env HOME",
///     "folder /data read-only",
///     "http GET https://example.org",
///     "import demo:shop/stock",
///     "keyvalue cache",
///     "network example.org:443",
///     "program git",
///     "random",
///     "stdio",
/// ] {
///     assert_eq!(line.parse::<Capability>()?.to_string(), line);
/// }
/// # Ok::<(), witdock::grants::InvalidCapability>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Capability {
    /// The wall clock and the monotonic clock.
    Clocks,
    /// The settings that the host has for this plugin.
    Config,
    /// The environment variable with this name.
    Env(String),
    /// A folder of the host's file system.
    Folder {
        /// The path inside the plugin's file system.
        path: String,
        /// The allowed operations.
        access: Access,
    },
    /// Requests by HTTP.
    Http(HttpAccess),
    /// An interface that the host's world provides, or a function of the world itself.
    Import(ImportName),
    /// The store of keys and values with this name.
    KeyValue(String),
    /// Connections to a host by TCP and UDP.
    Network(NetworkHost),
    /// Running the program of the system with this name. What it runs is outside of the sandbox, with the rights of the user.
    Program(String),
    /// Unpredictable random bytes.
    Random,
    /// Standard output and standard error, as lines of the plugin's log.
    Stdio,
}

/// The longest name of a program or of a store, bytes.
const LONGEST_NAME: usize = 64;

/// The operations that are allowed in a folder.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Access {
    /// List and read. `read-only` in a file.
    #[default]
    ReadOnly,
    /// List, read, write, create and remove. `read-write` in a file.
    ReadWrite,
}

impl Capability {
    /// The capability to read an environment variable.
    ///
    /// # Errors
    ///
    /// When the name is empty, or has `=` or a control character.
    pub fn env(name: &str) -> Result<Self, InvalidCapability> {
        if name.is_empty() || name.contains('=') || name.contains(char::is_control) {
            return Err(InvalidCapability(format!(
                "`{}` is not a valid environment variable name: write a name without `=`, for example \"HOME\"",
                name.escape_debug()
            )));
        }
        Ok(Self::Env(name.to_owned()))
    }

    /// The capability to use a folder. `path` is the path inside the plugin's file system.
    ///
    /// # Errors
    ///
    /// When the path is empty or has control characters.
    pub fn folder(path: &str, access: Access) -> Result<Self, InvalidCapability> {
        if path.is_empty() || path.contains(char::is_control) {
            return Err(InvalidCapability(format!(
                "`{}` is not a valid folder path: write the path by which the plugin knows it, for example \"/data\"",
                path.escape_debug()
            )));
        }
        Ok(Self::Folder { path: path.to_owned(), access })
    }

    /// The capability to run a program of the system. The host finds it by this name, or has another one for it.
    ///
    /// # Errors
    ///
    /// When the name is a path or an option, or has characters that names of programs do not have.
    pub fn program(name: &str) -> Result<Self, InvalidCapability> {
        let is_of_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '+');
        let is_valid = name.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
        if !is_valid || !name.chars().all(is_of_name) || name.len() > LONGEST_NAME {
            return Err(InvalidCapability(format!(
                "`{}` is not a valid program name: write the name without folders, for example \"git\"",
                name.escape_debug()
            )));
        }
        Ok(Self::Program(name.to_owned()))
    }

    /// The capability to use a store of keys and values.
    ///
    /// # Errors
    ///
    /// When the name is empty, too long, or has other characters than letters, digits, `-`, `_` and `.`.
    pub fn keyvalue(name: &str) -> Result<Self, InvalidCapability> {
        let is_of_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if name.is_empty() || name.len() > LONGEST_NAME || !name.chars().all(is_of_name) {
            return Err(InvalidCapability(format!(
                "`{}` is not a valid name of a store: write 1 to {LONGEST_NAME} letters, digits, `-`, `_` and `.`, for example \
                 \"default\"",
                name.escape_debug()
            )));
        }
        Ok(Self::KeyValue(name.to_owned()))
    }

    /// The kind of capability.
    pub fn kind(&self) -> CapabilityKind {
        match self {
            Self::Clocks => CapabilityKind::Clocks,
            Self::Config => CapabilityKind::Config,
            Self::Env(_) => CapabilityKind::Env,
            Self::Folder { .. } => CapabilityKind::Folder,
            Self::Http(_) => CapabilityKind::Http,
            Self::Import(_) => CapabilityKind::Import,
            Self::KeyValue(_) => CapabilityKind::KeyValue,
            Self::Network(_) => CapabilityKind::Network,
            Self::Program(_) => CapabilityKind::Program,
            Self::Random => CapabilityKind::Random,
            Self::Stdio => CapabilityKind::Stdio,
        }
    }

    /// Whether a grant of this one allows the other: the same thing, or less. `read-write` covers `read-only`,
    /// a host without a port covers each of its ports, HTTP with two methods covers one of them, `demo:shop/*` covers each interface of the package, and a
    /// name without a version covers every version.
    pub fn covers(&self, wanted: &Self) -> bool {
        match (self, wanted) {
            (Self::Folder { path, access }, Self::Folder { path: wanted_path, access: wanted_access }) => {
                path == wanted_path && access >= wanted_access
            }
            (Self::Http(granted), Self::Http(wanted)) => granted.covers(wanted),
            (Self::Import(granted), Self::Import(wanted)) => granted.covers(wanted),
            (Self::Network(granted), Self::Network(wanted)) => granted.covers(wanted),
            _ => self == wanted,
        }
    }

    /// The same capability without the version of an import, to compare the requests of two generations.
    #[must_use]
    pub fn without_version(&self) -> Self {
        match self {
            Self::Import(name) => Self::Import(name.without_version()),
            other => other.clone(),
        }
    }

    /// The line of TOML that grants it in a host's policy. Values that only the host knows, such as the folder on this
    /// machine, are `…`.
    pub fn grant_line(&self) -> String {
        match self {
            Self::Clocks => "clocks = true".to_owned(),
            Self::Config => "config = { KEY = \"…\" }".to_owned(),
            Self::Env(name) => format!("env = {{ {} = \"…\" }}", key(name)),
            Self::Folder { path, access } => folder_line(path, "…", *access),
            Self::Http(access) => format!("http = [\"{access}\"]"),
            Self::Import(name) => format!("imports = [\"{}\"]", name.path()),
            Self::KeyValue(name) => format!("keyvalue = {{ {} = {{}} }}", key(name)),
            Self::Network(host) => format!("network = [\"{host}\"]"),
            Self::Program(name) => format!("programs = {{ {} = \"…\" }}", key(name)),
            Self::Random => "random = true".to_owned(),
            Self::Stdio => "stdio = true".to_owned(),
        }
    }
}

/// The line that grants a folder.
pub(super) fn folder_line(path: &str, host: &str, access: Access) -> String {
    format!("folders = [{{ path = {}, host = {}, access = \"{access}\" }}]", quoted(path), quoted(host))
}

/// A string in TOML syntax.
fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

/// A key in TOML syntax, quoted if necessary.
fn key(name: &str) -> String {
    let is_bare = name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
    if is_bare && !name.is_empty() { name.to_owned() } else { quoted(name) }
}

impl fmt::Display for Capability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Clocks | Self::Config | Self::Random | Self::Stdio => f.write_str(self.kind().word()),
            Self::Env(name) => write!(f, "env {name}"),
            Self::Folder { path, access } => write!(f, "folder {path} {access}"),
            Self::Http(access) => write!(f, "http {access}"),
            Self::Import(name) => write!(f, "import {name}"),
            Self::KeyValue(name) => write!(f, "keyvalue {name}"),
            Self::Network(host) => write!(f, "network {host}"),
            Self::Program(name) => write!(f, "program {name}"),
        }
    }
}

impl FromStr for Capability {
    type Err = InvalidCapability;

    fn from_str(text: &str) -> Result<Self, InvalidCapability> {
        let (word, what) = text.split_once(' ').unwrap_or((text, ""));
        let kind = CapabilityKind::ALL.into_iter().find(|kind| kind.word() == word);
        match (kind, what) {
            (Some(CapabilityKind::Clocks), "") => Ok(Self::Clocks),
            (Some(CapabilityKind::Config), "") => Ok(Self::Config),
            (Some(CapabilityKind::Random), "") => Ok(Self::Random),
            (Some(CapabilityKind::Stdio), "") => Ok(Self::Stdio),
            (Some(CapabilityKind::Env), name) => Self::env(name),
            (Some(CapabilityKind::Http), access) => access.parse().map(Self::Http),
            (Some(CapabilityKind::KeyValue), name) => Self::keyvalue(name),
            (Some(CapabilityKind::Import), name) => name.parse().map(Self::Import),
            (Some(CapabilityKind::Network), host) => host.parse().map(Self::Network),
            (Some(CapabilityKind::Program), name) => Self::program(name),
            (Some(CapabilityKind::Folder), folder) => {
                let (path, access) = folder.rsplit_once(' ').unwrap_or((folder, ""));
                let access = match access {
                    "read-only" => Access::ReadOnly,
                    "read-write" => Access::ReadWrite,
                    _ => {
                        return Err(InvalidCapability(format!(
                            "`{}` has no access mode: end it with `read-only` or `read-write`",
                            text.escape_debug()
                        )));
                    }
                };
                Self::folder(path, access)
            }
            _ => Err(InvalidCapability(format!(
                "`{}` is not a capability: write `clocks`, `config`, `env NAME`, `folder PATH read-only`, `http URL`, \
                 `import NAME`, `keyvalue NAME`, `network HOST`, `program NAME`, `random` or `stdio`",
                text.escape_debug()
            ))),
        }
    }
}

impl Serialize for Capability {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Capability {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ReadOnly => "read-only",
            Self::ReadWrite => "read-write",
        })
    }
}
