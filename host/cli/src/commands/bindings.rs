//! `witdock bindings`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Args;

use crate::bindings;
use crate::language::Language;

/// What is given to `witdock bindings`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    witdock bindings --lang c                   from wit/ into generated/, after the interface has changed\n  \
    witdock bindings --lang go --world filter wit -o generated")]
pub(crate) struct BindingsArguments {
    /// WIT files or folders, each after those that it builds on
    #[arg(value_name = "WIT", default_value = "wit")]
    wit: Vec<PathBuf>,
    /// c, cpp, zig or go: the tools of the other languages read the WIT themselves
    #[arg(short, long, value_enum, value_name = "LANGUAGE")]
    lang: Language,
    /// The world, where the last package has several
    #[arg(short, long)]
    world: Option<String>,
    /// The folder to write to
    #[arg(short, long, value_name = "FOLDER", default_value = "generated")]
    output: PathBuf,
}

pub(crate) fn run(arguments: BindingsArguments) -> anyhow::Result<ExitCode> {
    let BindingsArguments { wit, lang, world, output } = arguments;
    let wit: Vec<&Path> = wit.iter().map(PathBuf::as_path).collect();
    let files = bindings::generate_from(lang, &wit, world.as_deref())?;
    if files.is_empty() {
        bail!("there are no bindings to generate for {}: its tools read the WIT themselves", lang.name());
    }
    for (name, content) in &files {
        let path = output.join(name);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)
                .with_context(|| format!("cannot make the folder {}", folder.display()))?;
        }
        std::fs::write(&path, content).with_context(|| format!("cannot write {}", path.display()))?;
    }
    println!("{} files in {}", files.len(), output.display());
    Ok(ExitCode::SUCCESS)
}
