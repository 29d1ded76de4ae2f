//! What is recorded about a capability.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use crate::foreign::Digest;
use crate::grants::Capability;

/// The use of one granted capability by one component. In JSON it is an object; times are those of RFC 3339, in UTC.
///
/// One use is a call of the system's functions behind the capability: the clocks were read, random bytes drawn, the environment was asked for, a line was written,
/// a connection made or a datagram sent, a name looked up, a path of a folder opened or changed, a program started. An import of the host's world counts once for each generation
/// that is linked with it, since its calls go through the application's own code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Use {
    /// The plugin's name.
    pub plugin: Arc<str>,
    /// The digest of the component.
    pub digest: Digest,
    /// The capability, as it was granted.
    pub capability: Capability,
    /// The folder or the program on this machine, if the capability is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<PathBuf>,
    /// The ports that a granted host was connected with, at most 32 of them.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub ports: BTreeSet<u16>,
    /// Whether a folder that was granted with `read-write` was written to, or only read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wrote: Option<bool>,
    /// The number of uses.
    pub count: u64,
    /// The time of the first one. `None` if there was none.
    #[serde(default, with = "rfc3339", skip_serializing_if = "Option::is_none")]
    pub first: Option<SystemTime>,
    /// The time of the last one.
    #[serde(default, with = "rfc3339", skip_serializing_if = "Option::is_none")]
    pub last: Option<SystemTime>,
}

mod rfc3339 {
    use std::time::SystemTime;

    use serde::de::Error as _;
    use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer};

    pub(super) fn serialize<S: Serializer>(
        time: &Option<SystemTime>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        time.map(|time| humantime::format_rfc3339_millis(time).to_string()).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<SystemTime>, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?;
        text.map(|text| humantime::parse_rfc3339(&text).map_err(D::Error::custom)).transpose()
    }
}
