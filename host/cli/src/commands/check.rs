//! `witdock check`.

use std::process::ExitCode;

use clap::Args;

/// What is given to `witdock check`.
#[derive(Debug, Args)]
pub(crate) struct CheckArguments {}

pub(crate) fn run(_arguments: CheckArguments) -> anyhow::Result<ExitCode> {
    anyhow::bail!("not there yet")
}
