use std::fs;
use std::io;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

/// A unit of work, which a commit covers as a whole or not at all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unit {
    /// A file's path, the same however a pipeline spells it, an object's url, or a range of a query.
    pub id: String,
    /// The size of a file or an object in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// When a file or an object was last changed, in microseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modified_us: Option<u64>,
    /// What a store calls this version of an object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

impl Unit {
    /// A unit that is known by its name alone.
    pub(crate) fn named(id: String) -> Self {
        Self { id, size: None, modified_us: None, version: None }
    }

    /// The unit of a file in its current state.
    pub(crate) fn file(path: &Path) -> io::Result<Self> {
        let metadata = fs::metadata(path)?;
        let since = |time: SystemTime| time.duration_since(UNIX_EPOCH).ok();
        let modified = metadata.modified().ok().and_then(since);
        Ok(Self {
            id: name(&path.canonicalize()?),
            size: Some(metadata.len()),
            modified_us: modified.and_then(|since| u64::try_from(since.as_micros()).ok()),
            version: None,
        })
    }
}

/// The name of the unit that a file is.
pub(crate) fn unit_name(path: &Path) -> String {
    path.canonicalize().map_or_else(|_| path.display().to_string(), |path| name(&path))
}

/// A path as text. Bytes that are no text are escaped, so that two files never have one name.
fn name(path: &Path) -> String {
    path.to_str().map_or_else(|| format!("{path:?}"), str::to_owned)
}

/// How far a source has been read: the greatest key of a query so far, as its database writes it, or a plugin's last unit.
pub type Bookmark = String;
