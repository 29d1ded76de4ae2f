//! The results of the cases, as text and as JSON.

use std::process::ExitCode;
use std::time::Duration;

use anstream::println;
use serde::Serialize;
use similar::{ChangeTag, TextDiff};
use witdock::text;

use crate::script::Mismatch;
use crate::style::{bold, dim, green, red};

/// The results of a file.
#[derive(Debug)]
pub(super) struct FileReport {
    pub(super) file: String,
    pub(super) cases: Vec<CaseReport>,
    /// How many results `--bless` has written into it.
    pub(super) blessed: usize,
}

/// The result of a case.
#[derive(Debug)]
pub(super) struct CaseReport {
    pub(super) name: String,
    pub(super) line: usize,
    pub(super) took: Duration,
    /// The step that failed, if one did.
    pub(super) failure: Option<CaseFailure>,
}

/// The step at which a case failed, and why.
#[derive(Debug)]
pub(super) struct CaseFailure {
    pub(super) line: usize,
    pub(super) step: String,
    pub(super) mismatch: Mismatch,
    pub(super) host_calls: Vec<String>,
    pub(super) host_calls_left_out: usize,
    pub(super) log: Vec<String>,
}

impl CaseReport {
    pub(super) fn new(name: &str, line: usize) -> Self {
        Self { name: name.to_owned(), line, took: Duration::ZERO, failure: None }
    }
}

impl CaseFailure {
    pub(super) fn at_start(line: usize, mismatch: Mismatch) -> Self {
        let step = "start of the instance".to_owned();
        Self { line, step, mismatch, host_calls: Vec::new(), host_calls_left_out: 0, log: Vec::new() }
    }
}

impl FileReport {
    pub(super) fn print(&self) {
        // The filter excludes all of its cases.
        if self.cases.is_empty() {
            return;
        }
        println!("{}", bold(&self.file));
        for case in &self.cases {
            match &case.failure {
                None => println!("  {}      {}{}", green("ok"), text::line(&case.name), slow(case.took)),
                Some(_) => println!("  {}  {}", red("FAILED"), text::line(&case.name)),
            }
        }
        for case in &self.cases {
            if let Some(failure) = &case.failure {
                println!("\n  {}", bold(format!("{}:{}: {}", self.file, failure.line, case.name)));
                failure.print();
            }
        }
        match self.blessed {
            0 => {}
            1 => println!("  1 result written; review it before you commit it"),
            count => println!("  {count} results written; review them before you commit them"),
        }
        println!();
    }
}

/// The time of a case that took long enough to notice.
fn slow(took: Duration) -> String {
    if took >= Duration::from_millis(500) { format!("  ({took:.1?})") } else { String::new() }
}

impl CaseFailure {
    fn print(&self) {
        println!("    {}", text::whole(&self.step));
        for call in &self.host_calls {
            println!("      {}", dim(format!("host {call}")));
        }
        if self.host_calls_left_out > 0 {
            println!("      {}", dim(format!("… and {} more", self.host_calls_left_out)));
        }
        match &self.mismatch {
            Mismatch::Result { expected, actual } => {
                println!("    unexpected result: {} {}", red("- expected"), green("+ actual"));
                print_difference(expected, actual);
            }
            Mismatch::HostCall { actual, expected: Some(expected), .. } => {
                println!("    unexpected host call: {} {}", red("- expected"), green("+ actual"));
                print_difference(expected, actual);
            }
            Mismatch::HostCall { actual, expected: None, answer } => {
                println!("    unexpected host call: {}", green(actual));
                match answer {
                    Some(answer) => {
                        println!(
                            "    to answer it, add below the call: host {} -> …    (a value of type {answer})",
                            text::whole(actual)
                        )
                    }
                    None => println!("    to expect it, add below the call: host {}", text::whole(actual)),
                }
            }
            Mismatch::Missing(calls) => {
                println!("    missing host calls:");
                for call in calls {
                    println!("      {}", red(format!("- host {call}")));
                }
            }
            Mismatch::Unwritten { actual } => {
                println!("    the expected result after `->` is missing; --bless writes this one:");
                for line in actual.lines() {
                    println!("      {}", text::line(line));
                }
            }
            other => println!("    {}", red(other)),
        }
        for line in &self.log {
            println!("      {}", dim(format!("log {line}")));
        }
    }
}

fn print_difference(expected: &str, actual: &str) {
    let difference = TextDiff::from_lines(expected, actual);
    for group in difference.grouped_ops(3) {
        for change in group.iter().flat_map(|op| difference.iter_changes(op)) {
            let line = change.value().trim_end_matches('\n');
            match change.tag() {
                ChangeTag::Equal => println!("        {}", text::whole(line)),
                ChangeTag::Delete => println!("      {}", red(format!("- {line}"))),
                ChangeTag::Insert => println!("      {}", green(format!("+ {line}"))),
            }
        }
    }
}

/// Prints the totals, or everything as JSON, and returns the exit code.
///
/// # Errors
///
/// When the filter excludes every case.
pub(super) fn finish(reports: &[FileReport], json: bool, filter: Option<&str>) -> anyhow::Result<ExitCode> {
    let cases = || reports.iter().flat_map(|report| &report.cases);
    let failed = cases().filter(|case| case.failure.is_some()).count();
    let passed = cases().count() - failed;
    if json {
        let files = reports.iter().map(FileJson::from).collect();
        println!("{}", serde_json::to_string_pretty(&Summary { passed, failed, files })?);
    } else {
        let line = format!("{passed} passed, {failed} failed");
        println!("{}", if failed > 0 { red(line) } else { green(line) });
    }
    if let (0, 0, Some(filter)) = (passed, failed, filter) {
        anyhow::bail!("no case has a name that contains `{filter}`");
    }
    Ok(if failed > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// The output of `--json`.
#[derive(Serialize)]
struct Summary<'a> {
    passed: usize,
    failed: usize,
    files: Vec<FileJson<'a>>,
}

/// [`FileReport`] as JSON.
#[derive(Serialize)]
struct FileJson<'a> {
    file: &'a str,
    blessed: usize,
    cases: Vec<CaseJson<'a>>,
}

/// [`CaseReport`] as JSON.
#[derive(Serialize)]
struct CaseJson<'a> {
    name: &'a str,
    line: usize,
    passed: bool,
    seconds: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<FailureJson<'a>>,
}

/// [`CaseFailure`] as JSON. Values are text in WAVE.
#[derive(Serialize)]
struct FailureJson<'a> {
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

impl<'a> From<&'a FileReport> for FileJson<'a> {
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
                    passed: case.failure.is_none(),
                    seconds: case.took.as_secs_f64(),
                    failure: case.failure.as_ref().map(FailureJson::from),
                })
                .collect(),
        }
    }
}

impl<'a> From<&'a CaseFailure> for FailureJson<'a> {
    fn from(failure: &'a CaseFailure) -> Self {
        let (expected, actual) = match &failure.mismatch {
            Mismatch::Result { expected, actual } => (Some(expected.as_str()), Some(actual.as_str())),
            Mismatch::HostCall { actual, expected, .. } => (expected.as_deref(), Some(actual.as_str())),
            Mismatch::Unwritten { actual } => (None, Some(actual.as_str())),
            _ => (None, None),
        };
        Self {
            line: failure.line,
            step: &failure.step,
            reason: failure.mismatch.to_string(),
            expected,
            actual,
            host_calls: &failure.host_calls,
            log: &failure.log,
        }
    }
}
