//! Whether folders are built, and how long that may take.

use std::time::Duration;

/// A host's rule for the builds of plugins' folders. A build runs programs that the folder's manifest names, with the rights of the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Builds {
    /// No folder is built: only components are loaded.
    Refused,
    /// A build may take this long. The default is 10 minutes: enough for the first build of a plugin with all its
    /// dependencies on a slow machine, and an end to one that waits for something that never comes.
    Within(Duration),
}

impl Default for Builds {
    fn default() -> Self {
        Self::Within(Duration::from_secs(600))
    }
}
