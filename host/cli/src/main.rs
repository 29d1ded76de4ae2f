//! The command `witdock`: interfaces and plugins, from an idea to a checked component.

mod arguments;
mod bindings;
mod commands;
mod embedded;
mod interface;
mod language;
mod plugin_argument;
mod project;
mod runtime;
mod sdk;
mod stub;
mod template;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let arguments = arguments::Arguments::parse();
    match commands::run(arguments.command) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}
