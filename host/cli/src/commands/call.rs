//! `witdock call`.

use std::ops::Range;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anstream::{eprint, eprintln, print, println};
use anyhow::{Context, bail};
use clap::Args;
use serde::Serialize;
use witdock::{LogLine, text};

use crate::component::{Component, Function, find};
use crate::limits::{LimitArguments, dock};
use crate::plugin_argument::{BuildArguments, Plugin};
use crate::progress::Spinner;
use crate::runtime;
use crate::script::{Action, Answers, Body, Call, Mismatch, Runner, Step, StepReport, argument, parse};
use crate::style::{bold, cyan, red};
use crate::text_error::TextError;
use crate::wave::{inline, pretty};

const EXAMPLES: &str = "\
Examples:
  # List the functions that can be called
  witdock call plugin.wasm
  witdock call plugin.wasm describe '[]' '{}'
  # Name the interface, if several have a function `describe`
  witdock call plugin.wasm transform.describe '[]' '{}'
  # Answer host calls with zeros, empty lists, none and ok
  witdock call plugins/trim --stub activate '{}'
  # Answer host calls as a script says
  witdock call plugins/trim --script answers.case run-command trim none
  # Call a method of a resource
  witdock call plugin.wasm 'let s = session([], \"{}\"); s.finish()'

Arguments are values in WAVE: 42, \"text\", [1, 2], {name: \"a\", size: 3}, some(1), ok, err(\"why\"), a-case(5). A string needs no \
quotes.

Exit codes: 0 the call returned, 1 the plugin failed or did not do what the script expects, 2 the call could not be made.";

/// The arguments of `witdock call`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct CallArguments {
    /// A .wasm or .wat file, or a project folder, which is built first
    plugin: PathBuf,
    /// The function to call, or calls with arguments in parentheses, separated by `;`
    export: Option<String>,
    /// The function's arguments, each a value in WAVE
    #[arg(allow_negative_numbers = true)]
    arguments: Vec<String>,
    /// Answer every host call with the plainest value of its type, and show the call
    #[arg(long)]
    stub: bool,
    /// Answer host calls as this script says; without EXPORT, run the script's calls
    #[arg(long, value_name = "FILE")]
    script: Option<PathBuf>,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    limits: LimitArguments,
    #[command(flatten)]
    build: BuildArguments,
}

/// The exit code if the plugin fails.
const FAILED: u8 = 1;
/// The exit code if a call cannot be made.
const IMPOSSIBLE: u8 = 2;

pub(crate) fn run(arguments: CallArguments) -> anyhow::Result<ExitCode> {
    let plugin = Plugin::open(&arguments.plugin, arguments.build.builds())?;
    let component = Arc::new(Component::decode(&plugin)?);
    if arguments.export.is_none() && arguments.script.is_none() {
        print!("{}", text::whole(&exports(&component)));
        return Ok(ExitCode::SUCCESS);
    }
    let body = match body(&component, &arguments)? {
        Ok(body) => body,
        Err(error) => {
            eprint!("{}", error.render());
            return Ok(ExitCode::from(IMPOSSIBLE));
        }
    };
    if body.steps.is_empty() {
        bail!("the script has no calls: name a function to call, or write calls into the script");
    }
    let compiling = Spinner::new(&format!("compiling {}", plugin.name));
    let runner = Runner::new(&dock()?, &plugin, &component, arguments.limits.limits())?;
    drop(compiling);
    let answers = Answers { standing: body.standing, stub: arguments.stub };
    let (calls, log) = runtime::block_on(steps(&runner, &body.steps, answers, &arguments))??;
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&CallReport { calls: &calls, log: &log })?);
    }
    let worst = calls.iter().filter_map(|call| call.exit_code).max();
    Ok(worst.map_or(ExitCode::SUCCESS, ExitCode::from))
}

