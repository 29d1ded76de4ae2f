use std::io;
use std::path::PathBuf;

use thiserror::Error;
use witdock::grants::PolicyFileError;
use witdock::text;

/// What a pipeline trusts cannot be read.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum TrustError {
    /// The policy file.
    #[error(transparent)]
    Policy(#[from] PolicyFileError),
    /// The lock file.
    #[error(transparent)]
    Lock(#[from] LockFileError),
}

/// A lock file cannot be read or written.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum LockFileError {
    /// The system refuses it.
    #[error("{}: {source}", text::path(path))]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// It is no lock file.
    #[error("{}: {}; `witdock-etl lock` writes it anew", text::path(path), text::block(message))]
    Invalid {
        /// The file.
        path: PathBuf,
        /// What is wrong, and where.
        message: String,
    },
}

/// The pipeline has a lock file, and a plugin is not in it.
#[derive(Debug, Error)]
#[error(
    "{} has no entry for {}: if you trust its component, run `witdock-etl lock` to add it",
    text::path(lock),
    text::path(plugin)
)]
pub struct NotLocked {
    pub(super) lock: PathBuf,
    pub(super) plugin: PathBuf,
}
