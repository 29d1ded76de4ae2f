//! The argument PLUGIN of commands: a `.wasm` or `.wat` file, or a project folder that is built first.

use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use witdock::grants::Request;
use witdock::source::BuildError;
use witdock::{Artifact, Budget, Builds, Source, SourceError, worker};

use crate::language::Language;
use crate::progress::BuildProgress;
use crate::proxy_wasm;
use crate::runtime;
use crate::toolchain::Toolchain;

/// The option of commands that build a folder before they look at its component.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct BuildArguments {
    /// Refuse folders instead of building them: a build runs the programs that the folder's plugin.toml names
    #[arg(long)]
    no_build: bool,
}

impl BuildArguments {
    pub(crate) fn builds(self) -> Builds {
        if self.no_build { Builds::Refused } else { Builds::default() }
    }
}

/// A plugin's component, with the grants that its manifest requests.
#[derive(Debug)]
pub(crate) struct Plugin {
    /// The name in the manifest, or the file's name without its extension.
    pub(crate) name: String,
    pub(crate) artifact: Artifact,
    /// The manifest's `[grants]`. `None` without a manifest.
    pub(crate) request: Option<Request>,
}

impl Plugin {
    /// Reads a component, makes one of a core module with an embedded component type or of a Proxy-Wasm module, or builds a folder with progress on stderr.
    ///
    /// # Errors
    ///
    /// When there is no plugin at the path, or it does not build.
    pub(crate) fn open(path: &Path, builds: Builds) -> anyhow::Result<Self> {
        if !path.is_dir() && is_text(path) {
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let bytes = wat::parse_file(path).map_err(|error| anyhow::anyhow!("{error}"))?;
            return Ok(Self { name, artifact: finish(path, bytes)?, request: None });
        }
        let source = open(path)?;
        let artifact = artifact(&source, builds)?;
        let written = match &source {
            Source::Component { path, .. } => path.with_extension("toml").is_file(),
            _ => true,
        };
        let request = written.then(|| source.request().clone());
        Ok(Self { name: source.name().to_owned(), artifact, request })
    }
}

/// [`Source::open`], with an error that names the path once.
///
/// # Errors
///
/// When there is no plugin at the path, or its manifest is invalid.
pub(crate) fn open(path: &Path) -> anyhow::Result<Source> {
    Source::open(path).map_err(|error| anyhow::anyhow!(error.to_string()))
}

/// The component of a source. A folder is built, with progress on stderr.
///
/// # Errors
///
/// When the file cannot be read or the folder does not build.
pub(crate) fn artifact(source: &Source, builds: Builds) -> anyhow::Result<Artifact> {
    match source {
        Source::Component { path, .. } => {
            let read = runtime::block_on(source.artifact(|_| {}))?
                .map_err(|error| anyhow::anyhow!(error.to_string()))?;
            let component = finish(path, read.bytes().to_vec())?;
            // A signature is about the file's own bytes.
            Ok(if component.digest() == read.digest() { read } else { component })
        }
        _ => {
            let progress = BuildProgress::new(source.name(), false);
            runtime::block_on(build_by(builds, source, progress))?
        }
    }
}

/// Builds a source.
///
/// # Errors
///
/// When it does not build: the message has everything that the tools printed, and the tools that are missing.
pub(crate) async fn build(source: &Source, progress: BuildProgress) -> anyhow::Result<Artifact> {
    build_by(Builds::default(), source, progress).await
}

async fn build_by(builds: Builds, source: &Source, progress: BuildProgress) -> anyhow::Result<Artifact> {
    let built = source.artifact_by(builds, |event| progress.show(&event)).await;
    let printed = progress.finish();
    built.map_err(|error| explained(source, &error, &printed))
}

/// The file that a folder's component is written to by default: `build/NAME.wasm`.
pub(crate) fn component_file(source: &Source) -> PathBuf {
    source.path().join("build").join(format!("{}.wasm", source.name()))
}

/// The error with everything that the tools printed, where the dock's own message has the first line only, and with the tools that
/// are missing.
fn explained(source: &Source, error: &SourceError, printed: &str) -> anyhow::Error {
    let text = match error {
        SourceError::Build(BuildError::Failed { command, status, .. }) if !printed.is_empty() => {
            format!("{}: `{command}` failed ({status}):\n{printed}", source.name())
        }
        error => error.to_string(),
    };
    let is_build = matches!(error, SourceError::Build(error) if !matches!(error, BuildError::Refused { .. }));
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
    let bytes = proxy_wasm::component(bytes).with_context(|| path.display().to_string())?;
    // Whatever the bytes are, they may end a worker, and not this program.
    worker::try_reading(&bytes, &Budget::default()).with_context(|| path.display().to_string())?;
    Artifact::from_wasm(bytes).with_context(|| path.display().to_string())
}
