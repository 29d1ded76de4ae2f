//! `witdock docs`.

use std::process::ExitCode;

use clap::Args;

/// What is given to `witdock docs`.
#[derive(Debug, Args)]
pub(crate) struct DocsArguments {}

pub(crate) fn run(_arguments: DocsArguments) -> anyhow::Result<ExitCode> {
    anyhow::bail!("not there yet")
}
