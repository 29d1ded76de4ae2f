//! `witdock man`.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;

use crate::output;

/// The arguments of `witdock man`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ManArguments {
    /// Write one page for witdock and one for each command into this folder, instead of printing the first
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  # Read the page of witdock
  witdock man | man -l -
  # Install all pages; then `man witdock` or `man witdock-new-plugin`
  witdock man --out ~/.local/share/man/man1";

pub(crate) fn run(arguments: ManArguments, mut command: clap::Command) -> anyhow::Result<ExitCode> {
    // Names subcommands in full, as in `witdock-new-plugin(1)`.
    command.build();
    match arguments.out {
        Some(folder) => {
            std::fs::create_dir_all(&folder)
                .with_context(|| format!("cannot create the folder {}", folder.display()))?;
            clap_mangen::generate_to(command, &folder)
                .with_context(|| format!("cannot write to {}", folder.display()))?;
        }
        None => {
            let mut page = Vec::new();
            clap_mangen::Man::new(command).render(&mut page)?;
            output::write(page)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
