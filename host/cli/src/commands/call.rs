//! `witdock call`.

use std::ops::Range;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, bail};
use clap::Args;
use serde::Serialize;
use witdock::LogLine;

use crate::component::{Component, Function, find, signature};
use crate::diagnostic::Problem;
use crate::limits::{LimitArguments, dock};
use crate::paint::Paint;
use crate::plugin_argument::Plugin;
use crate::runtime;
use crate::script::{Action, Answers, Body, Call, Mismatch, Runner, Step, StepReport, argument, parse};
use crate::wave::{inline, pretty};

const EXAMPLES: &str = "\
Values are written in WAVE: 42, \"text\", [1, 2], {name: \"a\", size: 3}, some(1), ok, err(\"why\"), a-case(5).
Where a string is expected, the quotes may be left out.

Examples:
  witdock call plugin.wasm                                what can be called, with signatures
  witdock call plugin.wasm describe '[]' '{}'
  witdock call plugin.wasm transform.describe '[]' '{}'   where several have a `describe`
  witdock call plugins/trim --stub activate '{}'          imports get plain answers
  witdock call plugins/trim --script answers.case run-command trim none
  witdock call plugin.wasm 'let s = session([], \"{}\"); s.finish()'

Exit codes: 0 called, 1 the plugin failed or gave something else than the script expects, 2 it could not be called.";

/// What is given to `witdock call`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct CallArguments {
    /// A .wasm or .wat file, or a project folder, which is built first
    plugin: PathBuf,
    /// The function, or whole calls with their arguments in parentheses and `;` between them
    export: Option<String>,
    /// The arguments, each a value in WAVE
    #[arg(allow_negative_numbers = true)]
    arguments: Vec<String>,
    /// Answer imports with the plainest value of their type, and show each call
    #[arg(long)]
    stub: bool,
    /// Answer imports as this script says; without EXPORT, do what it says
    #[arg(long, value_name = "FILE")]
    script: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    limits: LimitArguments,
}

/// The exit code for a plugin that failed.
const FAILED: u8 = 1;
/// The exit code for a call that could not be made.
const IMPOSSIBLE: u8 = 2;

pub(crate) fn run(arguments: CallArguments) -> anyhow::Result<ExitCode> {
    let plugin = Plugin::open(&arguments.plugin)?;
    let component = Arc::new(Component::decode(&plugin)?);
    if arguments.export.is_none() && arguments.script.is_none() {
        list(&component);
        return Ok(ExitCode::SUCCESS);
    }
    let body = match what(&component, &arguments)? {
        Ok(body) => body,
        Err(problem) => {
            eprint!("{}", problem.render());
            return Ok(ExitCode::from(IMPOSSIBLE));
        }
    };
    if body.steps.is_empty() {
        bail!("the script calls nothing: name an export to call, or write calls into it");
    }
    let runner = Runner::new(&dock()?, &plugin, &component, arguments.limits.limits())?;
    let answers = Answers { standing: body.standing, stub: arguments.stub };
    let (done, log) = runtime::block_on(steps(&runner, &body.steps, answers, &arguments))??;
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&Report { calls: &done, log: &log })?);
    }
    let worst = done.iter().filter_map(|done| done.exit_code).max();
    Ok(worst.map_or(ExitCode::SUCCESS, ExitCode::from))
}

/// What is to be called, and with which answers.
fn what(component: &Component, arguments: &CallArguments) -> anyhow::Result<Result<Body, Box<Problem>>> {
    let mut body = Body::default();
    if let Some(path) = &arguments.script {
        let text =
            std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        let script = match parse(component, &path.display().to_string(), &text) {
            Ok(script) => script,
            Err(problem) => return Ok(Err(problem)),
        };
        if !script.cases.is_empty() && arguments.export.is_none() {
            bail!("{} has cases: `witdock test --cases {0}` runs them", path.display());
        }
        body = script.head;
    }
    let Some(export) = &arguments.export else { return Ok(Ok(body)) };
    // Of a script beside an export only the answers count.
    body.steps.clear();
    if export.contains('(') {
        if let Some(extra) = arguments.arguments.first() {
            bail!("`{extra}` stands behind a call that has its arguments in parentheses");
        }
        return Ok(parse(component, "the command line", export).map(|script| {
            body.standing.extend(script.head.standing);
            body.steps = script.head.steps;
            body
        }));
    }
    let function = match find(&component.exports, export) {
        Ok(function) => function,
        Err(error) => {
            let hint = if component.imports.iter().any(|function| function.item() == export) {
                " (the component imports it, and does not export it)"
            } else {
                ""
            };
            bail!("{error}{hint}\n{}", exports(component).trim_end());
        }
    };
    if function.method().is_some() {
        bail!(
            "{} is a method: call it on a handle, for example\n  witdock call {} '{}'",
            function.item(),
            arguments.plugin.display(),
            method_example(component, function),
        );
    }
    let mut values = Vec::new();
    for (index, text) in arguments.arguments.iter().enumerate() {
        match argument(component, function, index, text) {
            Ok(value) => values.push(value),
            Err(problem) => return Ok(Err(problem)),
        }
    }
    if let Some((name, _)) = function.params.get(values.len()) {
        bail!(
            "the argument `{name}` is missing: {} given of\n  {}",
            values.len(),
            signature(&component.resolve, function)
        );
    }
    let call = Call { function: Arc::new(function.clone()), arguments: values };
    let action = Action::Call(call, None);
    body.steps.push(Step {
        text: export.clone(),
        span: Range::default(),
        action,
        host: Vec::new(),
        expected: None,
    });
    Ok(Ok(body))
}

