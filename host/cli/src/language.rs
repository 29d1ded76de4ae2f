//! The languages that plugins can be made in here.

use std::fmt;

use clap::ValueEnum;

/// A guest language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Language {
    #[value(alias = "rs")]
    Rust,
    #[value(alias = "js")]
    Javascript,
    #[value(alias = "ts")]
    Typescript,
    #[value(alias = "py")]
    Python,
    C,
    #[value(alias = "c++")]
    Cpp,
    Zig,
    #[value(alias = "golang")]
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

    /// What runs a new project's own tests, natively.
    pub(crate) fn test_command(self) -> &'static str {
        match self {
            Self::Rust => "cargo test",
            Self::Javascript | Self::Typescript => "npm test",
            Self::Python => "python3 -m unittest",
            Self::C | Self::Cpp | Self::Zig => "make test",
            Self::Go => "go test ./...",
        }
    }
}

/// As its people write it.
impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Rust => "Rust",
            Self::Javascript => "JavaScript",
            Self::Typescript => "TypeScript",
            Self::Python => "Python",
            Self::C => "C",
            Self::Cpp => "C++",
            Self::Zig => "Zig",
            Self::Go => "Go",
        })
    }
}
