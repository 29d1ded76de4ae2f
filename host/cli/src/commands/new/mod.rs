//! `witdock new`.

mod dependency;
mod interface;
mod name;
mod plugin;

use std::process::ExitCode;

use clap::{Args, Subcommand};

/// The arguments of `witdock new`.
#[derive(Debug, Args)]
#[command(arg_required_else_help = true, after_help = EXAMPLES)]
pub(crate) struct NewArguments {
    #[command(subcommand)]
    what: What,
}

const EXAMPLES: &str = "\
Examples:
  # Create your own interface, with a host, a guest SDK and two plugins
  witdock new interface chat
  # Create a plugin for witdock-etl
  witdock new plugin tidy --interface etl --lang python
  # Create a plugin for your own interface
  witdock new plugin greeter --interface chat/wit --lang c

`witdock new interface --help` and `witdock new plugin --help` explain what the projects contain.";

#[derive(Debug, Subcommand)]
enum What {
    /// Create a workspace with your own interface, a host, a guest SDK and two plugins
    Interface(interface::InterfaceArguments),
    /// Create a plugin for an interface, in one of eight languages
    Plugin(plugin::PluginArguments),
}

pub(crate) fn run(arguments: NewArguments) -> anyhow::Result<ExitCode> {
    match arguments.what {
        What::Interface(arguments) => interface::run(arguments),
        What::Plugin(arguments) => plugin::run(arguments),
    }
}
