//! A store of keys and values that the host provides.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// A store of keys and values that the host provides, with its bounds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StoreGrant {
    /// The file that keeps it, made where it does not exist. Plugins that are granted the same file share the store. Without a file it is in
    /// memory: it belongs to this plugin, and stays while the plugin is loaded, across reloads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<PathBuf>,
    /// The most bytes of all keys and values together. Default 1 MiB: settings and small caches. A store is in memory, also
    /// one with a file.
    pub max_bytes: usize,
    /// The most keys. Default 10,000.
    pub max_keys: usize,
}

impl Default for StoreGrant {
    fn default() -> Self {
        Self { file: None, max_bytes: 1 << 20, max_keys: 10_000 }
    }
}
