//! `witdock completions`.

use std::process::ExitCode;

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use crate::arguments::Arguments;

/// What is given to `witdock completions`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct CompletionsArguments {
    /// The shell that is to complete
    shell: Shell,
}

const EXAMPLES: &str = "\
Examples:
  witdock completions bash > ~/.local/share/bash-completion/completions/witdock
  witdock completions zsh > ~/.zfunc/_witdock                  with `fpath+=~/.zfunc` before `compinit` in ~/.zshrc
  witdock completions fish > ~/.config/fish/completions/witdock.fish";

pub(crate) fn run(arguments: CompletionsArguments) -> anyhow::Result<ExitCode> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Arguments::command(), "witdock", &mut script);
    super::write(&script)
}
