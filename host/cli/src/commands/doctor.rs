//! `witdock doctor`.

use std::process::ExitCode;

use clap::Args;

/// What is given to `witdock doctor`.
#[derive(Debug, Args)]
pub(crate) struct DoctorArguments {}

pub(crate) fn run(_arguments: DoctorArguments) -> anyhow::Result<ExitCode> {
    anyhow::bail!("not there yet")
}
