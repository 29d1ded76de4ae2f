//! The languages that witdock has templates and tool checks for.

use std::fmt;

use clap::ValueEnum;
use witdock::Source;
use witdock::source::Recipe;

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
    /// The name on the command line, and of the language's template folder.
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

    /// The language of a plugin's folder, as far as its files tell.
    pub(crate) fn of_project(source: &Source) -> Option<Self> {
        let Source::Folder { path, build, .. } = source else { return None };
        if let Recipe::Rust { .. } = build.recipe {
            return Some(Self::Rust);
        }
        let folders = [path.clone(), path.join("src")];
        let names: Vec<String> = folders
            .iter()
            .filter_map(|folder| std::fs::read_dir(folder).ok())
            .flatten()
            .flatten()
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect();
        // The first match counts: a project in TypeScript has a package.json too.
        let marks: [(&str, Self); 10] = [
            ("Cargo.toml", Self::Rust),
            ("tsconfig.json", Self::Typescript),
            ("package.json", Self::Javascript),
            ("go.mod", Self::Go),
            (".zig", Self::Zig),
            (".py", Self::Python),
            ("pyproject.toml", Self::Python),
            (".cpp", Self::Cpp),
            (".cc", Self::Cpp),
            (".c", Self::C),
        ];
        let mark = marks.iter().find(|(mark, _)| names.iter().any(|name| name.ends_with(mark)));
        mark.map(|(_, language)| *language)
    }

    /// The command that runs a new project's native tests.
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

/// The language's proper name.
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
