//! The command `witdock`: interfaces and plugins, from an idea to a checked component.

mod arguments;
mod bindings;
mod commands;
mod component;
mod diagnostic;
mod embedded;
mod fit;
mod interface;
mod language;
mod limits;
mod paint;
mod plugin_argument;
mod progress;
mod project;
mod runtime;
mod script;
mod sdk;
mod strip;
mod stub;
mod template;
mod toolchain;
mod wave;

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
