//! `witdock build`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Args;
use serde::Serialize;
use witdock::source::MANIFEST_FILE;
use witdock::{Artifact, Builds};

use crate::fit::{Names, WorldFit};
use crate::interface::Interface;
use crate::output;
use crate::plugin_argument::{self, Plugin};
use crate::progress::BuildProgress;
use crate::runtime;
use crate::size;
use crate::strip::strip;

/// The arguments of `witdock build`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct BuildArguments {
    /// The plugin's folder, or a core module with an embedded component type, as .wasm or .wat
    #[arg(default_value = ".")]
    path: PathBuf,

    /// The file to write the component to [default: build/NAME.wasm in the plugin's folder]
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Strip names and debug information
    #[arg(long)]
    release: bool,

    /// Check the component against this interface [default: the built-in one whose exports it has]
    #[arg(long, short, value_name = "editor|etl|proxy|PATH")]
    interface: Option<String>,

    /// The world of the interface, if it has several
    #[arg(long, value_name = "WORLD", requires = "interface")]
    world: Option<String>,

    /// Show everything that the build tools print, as it comes
    #[arg(long, short)]
    verbose: bool,

    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  # Build the plugin in this folder to build/NAME.wasm
  witdock build
  witdock build plugins/tidy -o tidy.wasm
  # Strip the component, and check it against your own interface
  witdock build --release --interface wit
  # Make a component from a core module that another build has made
  witdock build core.wasm -o plugin.wasm
  # Print the component's size in bytes
  witdock build --json | jq .size

[build] in plugin.toml describes the build: `language = \"rust\"`, or a `command` and its `output`, which is a component or a core \
module with an embedded component type. witdock makes the component from it. The component itself answers the WASI calls of its \
language's runtime, so it imports no WASI interface.

--release removes function names and debug information and keeps the section `producers`. A panic still has its message, but a \
backtrace has no function names.

Exit codes: 0 built, 1 built but does not fit the interface, 2 not built.";

pub(crate) fn run(arguments: BuildArguments) -> anyhow::Result<ExitCode> {
    // A mistake in these arguments is reported before the build.
    let given = Interface::given(arguments.interface.as_deref(), arguments.world.as_deref())?;
    let (name, output, built) = build(&arguments)?;
    let names = Names::of(built.bytes())?;
    let unstripped = built.bytes().len();
    let artifact = if arguments.release { Artifact::new(strip(built.bytes())?) } else { built };
    write(&output, artifact.bytes())?;

    let report = BuildReport {
        name: &name,
        file: &output,
        size: artifact.bytes().len(),
        stripped: unstripped - artifact.bytes().len(),
        digest: artifact.digest().to_string(),
        fit: WorldFit::of_any(artifact.bytes(), &names, given.as_ref())?,
        imports: names.imports,
    };
    let text = if arguments.json { serde_json::to_string_pretty(&report)? + "\n" } else { report.text() };
    output::write(text)?;
    let fits = report.fit.as_ref().is_none_or(|fit| fit.fits);
    Ok(if fits { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Builds the plugin. Returns its name, the file to write, and the component.
fn build(arguments: &BuildArguments) -> anyhow::Result<(String, PathBuf, Artifact)> {
    let BuildArguments { path, output, .. } = arguments;
    if path.is_file() && path.file_name() != Some(MANIFEST_FILE.as_ref()) {
        let Some(output) = output else {
            bail!("{}: name the file to write the component to, with -o FILE", path.display());
        };
        let plugin = Plugin::open(path, Builds::default())?;
        return Ok((plugin.name, output.clone(), plugin.artifact));
    }
    let source = plugin_argument::open(path)?;
    let progress = BuildProgress::new(source.name(), arguments.verbose);
    let built = runtime::block_on(plugin_argument::build(&source, progress))??;
    let output = output.clone().unwrap_or_else(|| plugin_argument::component_file(&source));
    Ok((source.name().to_owned(), output, built))
}

fn write(file: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("cannot create the folder {}", folder.display()))?;
    }
    std::fs::write(file, bytes).with_context(|| format!("cannot write {}", file.display()))
}

/// The result of a build.
#[derive(Debug, Serialize)]
struct BuildReport<'a> {
    name: &'a str,
    file: &'a Path,
    /// In bytes.
    size: usize,
    /// How many bytes --release has removed.
    stripped: usize,
    /// SHA-256, in hexadecimal.
    digest: String,
    imports: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fit: Option<WorldFit>,
}

impl BuildReport<'_> {
    fn text(&self) -> String {
        let here = std::env::current_dir().unwrap_or_default();
        let file = self.file.strip_prefix(here).unwrap_or(self.file);
        let mut size = size::exact(self.size);
        if self.stripped > 0 {
            size += &format!(", {} stripped", size::exact(self.stripped));
        }
        let imports =
            if self.imports.is_empty() { "nothing".to_owned() } else { self.imports.join("\n           ") };
        let mut text = format!(
            "{}\n  size     {size}\n  digest   {}\n  imports  {imports}\n",
            file.display(),
            self.digest,
        );
        match &self.fit {
            None => text += "  fits     no built-in interface; name yours with --interface\n",
            Some(WorldFit { world, misfit: None, .. }) => text += &format!("  fits     {world}\n"),
            Some(WorldFit { misfit: Some(misfit), .. }) => text += &format!("\n{misfit}\n"),
        }
        text
    }
}
