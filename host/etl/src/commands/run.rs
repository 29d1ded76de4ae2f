//! `witdock-etl run`.

use std::io::Write;
use std::process::ExitCode;

use witdock::text;
use witdock_etl::checkpoint::Start;
use witdock_etl::engine::Engine;
use witdock_etl::exporter;
use witdock_etl::preview;
use witdock_etl::progress::{Reporter, number};
use witdock_etl::run::{Outcome, RunError, RunOptions, Stop};

use crate::arguments::RunArguments;

pub(crate) async fn run(arguments: RunArguments, reporter: Reporter, stop: Stop) -> anyhow::Result<ExitCode> {
    let pipeline = arguments.trust.open_audited(&arguments.pipeline, arguments.audit.clone())?;
    let rows_on_stdout = pipeline.uses_stdout();
    let mut engine = Engine::load(pipeline, reporter.clone()).await?;
    let options = RunOptions {
        stop: stop.clone(),
        limit: arguments.limit,
        throttle: arguments.throttle.map(Into::into),
        preview_rows: if arguments.json || rows_on_stdout { 0 } else { arguments.preview },
        start: match (arguments.restart, arguments.fresh) {
            (true, _) => Start::Restart,
            (_, true) => Start::Fresh,
            _ => Start::Continue,
        },
        retry: arguments.retry,
    };
    if let Some(address) = &arguments.metrics {
        let at = exporter::serve(address, engine.live()).map_err(anyhow::Error::msg)?;
        reporter.message(&format!("serving metrics at {at}"));
    }
    let _rules = match engine.pipeline().trust.watch_rules(reporter.clone()) {
        Ok(watch) => watch,
        Err(error) => {
            reporter.message(&format!(
                "cannot watch the policy file, so changes to it wait for the next run: {error}"
            ));
            None
        }
    };
    if arguments.watch {
        engine.watch()?;
        reporter.message("watching the plugins: a new generation takes over during the run");
    }
    loop {
        // A reload in the middle of the run is part of the run. Only a later one starts another run.
        let outcome = engine.run(options.clone()).await;
        let mut seen = engine.generations();
        if let Err(error) = engine.pipeline().trust.append_uses() {
            reporter.message(&format!("cannot append to the audit log: {error}"));
        }
        match outcome {
            Ok(outcome) => {
                // The rows are where they belong: nothing from here on makes the run fail.
                let lines = if arguments.json {
                    serde_json::to_string(&outcome.summary).into_iter().collect()
                } else {
                    lines(&outcome)
                };
                if rows_on_stdout {
                    lines.iter().for_each(|line| reporter.message(line));
                } else if let Err(error) = if arguments.json { print_exactly(&lines) } else { print(&lines) }
                {
                    reporter.message(&format!("cannot print the summary: {error}"));
                }
            }
            Err(error @ RunError::Stopped { .. }) => {
                reporter.message(&error.to_string());
                return Ok(ExitCode::FAILURE);
            }
            Err(error) if arguments.watch && error.may_be_of_plugin() => {
                reporter.message(&format!("error: {error}"))
            }
            Err(error) => return Err(error.into()),
        }
        if !arguments.watch || options.stop.is_requested() {
            return Ok(ExitCode::SUCCESS);
        }
        reporter.message("done; the next new generation runs the pipeline again; Ctrl-C ends");
        engine.wait_for_reload(&mut seen).await;
    }
}

fn lines(outcome: &Outcome) -> Vec<String> {
    let width = terminal_width();
    let mut lines = Vec::new();
    match outcome.first_rows.as_ref().map_err(ToString::to_string).and_then(|rows| {
        let table = preview::table(rows).map_err(|error| error.to_string())?;
        Ok((rows.num_rows(), table))
    }) {
        Ok((0, _)) => {}
        Ok((rows, table)) => {
            lines.extend(table.render(width));
            let more = outcome.summary.rows_out.saturating_sub(rows as u64);
            if more > 0 {
                lines.push(format!("… and {} more rows", number(more)));
            }
            lines.push(String::new());
        }
        Err(error) => lines.push(format!("the first rows cannot be shown: {error}")),
    }
    lines.extend(outcome.summary.lines(width));
    lines
}

/// The terminal's width, or that of a page if there is no terminal.
pub(crate) fn terminal_width() -> usize {
    const PAGE: usize = 120;
    terminal_size::terminal_size().map_or(PAGE, |(width, _)| usize::from(width.0))
}

/// Prints lines for people: what rows and plugins have in them is shown, and not obeyed by a terminal.
pub(crate) fn print(lines: &[String]) -> anyhow::Result<()> {
    let shown: Vec<String> = lines.iter().map(|line| text::line(line).to_string()).collect();
    print_exactly(&shown)
}

/// Prints lines for programs. It is no error if the reader has closed its end, as `head` does.
pub(crate) fn print_exactly(lines: &[String]) -> anyhow::Result<()> {
    let mut output = std::io::stdout().lock();
    let written = lines.iter().try_for_each(|line| writeln!(output, "{line}")).and_then(|()| output.flush());
    match written {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        written => Ok(written?),
    }
}
