//! `witdock bindings`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anstream::println;
use anyhow::{Context, bail};
use clap::Args;
use witdock::counted;

use crate::bindings;
use crate::language::Language;

/// The arguments of `witdock bindings`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct BindingsArguments {
    /// WIT files or folders, each after its dependencies; the world is in the last
    #[arg(value_name = "WIT", default_value = "wit")]
    wit: Vec<PathBuf>,
    /// c, cpp, zig or go; the tools of the other languages read the WIT themselves
    #[arg(short, long, value_enum, value_name = "LANGUAGE")]
    lang: Language,
    /// The world, if the package has several
    #[arg(short, long)]
    world: Option<String>,
    /// The folder to write the bindings to
    #[arg(short, long, value_name = "FOLDER", default_value = "generated")]
    output: PathBuf,
}

const EXAMPLES: &str = "\
Examples:
  # From wit/ to generated/, after a change of the interface
  witdock bindings --lang c
  witdock bindings --lang go --world filter wit -o generated

A new plugin in these languages contains its bindings in generated/. Run this after the WIT in wit/ has changed, then build.";

pub(crate) fn run(arguments: BindingsArguments) -> anyhow::Result<ExitCode> {
    let BindingsArguments { wit, lang, world, output } = arguments;
    let wit: Vec<&Path> = wit.iter().map(PathBuf::as_path).collect();
    let files = bindings::generate_from(lang, &wit, world.as_deref())?;
    if files.is_empty() {
        bail!("{lang} needs no generated bindings: its tools read the WIT themselves");
    }
    for (name, content) in &files {
        let path = output.join(name);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)
                .with_context(|| format!("cannot create the folder {}", folder.display()))?;
        }
        std::fs::write(&path, content).with_context(|| format!("cannot write {}", path.display()))?;
    }
    println!("wrote {} to {}", counted(files.len() as u64, "file"), output.display());
    Ok(ExitCode::SUCCESS)
}
