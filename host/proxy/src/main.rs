//! The command line of witdock-proxy.

mod arguments;
mod commands;
mod signals;

use std::process::ExitCode;

use clap::Parser;
use witdock_proxy::config::ConfigError;

use crate::arguments::{Arguments, Command, LogFormat};
use crate::commands::{doctor, routes, run, test, validate};

fn main() -> ExitCode {
    // Foreign code is compiled in a process of its own, which is this program too.
    witdock::worker::serve();
    let arguments = Arguments::parse();
    start_log(arguments.verbose, arguments.log_format);
    // Accepts connections, answers the admin address and watches files; the work is done by threads of its own.
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("error: cannot start the runtime: {error}");
            return ExitCode::FAILURE;
        }
    };
    let result = runtime.block_on(async {
        match &arguments.command {
            Command::Run(arguments) => run::run(arguments).await,
            Command::Validate(arguments) => validate::validate(arguments).await,
            Command::Routes(arguments) => routes::routes(arguments),
            Command::Test(arguments) => test::test(arguments).await,
            Command::Doctor(arguments) => doctor::doctor(arguments).await,
        }
    });
    runtime.shutdown_background();
    result.unwrap_or_else(|error| {
        show(error);
        ExitCode::FAILURE
    })
}

/// Prints an error. One about the configuration file is shown with the place in the file.
fn show(error: anyhow::Error) {
    match error.downcast::<ConfigError>() {
        Ok(error) => eprintln!("{:?}", miette::Report::new(error)),
        Err(error) => eprintln!("error: {error:#}"),
    }
}

fn start_log(verbose: u8, format: LogFormat) {
    let level = match verbose {
        0 => "warn",
        1 => "info",
        2 => "debug",
        _ => "trace",
    };
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new(level));
    let color = anstream::AutoStream::choice(&std::io::stderr()) != anstream::ColorChoice::Never;
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match format {
        LogFormat::Text => log.with_ansi(color).without_time().init(),
        LogFormat::Json => log.json().flatten_event(true).init(),
    }
}
