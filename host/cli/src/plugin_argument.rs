//! What commands take as PLUGIN: a `.wasm` or `.wat` file, or a project folder that is built first.

use std::io::{IsTerminal, Write};
use std::path::Path;

use anyhow::Context;
use witdock::grants::Request;
use witdock::{Artifact, BuildEvent, Source};

use crate::runtime;

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
        let source = Source::open(path)?;
        let artifact = artifact(&source)?;
        let written = match &source {
            Source::Component { path, .. } => path.with_extension("toml").is_file(),
            _ => true,
        };
        let request = written.then(|| source.request().clone());
        Ok(Self { name: source.name().to_owned(), artifact, request })
    }
}

/// The component of a source, built if need be, with progress on stderr.
///
/// # Errors
///
/// When it cannot be read or built.
pub(crate) fn artifact(source: &Source) -> anyhow::Result<Artifact> {
    match source {
        Source::Component { path, .. } => {
            let bytes = std::fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
            finish(path, bytes)
        }
        _ => {
            let progress = Progress::new(source.name());
            let built = runtime::block_on(source.artifact(|event| progress.show(&event)))?;
            progress.clear();
            Ok(built?)
        }
    }
}

fn is_text(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "wat")
}

fn finish(path: &Path, bytes: Vec<u8>) -> anyhow::Result<Artifact> {
    Artifact::from_wasm(bytes).with_context(|| path.display().to_string())
}

/// A line on stderr that says what is waited for. In a terminal it is gone when the build is over.
struct Progress<'a> {
    name: &'a str,
    terminal: bool,
}

impl<'a> Progress<'a> {
    fn new(name: &'a str) -> Self {
        Self { name, terminal: std::io::stderr().is_terminal() }
    }

    fn show(&self, event: &BuildEvent) {
        let text = match event {
            BuildEvent::Started { what } => format!("building {}: {what}", self.name),
            BuildEvent::TargetAdded { target } => format!("building {}: added {target}", self.name),
            // What the tools print is in the error, if there is one; otherwise it shows that they are alive.
            BuildEvent::Line(line) if self.terminal => format!("building {}: {}", self.name, line.trim()),
            _ => return,
        };
        let mut stderr = std::io::stderr().lock();
        // Nothing can be done about a stderr that is closed.
        let _ = if self.terminal {
            let width = terminal_width().saturating_sub(1);
            let text: String = text.chars().filter(|c| !c.is_control()).take(width).collect();
            write!(stderr, "\r\x1b[2K{text}").and_then(|()| stderr.flush())
        } else {
            writeln!(stderr, "{text}")
        };
    }

    fn clear(&self) {
        if self.terminal {
            eprint!("\r\x1b[2K");
        }
    }
}

fn terminal_width() -> usize {
    std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok()).unwrap_or(80)
}
