//! `witdock new`.

mod dependency;
mod interface;
mod name;
mod plugin;

use std::process::ExitCode;

use clap::{Args, Subcommand};

/// What is given to `witdock new`.
#[derive(Debug, Args)]
#[command(arg_required_else_help = true, after_help = EXAMPLES)]
pub(crate) struct NewArguments {
    #[command(subcommand)]
    what: What,
}

const EXAMPLES: &str = "\
Examples:
  witdock new interface chat                                    with its host, a guest SDK and two plugins
  witdock new plugin tidy --interface etl --lang python         for a demo host
  witdock new plugin greeter --interface chat/wit --lang c      for an interface of your own";

#[derive(Debug, Subcommand)]
enum What {
    /// Make a workspace with an interface of your own, its host, a guest SDK and two plugins
    Interface(interface::InterfaceArguments),
    /// Make a plugin for an interface, in any of the languages
    Plugin(plugin::PluginArguments),
}

pub(crate) fn run(arguments: NewArguments) -> anyhow::Result<ExitCode> {
    match arguments.what {
        What::Interface(arguments) => interface::run(arguments),
        What::Plugin(arguments) => plugin::run(arguments),
    }
}
