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
  # Create your own interface, with a host and two plugins
  witdock new interface chat
  # Create a plugin for witdock-etl; `--interface editor` is for witdock-edit
  witdock new plugin tidy --interface etl --lang rust
  # Build, check and test the plugin after each change
  witdock dev tidy
  # List each language's tools, and how to install the missing ones
  witdock doctor

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
    /// Show and compare what plugins request, check and learn policy files
    Grants(commands::grants::GrantsArguments),
    /// Make a key pair to sign components with
    Keygen(commands::keygen::KeygenArguments),
    /// Sign components
    Sign(commands::sign::SignArguments),
    /// Check the signatures of components
    Verify(commands::verify::VerifyArguments),
    /// List the tools that each language needs, and how to install the missing ones
    Doctor(commands::doctor::DoctorArguments),
    /// Make a component of a Proxy-Wasm module
    Adapt(commands::adapt::AdaptArguments),
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
            Command::Grants(arguments) => commands::grants::run(arguments),
            Command::Keygen(arguments) => commands::keygen::run(arguments),
            Command::Sign(arguments) => commands::sign::run(arguments),
            Command::Verify(arguments) => commands::verify::run(arguments),
            Command::Doctor(arguments) => commands::doctor::run(arguments),
            Command::Adapt(arguments) => commands::adapt::run(arguments),
            Command::Bindings(arguments) => commands::bindings::run(arguments),
            Command::Docs(arguments) => commands::docs::run(arguments),
            Command::Completions(arguments) => commands::completions::run(arguments, Self::command()),
            Command::Man(arguments) => commands::man::run(arguments, Self::command()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The words of a command line, up to a pipe or a redirection. Single quotes keep words together.
    fn words(line: &str) -> Vec<String> {
        let mut words = vec![String::new()];
        let mut is_quoted = false;
        for c in line.chars() {
            match c {
                '\'' => is_quoted = !is_quoted,
                ' ' if !is_quoted => words.push(String::new()),
                '|' | '>' if !is_quoted => break,
                c => words.last_mut().unwrap().push(c),
            }
        }
        words.retain(|word| !word.is_empty());
        words
    }

    /// Checks a command's examples, and those of its subcommands. Returns their number.
    fn check(command: &clap::Command) -> usize {
        let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        let help = help.replace("\\\n", "");
        let examples = help.lines().map(str::trim).filter(|line| line.starts_with("witdock "));
        let mut count = 0;
        for example in examples {
            let parsed = Arguments::try_parse_from(words(example));
            assert!(parsed.is_ok(), "{example}: {}", parsed.unwrap_err());
            count += 1;
        }
        assert!(count > 0, "the help of `{}` has no example", command.get_name());
        let subcommands = command.get_subcommands().filter(|inner| inner.get_name() != "help");
        count + subcommands.map(check).sum::<usize>()
    }

    #[test]
    fn every_command_has_examples_that_its_arguments_accept() {
        assert!(check(&Arguments::command()) > 40);
    }
}
