//! `witdock dev`.

use std::process::ExitCode;

use clap::Args;

/// What is given to `witdock dev`.
#[derive(Debug, Args)]
pub(crate) struct DevArguments {}

pub(crate) fn run(_arguments: DevArguments) -> anyhow::Result<ExitCode> {
    anyhow::bail!("not there yet")
}
