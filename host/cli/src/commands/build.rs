//! `witdock build`.

#![allow(clippy::indexing_slicing, reason = "an arena of wit-parser has what its own ids say")]

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Args;
use serde::Serialize;
use wit_parser::WorldId;
use witdock::source::MANIFEST_FILE;
use witdock::{Artifact, Misfit, Source};

use crate::fit::{self, Names};
use crate::interface::Interface;
use crate::plugin_argument::{self, Plugin};
use crate::progress::Progress;
use crate::runtime;
use crate::strip::strip;

/// What is given to `witdock build`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct BuildArguments {
    /// The plugin's folder, or a module that carries its component type, as .wasm or .wat
    #[arg(default_value = ".")]
    path: PathBuf,

    /// Write the component to this file; the default is build/NAME.wasm in the plugin's folder
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Strip names and debug information
    #[arg(long)]
    release: bool,

    /// Say whether it fits this interface; the default is the built-in one whose exports it has
    #[arg(long, short, value_name = "editor|etl|PATH")]
    interface: Option<String>,

    /// The world of the interface, where it has several
    #[arg(long, value_name = "WORLD", requires = "interface")]
    world: Option<String>,

    /// Show what the tools print as it comes
    #[arg(long, short)]
    verbose: bool,

    /// Print the answer as JSON
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  witdock build                              the plugin in this folder, into build/NAME.wasm
  witdock build plugins/tidy -o tidy.wasm
  witdock build --release --interface wit    stripped, and compared with an interface of your own
  witdock build core.wasm -o plugin.wasm     finish what another build has left
  witdock build --json | jq .size

[build] of plugin.toml says how: `language = \"rust\"`, or a `command` and its `output`, which is a component or a core module that
carries its component type. The component is made of it here: what its runtime asks of a system is answered inside, so that no
WASI import is left.

--release takes names and debug information out of the component, and leaves who made it (`producers`). A plugin that panics still says
so in its own words; a backtrace has no names of functions then.

Exits with 1 if it does not fit, with 2 if it cannot be built.";

pub(crate) fn run(arguments: BuildArguments) -> anyhow::Result<ExitCode> {
    let interface = match &arguments.interface {
        Some(name) => {
            let interface = Interface::load(name)?;
            let world = interface.world(arguments.world.as_deref())?;
            Some((interface, world))
        }
        None => None,
    };
    let (name, output, built) = build(&arguments)?;
    let names = Names::of(built.bytes())?;
    let unstripped = built.bytes().len();
    let artifact = if arguments.release { Artifact::new(strip(built.bytes())?) } else { built };
    write(&output, artifact.bytes())?;

    let fit = match interface {
        Some(interface) => Some(interface),
        None => names.interface()?,
    };
    let fit = fit.map(|(interface, world)| Verdict::of(&artifact, &interface, world)).transpose()?;
    let report = Report {
        name: &name,
        file: &output,
        size: artifact.bytes().len(),
        stripped: unstripped - artifact.bytes().len(),
        digest: artifact.digest().to_string(),
        imports: names.imports,
        fit,
    };
    let text = if arguments.json { serde_json::to_string_pretty(&report)? + "\n" } else { report.text() };
    super::write(text.as_bytes())?;
    let fits = report.fit.as_ref().is_none_or(|verdict| verdict.fits);
    Ok(if fits { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The plugin's name, where its component goes, and the component.
fn build(arguments: &BuildArguments) -> anyhow::Result<(String, PathBuf, Artifact)> {
    let BuildArguments { path, output, .. } = arguments;
    if path.is_file() && path.file_name() != Some(MANIFEST_FILE.as_ref()) {
        let Some(output) = output else {
            bail!("{}: this is no folder to build: say with -o where its component goes", path.display());
        };
        let plugin = Plugin::open(path)?;
        return Ok((plugin.name, output.clone(), plugin.artifact));
    }
    let source = plugin_argument::open(path)?;
    let progress = Progress::new(source.name(), arguments.verbose);
    let built = runtime::block_on(plugin_argument::build(&source, &progress))??;
    let output = output.clone().unwrap_or_else(|| place(&source));
    Ok((source.name().to_owned(), output, built))
}

/// Where a folder's component goes if nothing else is said.
pub(crate) fn place(source: &Source) -> PathBuf {
    source.path().join("build").join(format!("{}.wasm", source.name()))
}

fn write(file: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("cannot make the folder {}", folder.display()))?;
    }
    std::fs::write(file, bytes).with_context(|| format!("cannot write {}", file.display()))
}

/// Whether it fits.
#[derive(Debug, Serialize)]
pub(crate) struct Verdict {
    pub(crate) world: String,
    fits: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) misfit: Option<Misfit>,
}

impl Verdict {
    pub(crate) fn of(artifact: &Artifact, interface: &Interface, world: WorldId) -> anyhow::Result<Self> {
        let misfit = fit::check(artifact.bytes(), interface, world)?.err();
        let of = &interface.resolve.worlds[world];
        let world = match of.package {
            Some(package) => interface.resolve.id_of_name(package, &of.name),
            None => of.name.clone(),
        };
        Ok(Self { world, fits: misfit.is_none(), misfit })
    }
}

/// What was built.
#[derive(Debug, Serialize)]
struct Report<'a> {
    name: &'a str,
    file: &'a Path,
    /// In bytes.
    size: usize,
    /// How much --release has taken away, in bytes.
    stripped: usize,
    /// SHA-256, in hexadecimal.
    digest: String,
    imports: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fit: Option<Verdict>,
}

impl Report<'_> {
    fn text(&self) -> String {
        let here = std::env::current_dir().unwrap_or_default();
        let file = self.file.strip_prefix(here).unwrap_or(self.file);
        let mut size = bytes(self.size);
        if self.stripped > 0 {
            size += &format!(", {} stripped", bytes(self.stripped));
        }
        let imports =
            if self.imports.is_empty() { "nothing".to_owned() } else { self.imports.join("\n           ") };
        let mut text = format!(
            "{}\n  size     {size}\n  digest   {}\n  imports  {imports}\n",
            file.display(),
            self.digest,
        );
        match &self.fit {
            None => text += "  fits     no interface that is known here: say which with --interface\n",
            Some(Verdict { world, misfit: None, .. }) => text += &format!("  fits     {world}\n"),
            Some(Verdict { misfit: Some(misfit), .. }) => text += &format!("\n{misfit}\n"),
        }
        text
    }
}

/// A size as people write it: `1,234,567 bytes`.
pub(crate) fn bytes(count: usize) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text + " bytes"
}
