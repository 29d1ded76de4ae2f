//! The languages that plugins can be made in here.

use clap::ValueEnum;

/// A guest language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Language {
    Rust,
    Javascript,
    Typescript,
    Python,
    C,
    Cpp,
    Zig,
    Go,
}

impl Language {
    /// The name on the command line and of the templates' folder.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Rust => "rust",
            Self::Javascript => "javascript",
            Self::Typescript => "typescript",
            Self::Python => "python",
            Self::C => "c",
            Self::Cpp => "cpp",
            Self::Zig => "zig",
            Self::Go => "go",
        }
    }
}
