//! Collects cargo's messages during a build.

use std::path::{Path, PathBuf};
use std::process::ExitStatus;

use cargo_metadata::diagnostic::DiagnosticLevel;
use cargo_metadata::{Artifact, Message};

use super::{BuildError, BuildEvent, Progress};

/// A compiler's later errors mostly follow from its first ones.
const ERRORS_KEPT: usize = 5;
/// If no compiler ran, the last lines of cargo's output show the reason.
const LINES_KEPT: usize = 20;

/// The last lines of a tool's output.
#[derive(Default)]
pub(super) struct Tail(Vec<String>);

impl Tail {
    pub(super) fn push(&mut self, line: String, progress: Progress<'_>) {
        if self.0.len() == LINES_KEPT {
            self.0.remove(0);
        }
        self.0.push(line.clone());
        progress(BuildEvent::Line(line));
    }

    pub(super) fn into_lines(self) -> Vec<String> {
        self.0
    }
}

/// The library that cargo built from a package.
pub(super) struct Library {
    pub(super) file: PathBuf,
    /// Whether cargo compiled nothing, because the library was up to date.
    pub(super) is_fresh: bool,
    /// The profile and features that it was compiled with.
    pub(super) settings: String,
}

/// cargo's messages so far.
pub(super) struct Report {
    manifest: PathBuf,
    errors: Vec<String>,
    tail: Tail,
    library: Option<Library>,
    other_library: Option<String>,
}

impl Report {
    /// A report about the package with this manifest, by its canonical path.
    pub(super) fn new(manifest: &Path) -> Self {
        Self {
            manifest: manifest.to_owned(),
            errors: Vec::new(),
            tail: Tail::default(),
            library: None,
            other_library: None,
        }
    }

    /// Adds a line of cargo's standard output: a message in JSON, or the output of a build script.
    pub(super) fn message(&mut self, line: &str, progress: Progress<'_>) {
        let mut messages = Message::parse_stream(line.as_bytes());
        match messages.next() {
            Some(Ok(Message::CompilerMessage(message))) => {
                let diagnostic = message.message;
                let Some(rendered) = diagnostic.rendered else { return };
                rendered.lines().for_each(|line| progress(BuildEvent::Line(line.to_owned())));
                let is_error = matches!(diagnostic.level, DiagnosticLevel::Error | DiagnosticLevel::Ice);
                if is_error && self.errors.len() < ERRORS_KEPT {
                    self.errors.push(rendered);
                }
            }
            Some(Ok(Message::CompilerArtifact(artifact))) => self.artifact(artifact),
            Some(Ok(Message::TextLine(line))) if !line.is_empty() => progress(BuildEvent::Line(line)),
            _ => {}
        }
    }

    fn artifact(&mut self, artifact: Artifact) {
        let own = artifact.manifest_path.as_std_path();
        let own = own.canonicalize().unwrap_or_else(|_| own.to_owned());
        if own != self.manifest {
            return;
        }
        let wasm = artifact.filenames.iter().find(|file| file.extension() == Some("wasm"));
        match wasm {
            Some(file) if artifact.target.is_cdylib() => {
                self.library = Some(Library {
                    file: file.as_std_path().to_owned(),
                    is_fresh: artifact.fresh,
                    settings: format!("{:?} {:?}", artifact.profile, artifact.features),
                });
            }
            _ if artifact.target.is_custom_build() => {}
            _ => self.other_library = Some(artifact.target.name),
        }
    }

    /// Adds a line of cargo's standard error.
    pub(super) fn line(&mut self, line: String, progress: Progress<'_>) {
        self.tail.push(line, progress);
    }

    /// The library, or the reason why it was not built.
    pub(super) fn conclude(
        self,
        folder: &Path,
        command: &str,
        status: ExitStatus,
    ) -> Result<Library, BuildError> {
        if !status.success() {
            let messages = if self.errors.is_empty() { self.tail.into_lines() } else { self.errors };
            let (folder, command) = (folder.to_owned(), command.to_owned());
            return Err(BuildError::Failed { folder, command, status, messages });
        }
        self.library.ok_or_else(|| BuildError::Output {
            folder: folder.to_owned(),
            reason: match self.other_library {
                Some(name) => format!(
                    "the library `{name}` is not built as a wasm module: add to its Cargo.toml\n  \
                     [lib]\n  crate-type = [\"cdylib\"]"
                ),
                None => {
                    "cargo built no library from this folder's package: add a src/lib.rs, and to Cargo.toml\n  \
                         [lib]\n  crate-type = [\"cdylib\"]"
                        .into()
                }
            },
        })
    }
}
