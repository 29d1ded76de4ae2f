//! The errors of policy files.

use std::fmt;
use std::path::PathBuf;

use crate::text;

/// A policy file cannot be used. A host that has one and cannot read it must not go on without it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyFileError {
    /// The file cannot be read.
    #[error("{} cannot be read: {source}", text::path(path))]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: std::io::Error,
    },
    /// The text is not a policy.
    #[error("{}{}: {}", text::path(path), At(*position), text::block(message))]
    Invalid {
        /// The file.
        path: PathBuf,
        /// The line and column, both counted from 1.
        position: Option<(usize, usize)>,
        /// What is wrong, and what is expected.
        message: String,
    },
}

struct At(Option<(usize, usize)>);

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |(line, column)| write!(f, ":{line}:{column}"))
    }
}