fn method_example(component: &Component, method: &Function) -> String {
    let params = |function: &Function| {
        let names =
            function.params.iter().filter(|(name, _)| name != "self").map(|(name, _)| name.to_uppercase());
        names.collect::<Vec<_>>().join(", ")
    };
    let (resource, name) = method.item().split_once('.').unwrap_or(("resource", "method"));
    let constructor = component.exports.iter().find(|function| function.item() == resource);
    let make =
        constructor.map_or_else(|| "FUNCTION(…)".to_owned(), |it| format!("{resource}({})", params(it)));
    format!("let x = {make}; x.{name}({})", params(method))
}

async fn steps(
    runner: &Runner,
    steps: &[Step],
    answers: Answers,
    arguments: &CallArguments,
) -> anyhow::Result<(Vec<Done>, Vec<LogLine>)> {
    let mut done = Vec::new();
    let mut run = match runner.start(answers).await {
        Ok(run) => run,
        Err(failure) => {
            let error = format!("the plugin {failure}, as it started");
            if !arguments.json {
                eprintln!("error: {error}");
            }
            let started = Done {
                call: None,
                host: Vec::new(),
                result: None,
                error: Some(error),
                exit_code: Some(FAILED),
            };
            return Ok((vec![started], Vec::new()));
        }
    };
    let mut log_lines = 0;
    for step in steps {
        let report = run.step(step).await;
        let log = run.log();
        if !arguments.json {
            let fresh = log.get(log_lines.min(log.len())..).unwrap_or_default();
            show(step, &report, fresh, steps.len() > 1, arguments.stub);
        }
        log_lines = log.len();
        let exit_code = report.mismatch.as_ref().map(exit_code);
        done.push(Done {
            call: Some(step.text.clone()),
            host: report.host_calls,
            result: report.result.as_ref().map(inline),
            error: report.mismatch.as_ref().map(ToString::to_string),
            exit_code,
        });
        if exit_code.is_some() {
            break;
        }
    }
    Ok((done, run.log()))
}

fn exit_code(mismatch: &Mismatch) -> u8 {
    match mismatch {
        Mismatch::HostCall { .. } | Mismatch::Other(_) => IMPOSSIBLE,
        _ => FAILED,
    }
}

/// A step for a person: the host's calls, the log and what went wrong on stderr, and the result alone on stdout.
fn show(step: &Step, report: &StepReport, log: &[LogLine], of_several: bool, stub: bool) {
    let paint = Paint::stderr();
    if of_several {
        eprintln!("{}", paint.bold(&step.text));
    }
    for call in &report.host_calls {
        eprintln!("  {} {call}", paint.cyan("host"));
    }
    if report.host_calls_left_out > 0 {
        eprintln!("  … and {} more", report.host_calls_left_out);
    }
    for line in log {
        eprintln!("  {} {line}", paint.cyan("log"));
    }
    if let Some(result) = &report.result {
        println!("{}", pretty(result, 0, 100));
    }
    let Some(mismatch) = &report.mismatch else { return };
    eprintln!("{} {mismatch}", paint.red("error:"));
    match mismatch {
        Mismatch::HostCall { actual, expected: None, answer } if !stub => {
            eprintln!("  --stub answers it, or a line in a file for --script:");
            match answer {
                Some(answer) => eprintln!("  host {actual} -> …   with a value of type {answer}"),
                None => eprintln!("  host {actual}"),
            }
        }
        Mismatch::Result { expected, .. } => eprintln!("  expected\n{expected}"),
        _ => {}
    }
}

fn list(component: &Component) {
    print!("{}", exports(component));
}

/// The exports with their signatures, under their interfaces.
fn exports(component: &Component) -> String {
    let mut text = String::new();
    let mut interface: Option<&Option<String>> = None;
    for function in &component.exports {
        if interface != Some(&function.interface) {
            text.push_str(function.interface.as_deref().unwrap_or("in the world itself"));
            text.push('\n');
            interface = Some(&function.interface);
        }
        text.push_str("  ");
        text.push_str(&signature(&component.resolve, function));
        text.push('\n');
    }
    if text.is_empty() {
        text.push_str("the component exports no function\n");
    }
    text
}

#[derive(Serialize)]
struct Report<'a> {
    calls: &'a [Done],
    log: &'a [LogLine],
}

/// A step that was done, for `--json`. Values are text in WAVE.
#[derive(Serialize)]
struct Done {
    /// `None` if the instance did not start.
    call: Option<String>,
    host: Vec<String>,
    result: Option<String>,
    error: Option<String>,
    #[serde(skip)]
    exit_code: Option<u8>,
}
