//! `witdock test`.

mod bless;
mod case_report;
mod cases;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use anstream::eprint;
use anyhow::Context;
use clap::Args;

use crate::component::Component;
use crate::limits::{LimitArguments, dock};
use crate::plugin_argument::{BuildArguments, Plugin};
use crate::progress::Spinner;
use crate::runtime;
use crate::script::{Answers, Body, Case, Mismatch, Runner, Step, parse};
use bless::Blessing;
use case_report::{CaseFailure, CaseReport, FileReport};

const EXAMPLES: &str = "\
Examples:
  # Test the plugin in this folder
  witdock test
  witdock test plugins/editor/todo --filter 'two tasks'
  witdock test plugin.wasm --cases more-cases
  # Write the actual results into the cases
  witdock test --bless

A case calls the plugin, and states the host calls that it expects, their answers and the result. The cases of a plugin are in its \
folder, in tests/*.case:

  case \"trailing spaces are removed when a document is saved\"
  activate(\"{}\")
  format({document: 1, revision: 7})
    host documents.by-id(1) -> some(doc)
    host doc.text() -> \"one  \"
    -> ok([{range: {start: 3, end: 5}, text: \"\"}])

docs/testing-plugins.md describes the notation.

Exit codes: 0 all cases passed, 1 a case failed, 2 the cases could not run.";

/// The arguments of `witdock test`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct TestArguments {
    /// A .wasm or .wat file, or a project folder, which is built first
    #[arg(default_value = ".")]
    plugin: PathBuf,
    /// Files with cases, or folders of them, instead of the plugin's tests/*.case
    #[arg(long, value_name = "PATH")]
    cases: Vec<PathBuf>,
    /// Run only the cases whose name contains this text
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    /// Write the actual results into the files, where the expected ones differ or are missing
    #[arg(long)]
    bless: bool,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    limits: LimitArguments,
    #[command(flatten)]
    build: BuildArguments,
}

pub(crate) fn run(arguments: TestArguments) -> anyhow::Result<ExitCode> {
    let files = cases::find(&arguments.plugin, &arguments.cases)?;
    let plugin = Plugin::open(&arguments.plugin, arguments.build.builds())?;
    let component = Arc::new(Component::decode(&plugin)?);
    let mut scripts = Vec::new();
    let mut is_invalid = false;
    for file in files {
        let text =
            std::fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
        match parse(&component, &file.display().to_string(), &text) {
            Ok(script) => scripts.push((file, text, script)),
            Err(error) => {
                eprint!("{}", error.render());
                is_invalid = true;
            }
        }
    }
    if is_invalid {
        return Ok(ExitCode::from(2));
    }
    let compiling = Spinner::new(&format!("compiling {}", plugin.name));
    let runner = Runner::new(&dock()?, &plugin, &component, arguments.limits.limits())?;
    drop(compiling);
    let mut reports = Vec::new();
    for (file, text, script) in scripts {
        let mut blessing = Blessing::default();
        let cases = cases_of(&file, script.cases);
        let mut reported = Vec::new();
        for case in &cases {
            if arguments.filter.as_ref().is_some_and(|filter| !case.name.contains(filter.as_str())) {
                continue;
            }
            let blessing = arguments.bless.then_some(&mut blessing);
            reported.push(runtime::block_on(run_case(&runner, &script.head, case, &text, blessing))?);
        }
        let blessed = blessing.write(&file, &text)?;
        let report = FileReport { file: file.display().to_string(), cases: reported, blessed };
        if !arguments.json {
            report.print();
        }
        reports.push(report);
    }
    case_report::finish(&reports, arguments.json, arguments.filter.as_deref())
}

/// The cases of a file. A file without `case` is a single one with the file's name.
fn cases_of(file: &Path, cases: Vec<Case>) -> Vec<Case> {
    if cases.is_empty() {
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        return vec![Case { name, at: 0, body: Body::default() }];
    }
    cases
}

/// Runs a case on a fresh instance, up to the first mismatch.
async fn run_case(
    runner: &Runner,
    head: &Body,
    case: &Case,
    text: &str,
    mut blessing: Option<&mut Blessing>,
) -> CaseReport {
    let begun = Instant::now();
    let standing = case.body.standing.iter().chain(&head.standing).cloned().collect();
    let mut report = CaseReport::new(&case.name, line(text, case.at));
    let mut run = match runner.start(Answers { standing, stub: false }).await {
        Ok(run) => run,
        Err(failure) => {
            let mismatch = Mismatch::Failed(Box::new(failure));
            report.failure = Some(CaseFailure::at_start(report.line, mismatch));
            return report;
        }
    };
    for step in head.steps.iter().chain(&case.body.steps) {
        let outcome = run.step(step).await;
        let Some(mismatch) = outcome.mismatch else { continue };
        if let Some(blessing) = &mut blessing
            && let Some(actual) = &outcome.result
            && blessing.take(text, step, &mismatch, actual)
        {
            continue;
        }
        let mut log: Vec<String> = run.log().iter().map(ToString::to_string).collect();
        log.drain(..log.len().saturating_sub(20));
        report.failure = Some(CaseFailure {
            line: line(text, step.span.start),
            step: shortened(step),
            mismatch,
            host_calls: outcome.host_calls,
            host_calls_left_out: outcome.host_calls_left_out,
            log,
        });
        break;
    }
    report.took = begun.elapsed();
    report
}

/// The step's text on one line, shortened.
fn shortened(step: &Step) -> String {
    const LONGEST: usize = 96;
    let line = step.text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or(&line)),
        None => line,
    }
}

/// The number of the line at a position in a text.
fn line(text: &str, at: usize) -> usize {
    text.get(..at).unwrap_or_default().matches('\n').count() + 1
}
