//! `witdock man`.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, CommandFactory};

use crate::arguments::Arguments;

/// What is given to `witdock man`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ManArguments {
    /// Write a page for the command and each of its subcommands into this folder, instead of printing the first
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  witdock man | man -l -                              read it
  witdock man --out ~/.local/share/man/man1           then: man witdock, man witdock-new-plugin";

pub(crate) fn run(arguments: ManArguments) -> anyhow::Result<ExitCode> {
    let mut command = Arguments::command();
    // Subcommands are named in full, as in `witdock-new-plugin(1)`.
    command.build();
    match arguments.out {
        Some(folder) => {
            std::fs::create_dir_all(&folder)
                .with_context(|| format!("cannot make the folder {}", folder.display()))?;
            clap_mangen::generate_to(command, &folder)
                .with_context(|| format!("cannot write into {}", folder.display()))?;
            Ok(ExitCode::SUCCESS)
        }
        None => {
            let mut page = Vec::new();
            clap_mangen::Man::new(command).render(&mut page)?;
            super::write(&page)
        }
    }
}
