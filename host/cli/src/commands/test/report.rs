//! What came of the cases, for people and for programs.

use std::process::ExitCode;
use std::time::Duration;

use serde::Serialize;
use similar::{ChangeTag, TextDiff};

use crate::paint::Paint;
use crate::script::Mismatch;

/// What came of a file.
#[derive(Debug)]
pub(super) struct FileReport {
    pub(super) file: String,
    pub(super) cases: Vec<CaseReport>,
    /// How many results were written into it.
    pub(super) blessed: usize,
}

/// What came of a case.
#[derive(Debug)]
pub(super) struct CaseReport {
    pub(super) name: String,
    pub(super) line: usize,
    pub(super) took: Duration,
    pub(super) trouble: Option<Trouble>,
}

/// Where a case went wrong.
#[derive(Debug)]
pub(super) struct Trouble {
    pub(super) line: usize,
    pub(super) step: String,
    pub(super) mismatch: Mismatch,
    pub(super) host_calls: Vec<String>,
    pub(super) host_calls_left_out: usize,
    pub(super) log: Vec<String>,
}

impl CaseReport {
    pub(super) fn new(name: &str, line: usize) -> Self {
        Self { name: name.to_owned(), line, took: Duration::ZERO, trouble: None }
    }
}

impl Trouble {
    pub(super) fn at_start(line: usize, mismatch: Mismatch) -> Self {
        let step = "the start of the instance".to_owned();
        Self { line, step, mismatch, host_calls: Vec::new(), host_calls_left_out: 0, log: Vec::new() }
    }
}

impl FileReport {
    pub(super) fn print(&self) {
        // The filter has left nothing of it.
        if self.cases.is_empty() {
            return;
        }
        let paint = Paint::stdout();
        println!("{}", paint.bold(&self.file));
        for case in &self.cases {
            match &case.trouble {
                None => println!("  {}      {}{}", paint.green("ok"), case.name, slow(case.took)),
                Some(_) => println!("  {}  {}", paint.red("FAILED"), case.name),
            }
        }
        for case in &self.cases {
            if let Some(trouble) = &case.trouble {
                println!("\n  {}", paint.bold(format!("{}:{}: {}", self.file, trouble.line, case.name)));
                trouble.print(paint);
            }
        }
        match self.blessed {
            0 => {}
            1 => println!("  1 result written: look at it before you keep it"),
            count => println!("  {count} results written: look at them before you keep them"),
        }
        println!();
    }
}

/// Only what is felt is worth a number.
fn slow(took: Duration) -> String {
    if took >= Duration::from_millis(500) { format!("  ({took:.1?})") } else { String::new() }
}

impl Trouble {
    fn print(&self, paint: Paint) {
        println!("    {}", self.step);
        for call in &self.host_calls {
            println!("      {}", paint.dim(format!("host {call}")));
        }
        if self.host_calls_left_out > 0 {
            println!("      {}", paint.dim(format!("… and {} more", self.host_calls_left_out)));
        }
        match &self.mismatch {
            Mismatch::Result { expected, actual } => {
                println!(
                    "    the result is another: {} {}",
                    paint.red("- expected"),
                    paint.green("+ actual")
                );
                print_difference(paint, expected, actual);
            }
            Mismatch::HostCall { actual, expected: Some(expected), .. } => {
                println!(
                    "    another call of the host: {} {}",
                    paint.red("- expected"),
                    paint.green("+ actual")
                );
                print_difference(paint, expected, actual);
            }
            Mismatch::HostCall { actual, expected: None, answer } => {
                println!("    an unexpected call of the host: {}", paint.green(actual));
                match answer {
                    Some(answer) => {
                        println!("    to answer it, write under the call: host {actual} -> …  a {answer}")
                    }
                    None => println!("    to expect it, write under the call: host {actual}"),
                }
            }
            Mismatch::Missing(calls) => {
                println!("    the host was not called as expected:");
                for call in calls {
                    println!("      {}", paint.red(format!("- host {call}")));
                }
            }
            Mismatch::Unwritten { actual } => {
                println!("    no result is written behind `->` yet; --bless writes this one:");
                for line in actual.lines() {
                    println!("      {line}");
                }
            }
            other => println!("    {}", paint.red(other)),
        }
        for line in &self.log {
            println!("      {}", paint.dim(format!("log {line}")));
        }
    }
}

