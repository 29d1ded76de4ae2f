//! `witdock build`.

use std::process::ExitCode;

use clap::Args;

/// What is given to `witdock build`.
#[derive(Debug, Args)]
pub(crate) struct BuildArguments {}

pub(crate) fn run(_arguments: BuildArguments) -> anyhow::Result<ExitCode> {
    anyhow::bail!("not there yet")
}
