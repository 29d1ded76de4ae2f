//! The errors of opening and building a source.

use std::path::PathBuf;

use super::build::BuildError;
use super::encode_error::EncodeError;
use super::manifest::ManifestError;
use crate::text;

/// A source cannot be opened, read or built.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
    /// A file or folder cannot be read.
    #[error("{}: cannot be read: {source}", text::path(path))]
    Read {
        /// The file or folder that cannot be read.
        path: PathBuf,
        /// The operating system's error.
        source: std::io::Error,
    },
    /// The path is neither a component nor a plugin's folder.
    #[error("{}: {}", text::path(path), text::block(reason))]
    NotAPlugin {
        /// The path that was opened.
        path: PathBuf,
        /// What is wrong with the path, and how to fix it.
        reason: String,
    },
    /// The manifest cannot be parsed or is invalid.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// The build failed.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// The build's output cannot become a component.
    #[error("{}: {error}", text::path(path))]
    Encode {
        /// The build's output file.
        path: PathBuf,
        /// Why it cannot be converted.
        #[source]
        error: EncodeError,
    },
}