fn print_difference(paint: Paint, expected: &str, actual: &str) {
    let difference = TextDiff::from_lines(expected, actual);
    for group in difference.grouped_ops(3) {
        for change in group.iter().flat_map(|op| difference.iter_changes(op)) {
            let text = change.value().trim_end_matches('\n');
            match change.tag() {
                ChangeTag::Equal => println!("        {text}"),
                ChangeTag::Delete => println!("      {}", paint.red(format!("- {text}"))),
                ChangeTag::Insert => println!("      {}", paint.green(format!("+ {text}"))),
            }
        }
    }
}

/// Says what came of it all, or prints all of it as JSON.
pub(super) fn finish(reports: &[FileReport], json: bool, filter: Option<&str>) -> anyhow::Result<ExitCode> {
    let cases = || reports.iter().flat_map(|report| &report.cases);
    let failed = cases().filter(|case| case.trouble.is_some()).count();
    let passed = cases().count() - failed;
    if json {
        let files = reports.iter().map(File::from).collect();
        println!("{}", serde_json::to_string_pretty(&Summary { passed, failed, files })?);
    } else {
        let paint = Paint::stdout();
        let line = format!("{passed} passed, {failed} failed");
        println!("{}", if failed > 0 { paint.red(line) } else { paint.green(line) });
    }
    if let (0, 0, Some(filter)) = (passed, failed, filter) {
        anyhow::bail!("no case has `{filter}` in its name");
    }
    Ok(if failed > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

#[derive(Serialize)]
struct Summary<'a> {
    passed: usize,
    failed: usize,
    files: Vec<File<'a>>,
}

#[derive(Serialize)]
struct File<'a> {
    file: &'a str,
    blessed: usize,
    cases: Vec<CaseJson<'a>>,
}

#[derive(Serialize)]
struct CaseJson<'a> {
    name: &'a str,
    line: usize,
    passed: bool,
    seconds: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<Failure<'a>>,
}

/// Values are text in WAVE.
#[derive(Serialize)]
struct Failure<'a> {
    line: usize,
    step: &'a str,
    reason: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    expected: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    actual: Option<&'a str>,
    host_calls: &'a [String],
    log: &'a [String],
}

impl<'a> From<&'a FileReport> for File<'a> {
    fn from(report: &'a FileReport) -> Self {
        Self {
            file: &report.file,
            blessed: report.blessed,
            cases: report
                .cases
                .iter()
                .map(|case| CaseJson {
                    name: &case.name,
                    line: case.line,
                    passed: case.trouble.is_none(),
                    seconds: case.took.as_secs_f64(),
                    failure: case.trouble.as_ref().map(Failure::from),
                })
                .collect(),
        }
    }
}

impl<'a> From<&'a Trouble> for Failure<'a> {
    fn from(trouble: &'a Trouble) -> Self {
        let (expected, actual) = match &trouble.mismatch {
            Mismatch::Result { expected, actual } => (Some(expected.as_str()), Some(actual.as_str())),
            Mismatch::HostCall { actual, expected, .. } => (expected.as_deref(), Some(actual.as_str())),
            Mismatch::Unwritten { actual } => (None, Some(actual.as_str())),
            _ => (None, None),
        };
        Self {
            line: trouble.line,
            step: &trouble.step,
            reason: trouble.mismatch.to_string(),
            expected,
            actual,
            host_calls: &trouble.host_calls,
            log: &trouble.log,
        }
    }
}
