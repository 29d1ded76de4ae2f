//! Why a source gives no component.

use std::path::PathBuf;

use super::build::BuildError;
use super::encode_error::EncodeError;
use super::manifest::ManifestError;

/// Why a source cannot be opened, or gives no artifact.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
    /// A file or folder cannot be read.
    #[error("{}: cannot be read: {source}", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The path is no plugin.
    #[error("{}: {reason}", path.display())]
    NotAPlugin {
        /// The path that was given.
        path: PathBuf,
        /// What it is, and what was expected.
        reason: String,
    },
    /// The manifest is wrong.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// The folder cannot be built.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// What the build left cannot become a component.
    #[error("{}: {error}", path.display())]
    Encode {
        /// The build's output.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        error: EncodeError,
    },
}
