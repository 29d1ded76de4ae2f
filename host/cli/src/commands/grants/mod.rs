//! `witdock grants`.

mod audit;
mod check;
mod diff;
mod learn;
mod requested;
mod show;

use std::process::ExitCode;

use clap::{Args, Subcommand};

/// The arguments of `witdock grants`.
#[derive(Debug, Args)]
#[command(arg_required_else_help = true, after_help = EXAMPLES)]
pub(crate) struct GrantsArguments {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  # Show what a plugin requests, and what a policy file says about it
  witdock grants show tidy.wasm --policy grants.toml
  # Show what an update requests that the version before it did not
  witdock grants diff tidy-1.wasm tidy-2.wasm
  # Show what plugins have used, and write the least policy that allows it
  witdock grants audit audit.jsonl
  witdock grants learn audit.jsonl > grants.toml
  # Check a policy file
  witdock grants check grants.toml

`docs/grants.md` describes policy files and audit logs.";

#[derive(Debug, Subcommand)]
enum Command {
    /// Show what a plugin requests, and what a policy file says about each request
    Show(show::ShowArguments),
    /// Show what one version of a plugin requests more or less than another
    Diff(diff::DiffArguments),
    /// Show what plugins have used, from an audit log
    Audit(audit::AuditArguments),
    /// Write the least policy that allows what plugins have used
    Learn(learn::LearnArguments),
    /// Check a policy file
    Check(check::CheckArguments),
}

pub(crate) fn run(arguments: GrantsArguments) -> anyhow::Result<ExitCode> {
    match arguments.command {
        Command::Show(arguments) => show::run(arguments),
        Command::Diff(arguments) => diff::run(arguments),
        Command::Audit(arguments) => audit::run(arguments),
        Command::Learn(arguments) => learn::run(arguments),
        Command::Check(arguments) => check::run(arguments),
    }
}
