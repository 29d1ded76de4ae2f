//! `witdock completions`.

use std::process::ExitCode;

use clap::Args;
use clap_complete::Shell;

use crate::output;

/// The arguments of `witdock completions`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct CompletionsArguments {
    /// The shell to write the script for
    shell: Shell,
}

const EXAMPLES: &str = "\
Examples:
  witdock completions bash > ~/.local/share/bash-completion/completions/witdock
  # With `fpath+=~/.zfunc` before `compinit` in ~/.zshrc
  witdock completions zsh > ~/.zfunc/_witdock
  witdock completions fish > ~/.config/fish/completions/witdock.fish

Start a new shell afterwards.";

pub(crate) fn run(arguments: CompletionsArguments, mut command: clap::Command) -> anyhow::Result<ExitCode> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut command, "witdock", &mut script);
    output::write(script)?;
    Ok(ExitCode::SUCCESS)
}
