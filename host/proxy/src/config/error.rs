use std::io;

use miette::{Diagnostic, NamedSource, SourceSpan};
use thiserror::Error;

/// Why a configuration file is refused.
#[derive(Debug, Error, Diagnostic)]
#[non_exhaustive]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read the configuration file {path}: {error}")]
    #[diagnostic(help("give the path of a configuration file, for example `witdock-proxy run proxy.toml`"))]
    Read {
        /// The path, as it was given.
        path: String,
        /// The error of the operating system.
        error: io::Error,
    },
    /// The file can be read and does not describe a proxy.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Invalid(Box<Invalid>),
}

/// An invalid place in a configuration file.
#[derive(Debug, Clone, Error, Diagnostic)]
#[error("{message}")]
pub struct Invalid {
    /// What is wrong.
    pub message: String,
    /// The whole file, which the message shows the place in.
    #[source_code]
    pub source_code: NamedSource<String>,
    /// The place.
    #[label("{label}")]
    pub span: SourceSpan,
    /// A short text for the place itself.
    pub label: String,
    /// What to do about it.
    #[help]
    pub help: Option<String>,
}
