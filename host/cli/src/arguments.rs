//! The command line, and which command it runs.

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

use crate::commands;

/// Define an embedding interface, and write, build, check and test plugins for it in any language.
#[derive(Debug, Parser)]
#[command(name = "witdock", version, arg_required_else_help = true, max_term_width = 100, after_help = EXAMPLES)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  witdock new interface chat                             your own interface, with a host and two plugins
  witdock new plugin tidy --interface etl --lang rust    a plugin for witdock-etl (or editor, for witdock-edit)
  witdock dev tidy                                       build, check and test the plugin after each change
  witdock doctor                                         list each language's tools and what is missing

`witdock COMMAND --help` explains a command and shows examples.

Exit codes: 0 success; 1 the answer is no (a plugin does not fit, a case failed); 2 the command could not run.";

#[derive(Debug, Subcommand)]
enum Command {
    /// Create a new interface with its host, or a new plugin
    New(commands::new::NewArguments),
    /// Build a plugin's folder into a component
    Build(commands::build::BuildArguments),
    /// Check whether plugins fit an interface, and explain each difference
    Check(commands::check::CheckArguments),
    /// Show a component's imports, exports, requested grants, sections and sizes
    Inspect(commands::inspect::InspectArguments),
    /// Call a function that a component exports
    Call(commands::call::CallArguments),
    /// Build, check and test a plugin whenever its source changes
    Dev(commands::dev::DevArguments),
    /// Run a plugin's test cases, without a host program
    Test(commands::test::TestArguments),
    /// List the tools that each language needs, and how to install the missing ones
    Doctor(commands::doctor::DoctorArguments),
    /// Generate a world's bindings for C, C++, Zig or Go
    Bindings(commands::bindings::BindingsArguments),
    /// Write the reference of an interface as Markdown or HTML
    Docs(commands::docs::DocsArguments),
    /// Print a completion script for a shell
    Completions(commands::completions::CompletionsArguments),
    /// Print or write the manual pages
    Man(commands::man::ManArguments),
}

impl Arguments {
    /// Runs the command that they name. Its exit code is 0 for success and 1 where the answer is no.
    ///
    /// # Errors
    ///
    /// When the command could not run: exit code 2.
    pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
        match self.command {
            Command::New(arguments) => commands::new::run(arguments),
            Command::Build(arguments) => commands::build::run(arguments),
            Command::Check(arguments) => commands::check::run(arguments),
            Command::Inspect(arguments) => commands::inspect::run(arguments),
            Command::Call(arguments) => commands::call::run(arguments),
            Command::Dev(arguments) => commands::dev::run(arguments),
            Command::Test(arguments) => commands::test::run(arguments),
            Command::Doctor(arguments) => commands::doctor::run(arguments),
            Command::Bindings(arguments) => commands::bindings::run(arguments),
            Command::Docs(arguments) => commands::docs::run(arguments),
            Command::Completions(arguments) => commands::completions::run(arguments, Self::command()),
            Command::Man(arguments) => commands::man::run(arguments, Self::command()),
        }
    }
}
