use std::path::PathBuf;

use serde::Deserialize;

/// An application behind a route: a component that answers requests itself.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApplicationConfig {
    /// The component, or its project folder.
    pub plugin: PathBuf,
}
