//! `witdock completions`.

use std::process::ExitCode;

use clap::Args;

/// What is given to `witdock completions`.
#[derive(Debug, Args)]
pub(crate) struct CompletionsArguments {}

pub(crate) fn run(_arguments: CompletionsArguments) -> anyhow::Result<ExitCode> {
    anyhow::bail!("not there yet")
}
