//! Why a build failed.

use std::fmt;
use std::path::PathBuf;
use std::process::ExitStatus;

/// Why a plugin's folder could not be built.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// A program that the build needs could not be started.
    #[error("{}: cannot run `{program}`: {source}\n{help}", folder.display())]
    Start {
        /// The plugin's folder.
        folder: PathBuf,
        /// The program.
        program: String,
        /// What the system says.
        source: std::io::Error,
        /// What to do.
        help: String,
    },
    /// A program that was started could not be followed to its end.
    #[error("{}: lost `{program}` while it ran: {source}", folder.display())]
    Lost {
        /// The plugin's folder.
        folder: PathBuf,
        /// The program.
        program: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// The Rust target is not installed and could not be added.
    #[error(
        "{}: the Rust compilation target {target} is not installed{}\n\
         install it with `rustup target add {target}` (https://rustup.rs), or with the package of your \
         system that holds Rust's standard library for {target}",
        folder.display(),
        Because(reason)
    )]
    Target {
        /// The plugin's folder.
        folder: PathBuf,
        /// The target.
        target: String,
        /// What rustup said.
        reason: String,
    },
    /// The build's program ended with a failure.
    #[error("{}: `{command}` failed ({status}){}", folder.display(), Said(messages))]
    Failed {
        /// The plugin's folder.
        folder: PathBuf,
        /// The command line.
        command: String,
        /// How it ended.
        status: ExitStatus,
        /// The compiler's first errors as it renders them, or the last lines of the output where no
        /// compiler spoke.
        messages: Vec<String>,
    },
    /// The build succeeded and left nothing that could be a plugin.
    #[error("{}: {reason}", folder.display())]
    Output {
        /// The plugin's folder.
        folder: PathBuf,
        /// What is missing, and what to write.
        reason: String,
    },
}

impl BuildError {
    /// Whether the plugin's own code or build script is at fault, and not a missing tool.
    pub fn is_failed_build(&self) -> bool {
        matches!(self, Self::Failed { .. })
    }
}

struct Because<'a>(&'a str);

impl fmt::Display for Because<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reason = self.0.trim();
        if reason.is_empty() { Ok(()) } else { write!(f, " ({reason})") }
    }
}

struct Said<'a>(&'a [String]);

impl fmt::Display for Said<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|message| write!(f, "\n{}", message.trim_end()))
    }
}
