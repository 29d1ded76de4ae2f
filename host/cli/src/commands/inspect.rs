//! `witdock inspect`.

use std::process::ExitCode;

use clap::Args;

/// What is given to `witdock inspect`.
#[derive(Debug, Args)]
pub(crate) struct InspectArguments {}

pub(crate) fn run(_arguments: InspectArguments) -> anyhow::Result<ExitCode> {
    anyhow::bail!("not there yet")
}
