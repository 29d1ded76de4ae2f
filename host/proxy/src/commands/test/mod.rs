//! `witdock-proxy test`: requests through the configuration with its real filters, against servers that answer what a case says.

mod case;
mod outcome;
mod run;
mod server;

use std::process::ExitCode;

use serde_json::json;
use witdock_proxy::config::Config;

use self::case::Cases;
use super::print;
use crate::arguments::TestArguments;

/// Runs the cases of a file.
pub(crate) async fn test(arguments: &TestArguments) -> anyhow::Result<ExitCode> {
    let config = Config::open(&arguments.config)?;
    let cases = Cases::open(&arguments.cases)?;
    let outcomes = run::run(config, &cases).await?;
    let failed = outcomes.iter().filter(|outcome| !outcome.problems.is_empty()).count();
    let mut lines = Vec::new();
    if arguments.json {
        lines.extend(outcomes.iter().map(|outcome| {
            json!({ "case": outcome.name, "passed": outcome.problems.is_empty(), "problems": outcome.problems }).to_string()
        }));
    } else {
        for outcome in &outcomes {
            let verdict = if outcome.problems.is_empty() { "ok" } else { "FAILED" };
            lines.push(format!("{verdict:6} {}", outcome.name));
            lines.extend(outcome.problems.iter().map(|problem| format!("       {problem}")));
        }
        let cases = if outcomes.len() == 1 { "case" } else { "cases" };
        lines.push(format!("{} {cases}, {failed} failed", outcomes.len()));
    }
    print(&lines)?;
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
