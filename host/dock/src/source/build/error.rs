//! The errors of a build.

use std::fmt;
use std::path::PathBuf;
use std::process::ExitStatus;
use std::time::Duration;

use crate::text;

/// Why a plugin's folder could not be built.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// A program that the build needs could not be started.
    #[error("{}: cannot run `{}`: {source}\n{}", text::path(folder), text::line(program), text::block(help))]
    Start {
        /// The plugin's folder.
        folder: PathBuf,
        /// The program's name or path.
        program: String,
        /// The operating system's error.
        source: std::io::Error,
        /// How to install the program, or to configure another one.
        help: String,
    },
    /// A program started, but its output or exit status could not be read.
    #[error(
        "{}: `{}` started, but its output or exit status cannot be read: {source}",
        text::path(folder),
        text::line(program)
    )]
    Lost {
        /// The plugin's folder.
        folder: PathBuf,
        /// The program's name or path.
        program: String,
        /// The operating system's error.
        source: std::io::Error,
    },
    /// The Rust target is not installed and could not be added.
    #[error(
        "{}: the Rust compilation target {target} is not installed{}\n\
         install it with `rustup target add {target}` (https://rustup.rs), or with your system's package of \
         Rust's standard library for {target}",
        text::path(folder),
        Because(reason)
    )]
    Target {
        /// The plugin's folder.
        folder: PathBuf,
        /// The target's name, such as `wasm32-unknown-unknown`.
        target: String,
        /// The output of rustup.
        reason: String,
    },
    /// The build's program exited with an error.
    #[error("{}: `{}` failed ({status}){}", text::path(folder), text::line(command), Messages(messages))]
    Failed {
        /// The plugin's folder.
        folder: PathBuf,
        /// The command line.
        command: String,
        /// The exit status.
        status: ExitStatus,
        /// The compiler's first errors as it renders them, or the last lines of the output if no
        /// compiler ran.
        messages: Vec<String>,
    },
    /// The host builds no folders.
    #[error(
        "{}: this folder has to be built, and builds are switched off: build it with `witdock build`, and open its component",
        text::path(folder)
    )]
    Refused {
        /// The plugin's folder.
        folder: PathBuf,
    },
    /// The build took longer than it may.
    #[error(
        "{}: the build was ended after {limit:?}: run it by itself to see what it waits for",
        text::path(folder)
    )]
    TooLong {
        /// The plugin's folder.
        folder: PathBuf,
        /// The time limit.
        limit: Duration,
    },
    /// The build succeeded, but its output is not a plugin.
    #[error("{}: {}", text::path(folder), text::block(reason))]
    Output {
        /// The plugin's folder.
        folder: PathBuf,
        /// What is missing, and how to fix it.
        reason: String,
    },
}

impl BuildError {
    /// Whether the plugin's code or build script failed, rather than a tool being missing.
    pub fn is_failed_build(&self) -> bool {
        matches!(self, Self::Failed { .. })
    }
}

struct Because<'a>(&'a str);

impl fmt::Display for Because<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reason = self.0.trim();
        if reason.is_empty() { Ok(()) } else { write!(f, " ({})", text::block(reason)) }
    }
}

struct Messages<'a>(&'a [String]);

impl fmt::Display for Messages<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|message| write!(f, "\n{}", text::block(message.trim_end())))
    }
}
