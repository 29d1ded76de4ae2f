//! `witdock new plugin`.

use std::process::ExitCode;

use clap::Args;

/// What is given to `witdock new plugin`.
#[derive(Debug, Args)]
pub(crate) struct PluginArguments {}

pub(crate) fn run(_arguments: PluginArguments) -> anyhow::Result<ExitCode> {
    anyhow::bail!("not there yet")
}
