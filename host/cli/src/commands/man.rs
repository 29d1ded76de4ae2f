//! `witdock man`.

use std::process::ExitCode;

use clap::Args;

/// What is given to `witdock man`.
#[derive(Debug, Args)]
pub(crate) struct ManArguments {}

pub(crate) fn run(_arguments: ManArguments) -> anyhow::Result<ExitCode> {
    anyhow::bail!("not there yet")
}
