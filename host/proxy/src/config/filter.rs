use std::path::PathBuf;

use serde::Deserialize;

/// A filter: a plugin that requests pass through.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FilterConfig {
    /// The component, or its project folder.
    pub plugin: PathBuf,
}
