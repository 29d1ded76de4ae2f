//! `witdock call`.

use std::process::ExitCode;

use clap::Args;

/// What is given to `witdock call`.
#[derive(Debug, Args)]
pub(crate) struct CallArguments {}

pub(crate) fn run(_arguments: CallArguments) -> anyhow::Result<ExitCode> {
    anyhow::bail!("not there yet")
}
