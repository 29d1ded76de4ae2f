//! What commands take as PLUGIN: a `.wasm` or `.wat` file, or a project folder that is built first.

use std::path::Path;

use anyhow::Context;
use witdock::grants::Request;
use witdock::source::BuildError;
use witdock::{Artifact, Source, SourceError};

use crate::language::Language;
use crate::progress::Progress;
use crate::runtime;
use crate::toolchain::Toolchain;

/// A plugin's component, with what its manifest says.
#[derive(Debug)]
pub(crate) struct Plugin {
    /// As the manifest has it, or made of the file's name.
    pub(crate) name: String,
    pub(crate) artifact: Artifact,
    /// The manifest's `[grants]`. `None` where there is no manifest at all.
    pub(crate) request: Option<Request>,
}

impl Plugin {
    /// Reads a component, finishes a core module that carries its component type, or builds a folder, with progress on stderr.
    ///
    /// # Errors
    ///
    /// When there is no plugin there, or it cannot be built.
    pub(crate) fn open(path: &Path) -> anyhow::Result<Self> {
        if !path.is_dir() && is_text(path) {
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let bytes = wat::parse_file(path).map_err(|error| anyhow::anyhow!("{error}"))?;
            return Ok(Self { name, artifact: finish(path, bytes)?, request: None });
        }
        let source = open(path)?;
        let artifact = artifact(&source)?;
        let written = match &source {
            Source::Component { path, .. } => path.with_extension("toml").is_file(),
            _ => true,
        };
        let request = written.then(|| source.request().clone());
        Ok(Self { name: source.name().to_owned(), artifact, request })
    }
}

/// [`Source::open`], with an error that says everything once.
///
/// # Errors
///
/// As there.
pub(crate) fn open(path: &Path) -> anyhow::Result<Source> {
    Source::open(path).map_err(|error| anyhow::anyhow!(error.to_string()))
}

/// The component of a source, built if need be, with progress on stderr.
///
/// # Errors
///
/// When it cannot be read or built: with all that the tools said, and the tools that are missing.
pub(crate) fn artifact(source: &Source) -> anyhow::Result<Artifact> {
    match source {
        Source::Component { path, .. } => {
            let bytes = std::fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
            finish(path, bytes)
        }
        _ => {
            let progress = Progress::new(source.name(), false);
            runtime::block_on(build(source, &progress))?
        }
    }
}

/// Builds a source, and explains a failure.
///
/// # Errors
///
/// As [`artifact`].
pub(crate) async fn build(source: &Source, progress: &Progress) -> anyhow::Result<Artifact> {
    let built = source.artifact(|event| progress.show(&event)).await;
    progress.clear();
    built.map_err(|error| explained(source, &error, &progress.said()))
}

/// The error with what a person does about it. The dock's own text has the first of the compiler's errors, for a status; here
/// there is room for all of them.
fn explained(source: &Source, error: &SourceError, said: &str) -> anyhow::Error {
    let text = match error {
        SourceError::Build(BuildError::Failed { command, status, .. }) if !said.is_empty() => {
            format!("{}: `{command}` failed ({status}):\n{said}", source.name())
        }
        error => error.to_string(),
    };
    let is_build = matches!(error, SourceError::Build(_));
    let missing = is_build
        .then(|| Language::of_project(source))
        .flatten()
        .and_then(|language| Toolchain::of(language).missing());
    match missing {
        Some(missing) => anyhow::anyhow!("{text}\n\n{missing}"),
        None => anyhow::anyhow!(text),
    }
}

fn is_text(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "wat")
}

fn finish(path: &Path, bytes: Vec<u8>) -> anyhow::Result<Artifact> {
    Artifact::from_wasm(bytes).with_context(|| path.display().to_string())
}