/// The calls to make and the answers to host calls, from the command line and the script.
fn body(component: &Component, arguments: &CallArguments) -> anyhow::Result<Result<Body, Box<TextError>>> {
    let mut body = Body::default();
    if let Some(path) = &arguments.script {
        let text =
            std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        let script = match parse(component, &path.display().to_string(), &text) {
            Ok(script) => script,
            Err(error) => return Ok(Err(error)),
        };
        if !script.cases.is_empty() && arguments.export.is_none() {
            bail!("{} contains cases: run them with `witdock test --cases {0}`", path.display());
        }
        body = script.head;
    }
    let Some(export) = &arguments.export else { return Ok(Ok(body)) };
    // With an export on the command line, only the script's answers are used.
    body.steps.clear();
    if export.contains('(') {
        if let Some(extra) = arguments.arguments.first() {
            bail!("unexpected argument `{extra}`: the call has its arguments in parentheses");
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
                ". The component imports it and does not export it"
            } else {
                ""
            };
            bail!("{error}{hint}\n\nThe component exports:\n{}", exports(component).trim_end());
        }
    };
    if function.method().is_some() {
        bail!(
            "{} is a method; call it on a handle:\n  witdock call {} '{}'",
            function.item(),
            arguments.plugin.display(),
            method_example(component, function),
        );
    }
    let mut values = Vec::new();
    for (index, text) in arguments.arguments.iter().enumerate() {
        match argument(component, function, index, text) {
            Ok(value) => values.push(value),
            Err(error) => return Ok(Err(error)),
        }
    }
    if let Some((name, _)) = function.params.get(values.len()) {
        bail!("missing argument `{name}`\n  {}", function.signature(&component.resolve));
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

/// A call of the method on a new handle, with the parameters' names as arguments.
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

/// Runs the steps up to the first mismatch, and shows each one.
async fn steps(
    runner: &Runner,
    steps: &[Step],
    answers: Answers,
    arguments: &CallArguments,
) -> anyhow::Result<(Vec<CallOutcome>, Vec<LogLine>)> {
    let mut outcomes = Vec::new();
    let mut run = match runner.start(answers).await {
        Ok(run) => run,
        Err(failure) => {
            let error = format!("the plugin {failure} while it started");
            if !arguments.json {
                eprintln!("{} {}", red("error:"), text::line(&error));
            }
            let start = CallOutcome {
                call: None,
                host: Vec::new(),
                result: None,
                error: Some(error),
                exit_code: Some(FAILED),
            };
            return Ok((vec![start], Vec::new()));
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
        outcomes.push(CallOutcome {
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
    Ok((outcomes, run.log()))
}

fn exit_code(mismatch: &Mismatch) -> u8 {
    match mismatch {
        Mismatch::HostCall { .. } | Mismatch::Other(_) => IMPOSSIBLE,
        _ => FAILED,
    }
}

/// Shows a step: its result on stdout, so that it can be piped; the host calls, the log and the mismatch on stderr.
fn show(step: &Step, report: &StepReport, log: &[LogLine], of_several: bool, stub: bool) {
    if of_several {
        eprintln!("{}", bold(&step.text));
    }
    for call in &report.host_calls {
        eprintln!("  {} {}", cyan("host"), text::whole(call));
    }
    if report.host_calls_left_out > 0 {
        eprintln!("  … and {} more", report.host_calls_left_out);
    }
    for line in log {
        eprintln!("  {} {}", cyan("log"), text::line(&line.to_string()));
    }
    if let Some(result) = &report.result {
        // In WAVE, the escapes mean the same characters.
        println!("{}", text::whole(&pretty(result, 0, 100)));
    }
    let Some(mismatch) = &report.mismatch else { return };
    eprintln!("{} {}", red("error:"), text::whole(&mismatch.to_string()));
    match mismatch {
        Mismatch::HostCall { actual, expected: None, answer } if !stub => {
            eprintln!("To answer it, use --stub, or --script with a file that contains:");
            match answer {
                Some(answer) => {
                    eprintln!(
                        "  host {} -> …    (a value of type {})",
                        text::whole(actual),
                        text::line(answer)
                    );
                }
                None => eprintln!("  host {}", text::whole(actual)),
            }
        }
        Mismatch::Result { expected, .. } => eprintln!("expected:\n{}", text::whole(expected)),
        _ => {}
    }
}

/// The exported functions with their types, by interface.
fn exports(component: &Component) -> String {
    let mut text = String::new();
    let mut interface: Option<&Option<String>> = None;
    for function in &component.exports {
        if interface != Some(&function.interface) {
            text.push_str(function.interface.as_deref().unwrap_or("the world itself"));
            text.push('\n');
            interface = Some(&function.interface);
        }
        text.push_str("  ");
        text.push_str(&function.signature(&component.resolve));
        text.push('\n');
    }
    if text.is_empty() {
        text.push_str("the component exports no functions\n");
    }
    text
}

/// All calls, for `--json`.
#[derive(Serialize)]
struct CallReport<'a> {
    calls: &'a [CallOutcome],
    log: &'a [LogLine],
}

/// One call, for `--json`. Values are text in WAVE.
#[derive(Serialize)]
struct CallOutcome {
    /// The call's text; `None` if the instance did not start.
    call: Option<String>,
    host: Vec<String>,
    result: Option<String>,
    error: Option<String>,
    #[serde(skip)]
    exit_code: Option<u8>,
}
