//! `witdock new interface`.

use std::process::ExitCode;

use clap::Args;

/// What is given to `witdock new interface`.
#[derive(Debug, Args)]
pub(crate) struct InterfaceArguments {}

pub(crate) fn run(_arguments: InterfaceArguments) -> anyhow::Result<ExitCode> {
    anyhow::bail!("not there yet")
}
