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
mod plain_value;
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
    end_quietly_when_nobody_reads();
    let arguments = arguments::Arguments::parse();
    match commands::run(arguments.command) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// A reader that has seen enough, such as `head`, is no reason for a backtrace: printing to it panics.
fn end_quietly_when_nobody_reads() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let words = panic.payload().downcast_ref::<String>();
        if words.is_some_and(|words| words.starts_with("failed printing to stdout")) {
            std::process::exit(0);
        }
        usual(panic);
    }));
}
