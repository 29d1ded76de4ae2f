//! The command `witdock`: interfaces and plugins, from an idea to a checked component.

mod arguments;
mod bindings;
mod commands;
mod component;
mod embedded;
mod fit;
#[doc(hidden)]
pub mod foreign;
mod interface;
mod language;
mod limits;
mod output;
mod plain_value;
mod plugin_argument;
mod progress;
mod project;
mod proxy_wasm;
mod runtime;
mod script;
mod sdk;
mod size;
mod strip;
mod stub;
mod style;
mod template;
mod text_error;
mod toolchain;
mod wave;

use std::process::ExitCode;

use anstream::eprintln;
use clap::Parser;
use witdock::text;

use crate::style::red;

/// The exit code of a command that could not run.
const FAILED: u8 = 2;

/// Runs the command that the program was started with.
pub fn main() -> ExitCode {
    witdock::worker::serve();
    arguments::Arguments::parse().run().unwrap_or_else(|error| {
        // It may quote a manifest, a component or a tool.
        eprintln!("{} {}", red("error:"), text::whole(&format!("{error:#}")));
        ExitCode::from(FAILED)
    })
}
