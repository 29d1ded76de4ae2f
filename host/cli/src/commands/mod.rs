//! The subcommands, one file each.

pub(crate) mod bindings;
pub(crate) mod build;
pub(crate) mod call;
pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod dev;
pub(crate) mod docs;
pub(crate) mod doctor;
pub(crate) mod inspect;
pub(crate) mod man;
pub(crate) mod new;
pub(crate) mod test;

use std::io::Write;
use std::process::ExitCode;

use crate::arguments::Command;

/// Runs a subcommand. Exit codes: 0 done, 1 the answer is no (it does not fit, a case fails), 2 it could not be done.
pub(crate) fn run(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::New(arguments) => new::run(arguments),
        Command::Build(arguments) => build::run(arguments),
        Command::Check(arguments) => check::run(arguments),
        Command::Inspect(arguments) => inspect::run(arguments),
        Command::Call(arguments) => call::run(arguments),
        Command::Dev(arguments) => dev::run(arguments),
        Command::Test(arguments) => test::run(arguments),
        Command::Doctor(arguments) => doctor::run(arguments),
        Command::Bindings(arguments) => bindings::run(arguments),
        Command::Docs(arguments) => docs::run(arguments),
        Command::Completions(arguments) => completions::run(arguments),
        Command::Man(arguments) => man::run(arguments),
    }
}

/// Writes to stdout. A reader that has seen enough, as `head`, is no error.
pub(crate) fn write(output: &[u8]) -> anyhow::Result<ExitCode> {
    match std::io::stdout().lock().write_all(output) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(ExitCode::SUCCESS),
    }
}
