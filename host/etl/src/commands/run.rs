//! `witdock-etl run`.

use std::io::Write;
use std::process::ExitCode;

use witdock_etl::engine::Engine;
use witdock_etl::exporter;
use witdock_etl::pipeline::Pipeline;
use witdock_etl::preview;
use witdock_etl::progress::{Reporter, number};
use witdock_etl::run::{Outcome, RunOptions};

use crate::arguments::RunArguments;

pub(crate) async fn run(arguments: RunArguments, reporter: Reporter) -> anyhow::Result<ExitCode> {
    let pipeline = Pipeline::open(&arguments.pipeline)?;
    let rows_on_stdout = pipeline.uses_stdout();
    let mut engine = Engine::load(pipeline, reporter.clone()).await?;
    let options = RunOptions {
        limit: arguments.limit,
        throttle: arguments.throttle.map(Into::into),
        preview_rows: if arguments.json || rows_on_stdout { 0 } else { arguments.preview },
        fresh: arguments.fresh,
        retry: arguments.retry,
    };
    if let Some(address) = &arguments.metrics {
        let at = exporter::serve(address, engine.live()).map_err(anyhow::Error::msg)?;
        reporter.message(&format!("serving metrics at {at}"));
    }
    if arguments.watch {
        engine.watch()?;
        reporter.message("watching the plugins: a new generation takes over during the run");
    }
    loop {
        // A reload in the middle of the run is part of the run. Only a later one starts another run.
        let outcome = engine.run(options).await;
        let mut seen = engine.generations();
        match outcome {
            Ok(outcome) => {
                let lines = if arguments.json {
                    vec![serde_json::to_string(&outcome.summary)?]
                } else {
                    lines(&outcome)?
                };
                if rows_on_stdout {
                    lines.iter().for_each(|line| reporter.message(line));
                } else {
                    print(&lines)?;
                }
            }
            Err(error) if arguments.watch => reporter.message(&format!("error: {error}")),
            Err(error) => return Err(error.into()),
        }
        if !arguments.watch {
            return Ok(ExitCode::SUCCESS);
        }
        reporter.message("done; the next new generation runs the pipeline again; Ctrl-C ends");
        engine.wait_for_reload(&mut seen).await;
    }
}

fn lines(outcome: &Outcome) -> anyhow::Result<Vec<String>> {
    let width = terminal_width();
    let mut lines = Vec::new();
    if outcome.first_rows.num_rows() > 0 {
        lines.extend(preview::table(&outcome.first_rows)?.render(width));
        let more = outcome.summary.rows_out.saturating_sub(outcome.first_rows.num_rows() as u64);
        if more > 0 {
            lines.push(format!("… and {} more rows", number(more)));
        }
        lines.push(String::new());
    }
    lines.extend(outcome.summary.lines(width));
    Ok(lines)
}

/// The terminal's width, or that of a page if there is no terminal.
pub(crate) fn terminal_width() -> usize {
    const PAGE: usize = 120;
    terminal_size::terminal_size().map_or(PAGE, |(width, _)| usize::from(width.0))
}

/// Prints lines. It is no error if the reader has closed its end, as `head` does.
pub(crate) fn print(lines: &[String]) -> anyhow::Result<()> {
    let mut output = std::io::stdout().lock();
    let written = lines.iter().try_for_each(|line| writeln!(output, "{line}")).and_then(|()| output.flush());
    match written {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        written => Ok(written?),
    }
}
