//! `witdock grants check`.

use std::path::PathBuf;
use std::process::ExitCode;

use anstream::println;
use clap::Args;
use witdock::grants::PolicyFile;
use witdock::text;

use crate::style::{green, red};

const EXAMPLES: &str = "\
Examples:
  witdock grants check grants.toml
  witdock grants check grants.toml more.toml

Exit codes: 0 all files are policies, 1 one is not.";

/// The arguments of `witdock grants check`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct CheckArguments {
    /// Policy files
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

pub(crate) fn run(arguments: CheckArguments) -> anyhow::Result<ExitCode> {
    let mut code = ExitCode::SUCCESS;
    for file in arguments.files {
        match PolicyFile::read(&file) {
            Ok(_) => println!("{}: {}", text::path(&file), green("valid")),
            Err(error) => {
                println!("{}: {error}", red("invalid"));
                code = ExitCode::FAILURE;
            }
        }
    }
    Ok(code)
}
