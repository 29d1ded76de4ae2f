//! The command line.

use clap::{Parser, Subcommand};

use crate::commands;

/// Define an embedding interface, and write, build, check and test plugins for it in any language.
#[derive(Debug, Parser)]
#[command(name = "witdock", version, arg_required_else_help = true, max_term_width = 100, after_help = EXAMPLES)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXAMPLES: &str = "\
Examples:
  witdock new plugin tidy --interface etl --lang rust    a plugin for one of the demo hosts: witdock-etl, witdock-edit
  witdock new interface chat                             an embedding interface of your own, with its host and plugins
  witdock dev tidy                                       build, check and test the plugin at each change
  witdock doctor                                         which languages' tools are here

Each subcommand has its own: witdock build --help. Exit codes: 0 done, 1 the answer is no, 2 it could not be done.";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a new interface with its host, or a new plugin
    New(commands::new::NewArguments),
    /// Build a plugin's folder into a component
    Build(commands::build::BuildArguments),
    /// Say whether a plugin fits an interface, and if not, why
    Check(commands::check::CheckArguments),
    /// Show what is in a component: its world, what it asks for, sections and sizes
    Inspect(commands::inspect::InspectArguments),
    /// Call an export of a component with WAVE values
    Call(commands::call::CallArguments),
    /// Build, check and reload a plugin whenever its source changes
    Dev(commands::dev::DevArguments),
    /// Run a plugin's scripted cases, without any host program
    Test(commands::test::TestArguments),
    /// Tell which languages' tools are here, and what to install
    Doctor(commands::doctor::DoctorArguments),
    /// Generate a world's bindings for C, C++, Zig or Go anew
    Bindings(commands::bindings::BindingsArguments),
    /// Write an interface's reference as Markdown or HTML
    Docs(commands::docs::DocsArguments),
    /// Print completions for a shell
    Completions(commands::completions::CompletionsArguments),
    /// Print the manual page
    Man(commands::man::ManArguments),
}
