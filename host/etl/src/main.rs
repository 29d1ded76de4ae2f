//! The command line of witdock-etl.

mod arguments;
mod commands;
mod signals;

use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use witdock::text;
use witdock_etl::pipeline::PipelineError;
use witdock_etl::progress::Reporter;
use witdock_etl::run::{RunError, Stop};
use witdock_etl::stage::StageErrorKind;

use crate::arguments::{Arguments, Command, LogFormat};
use crate::commands::{doctor, lock, plan, preview, run, schema, test};
use crate::signals::Signals;

fn main() -> ExitCode {
    witdock::worker::serve();
    let arguments = Arguments::parse();
    // A bar and a stream of log lines would disturb each other.
    let reporter = if arguments.verbose > 0 { Reporter::lines() } else { Reporter::new() };
    start_log(arguments.verbose, arguments.log_format, &reporter);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("error: cannot start the runtime: {error}");
            return ExitCode::FAILURE;
        }
    };
    let stop = Stop::default();
    let result = runtime.block_on(async {
        let work = async {
            match arguments.command {
                Command::Run(arguments) => run::run(arguments, reporter.clone(), stop.clone()).await,
                Command::Validate(arguments) => plan::validate(arguments, reporter.clone()).await,
                Command::Plan(arguments) => plan::plan(arguments, reporter.clone()).await,
                Command::Preview(arguments) => preview::preview(arguments, reporter.clone()).await,
                Command::Test(arguments) => test::test(arguments, reporter.clone()).await,
                Command::Lock(arguments) => lock::lock(arguments, reporter.clone()).await,
                Command::Schema => schema::schema(),
                Command::Doctor(arguments) => doctor::doctor(arguments).await,
            }
        };
        let mut work = std::pin::pin!(work);
        let mut signals = match Signals::new() {
            Ok(signals) => signals,
            Err(error) => return Ended::Itself(Err(error.into())),
        };
        let mut code = None;
        loop {
            tokio::select! {
                result = &mut work => {
                    return Ended::Itself(result.map(|ended| code.map_or(ended, ExitCode::from)));
                }
                signal = signals.next() => {
                    if !stop.request() {
                        reporter.end();
                        eprintln!("interrupted");
                        return Ended::AtOnce(signal);
                    }
                    code = Some(signal);
                    reporter.message("stopping at the next batch; a second signal ends at once");
                }
            }
        }
    });
    let result = match result {
        Ended::Itself(result) => result,
        Ended::AtOnce(code) => {
            // Drops the tasks, and with them the builds that run. Threads that wait for a pipe or a plugin are not waited for.
            runtime.shutdown_timeout(LAST_MOMENT);
            std::process::exit(code.into());
        }
    };
    // A thread may still wait for a pipe that gives nothing.
    runtime.shutdown_background();
    match result {
        Ok(code) => code,
        Err(error) => {
            reporter.end();
            show(error);
            ExitCode::FAILURE
        }
    }
}

/// How the program's work has ended.
enum Ended {
    /// By itself.
    Itself(anyhow::Result<ExitCode>),
    /// By a second signal, whose exit code this is.
    AtOnce(u8),
}

/// How long a program that ends at once waits for its threads.
const LAST_MOMENT: Duration = Duration::from_millis(200);

/// Prints an error. One about a pipeline file is shown with the place in the file.
fn show(error: anyhow::Error) {
    let error = match error.downcast::<PipelineError>() {
        Ok(error) => return eprintln!("{:?}", miette::Report::new(error)),
        Err(error) => error,
    };
    // A step of a stage that does not fit the columns before it.
    if let Some(RunError::Stage(error)) = error.downcast_ref::<RunError>()
        && let StageErrorKind::Step(invalid) = error.kind.as_ref()
    {
        return eprintln!("{:?}", miette::Report::new(invalid.as_ref().clone()));
    }
    eprintln!("error: {}", text::block(&format!("{error:#}")));
}

/// Log targets that are not shown by default: the reporter tells the same, or they are about the compiler.
const QUIET: &str = "witdock::watch=error,witdock::reload=error,wasmtime=warn,cranelift=warn";

fn start_log(verbose: u8, format: LogFormat, reporter: &Reporter) {
    let level = match verbose {
        0 => "warn",
        1 => "info",
        2 => "debug",
        _ => "trace",
    };
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new(format!("{level},{QUIET}")));
    let reporter = reporter.clone();
    let color = anstream::AutoStream::choice(&std::io::stderr()) != anstream::ColorChoice::Never;
    let log =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(move || LogWriter(reporter.clone()));
    match format {
        LogFormat::Text => log.with_ansi(color).without_time().init(),
        LogFormat::Json => log.json().flatten_event(true).init(),
    }
}

/// Writes log lines through the reporter, above the bar.
struct LogWriter(Reporter);

impl std::io::Write for LogWriter {
    fn write(&mut self, text: &[u8]) -> std::io::Result<usize> {
        self.0.write(text);
        Ok(text.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
