//! `witdock test`.

use std::process::ExitCode;

use clap::Args;

/// What is given to `witdock test`.
#[derive(Debug, Args)]
pub(crate) struct TestArguments {}

pub(crate) fn run(_arguments: TestArguments) -> anyhow::Result<ExitCode> {
    anyhow::bail!("not there yet")
}
