//! `witdock grants audit`.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

use anstream::println;
use clap::Args;
use witdock::grants::{AuditLog, Use};
use witdock::{Capability, Digest, text};

use crate::style::{bold, dim};

const EXAMPLES: &str = "\
Examples:
  witdock grants audit audit.jsonl
  # What was requested and never used
  witdock grants audit audit.jsonl --json | jq -r 'select(.count == 0) | .plugin + \" \" + .capability'

The log has one JSON object a line. Records of the same component and capability are added up.";

/// The arguments of `witdock grants audit`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct AuditArguments {
    /// The audit log that a host has written
    log: PathBuf,
    /// Print one JSON object a line, in the form of the log
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: AuditArguments) -> anyhow::Result<ExitCode> {
    let uses = AuditLog::at(arguments.log).read()?;
    let mut sums: BTreeMap<(String, Digest, Capability, Option<PathBuf>), Use> = BTreeMap::new();
    for one in uses {
        let key = (one.plugin.to_string(), one.digest, one.capability.clone(), one.host.clone());
        match sums.get_mut(&key) {
            Some(sum) => {
                sum.count += one.count;
                sum.ports.extend(one.ports);
                // Written is more than only read, and that more than unused.
                sum.wrote = sum.wrote.max(one.wrote);
                // A time is later than none.
                sum.last = sum.last.max(one.last);
                sum.first = match (sum.first, one.first) {
                    (Some(first), Some(other)) => Some(first.min(other)),
                    (first, other) => first.or(other),
                };
            }
            None => drop(sums.insert(key, one)),
        }
    }
    if arguments.json {
        for one in sums.values() {
            println!("{}", serde_json::to_string(one)?);
        }
        return Ok(ExitCode::SUCCESS);
    }
    print(sums.values());
    Ok(ExitCode::SUCCESS)
}

fn print<'a>(uses: impl Iterator<Item = &'a Use>) {
    let mut shown = None;
    for one in uses {
        if shown != Some((one.plugin.clone(), one.digest)) {
            println!("{}  {}", bold(&one.plugin), dim(format!("sha256 {}", one.digest.short())));
            shown = Some((one.plugin.clone(), one.digest));
        }
        let capability = text::line(&one.capability.to_string()).to_string();
        let host = one.host.as_ref().map(|host| format!(" = {}", text::path(host))).unwrap_or_default();
        let times = match (one.first, one.last) {
            (Some(first), Some(last)) => format!(
                "{} to {}",
                humantime::format_rfc3339_seconds(first),
                humantime::format_rfc3339_seconds(last)
            ),
            _ => "never used".to_owned(),
        };
        let ports: Vec<_> = one.ports.iter().map(ToString::to_string).collect();
        let detail = match (ports.as_slice(), one.wrote) {
            ([], Some(false)) => ", only read".to_owned(),
            ([], _) => String::new(),
            (ports, _) => format!(", port {}", ports.join(", ")),
        };
        println!("  {:>9}  {capability}{}  {}{}", one.count, dim(host), dim(times), dim(detail));
    }
}
