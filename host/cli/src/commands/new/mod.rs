//! `witdock new`.

use std::process::ExitCode;

use clap::Args;

/// What is given to `witdock new`.
#[derive(Debug, Args)]
pub(crate) struct NewArguments {}

pub(crate) fn run(_arguments: NewArguments) -> anyhow::Result<ExitCode> {
    anyhow::bail!("not there yet")
}
