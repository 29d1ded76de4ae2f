//! `witdock grants show`.

use std::path::PathBuf;
use std::process::ExitCode;

use anstream::println;
use clap::Args;
use serde::Serialize;
use witdock::grants::{PolicyFile, Unsigned, Verdict, Verdicts};
use witdock::{Capability, Requested, text};

use super::requested::requested;
use crate::plugin_argument::BuildArguments;
use crate::style::{bold, cyan, dim, green, red, yellow};

const EXAMPLES: &str = "\
Examples:
  witdock grants show tidy.wasm
  # Show which rule decides about each request
  witdock grants show plugins/tidy --policy grants.toml
  witdock grants show tidy.wasm --policy grants.toml --json | jq '.requests[] | select(.verdict == \"denied\")'

Verdicts: `denied` whatever else grants it; `ask` a person; `withheld`, the plugin runs without it; `allowed`; `unmentioned`, the host decides.

Exit codes: 0 no rule refuses the plugin, 1 a rule denies a request or demands a signature that is missing, 2 the plugin or the policy file cannot be read.";

/// The arguments of `witdock grants show`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ShowArguments {
    /// A .wasm or .wat file, or a project folder, which is built first
    plugin: PathBuf,
    /// Show what the rules of this policy file say about each request
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    build: BuildArguments,
}

/// The result as JSON.
#[derive(Serialize)]
struct Shown<'a> {
    plugin: &'a str,
    digest: String,
    /// Whether a signature stands beside the component. Without a policy file nobody says whose it must be.
    signed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    signer: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unsigned: Option<&'a Unsigned>,
    requests: Vec<Request<'a>>,
}

#[derive(Serialize)]
struct Request<'a> {
    capability: &'a Capability,
    /// What the verdict is about, where a rule withholds a part of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    narrowed: Option<&'a Capability>,
    #[serde(flatten)]
    verdict: Option<&'a Verdict>,
}

pub(crate) fn run(arguments: ShowArguments) -> anyhow::Result<ExitCode> {
    // A typing error in the policy file should not cost a build first.
    let policy = arguments.policy.as_deref().map(PolicyFile::read).transpose()?;
    let requested = requested(&arguments.plugin, arguments.build)?;
    let verdicts = policy.map(|policy| policy.verdicts(&requested));
    let verdicts = verdicts.as_ref();
    if arguments.json {
        let request = |capability| Request {
            capability,
            narrowed: verdicts.and_then(|all| all.narrowed(capability)),
            verdict: verdicts.map(|all| all.on(capability)),
        };
        let shown = Shown {
            plugin: &requested.plugin,
            digest: requested.digest.to_string(),
            signed: requested.signature.is_some(),
            signer: verdicts.and_then(Verdicts::signer),
            unsigned: verdicts.and_then(Verdicts::unsigned),
            requests: requested.capabilities.iter().map(request).collect(),
        };
        println!("{}", serde_json::to_string_pretty(&shown)?);
    } else {
        print(&requested, verdicts);
    }
    let is_refused = verdicts.is_some_and(|verdicts| {
        verdicts.unsigned().is_some()
            || verdicts.iter().any(|(_, verdict)| matches!(verdict, Verdict::Denied { .. }))
    });
    Ok(if is_refused { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn print(requested: &Requested, verdicts: Option<&Verdicts>) {
    println!("{}  {}", bold(&requested.plugin), dim(format!("sha256 {}", requested.digest)));
    let (signer, unsigned) = (verdicts.and_then(Verdicts::signer), verdicts.and_then(Verdicts::unsigned));
    match (signer, unsigned, &requested.signature) {
        (_, Some(unsigned), _) => println!("{} {unsigned}", red("refused:")),
        (Some(signer), None, _) => println!("{}", green(format!("signed by {signer}"))),
        (None, None, Some(_)) => println!("{}", dim("signed; no rule says by whom")),
        (None, None, None) => {}
    }
    if requested.capabilities.is_empty() {
        println!("  requests nothing");
    }
    let shown = |capability: &Capability| text::line(&capability.to_string()).to_string();
    let width = requested.capabilities.iter().map(|one| shown(one).chars().count()).max().unwrap_or(0);
    for capability in &requested.capabilities {
        let line = format!("{:width$}", shown(capability));
        let Some(verdicts) = verdicts else {
            println!("  {}", line.trim_end());
            continue;
        };
        let verdict = verdicts.on(capability);
        // Without a rule, nothing follows.
        let word = match verdict.rule() {
            Some(_) => format!("{:11}", verdict.word()),
            None => verdict.word().to_owned(),
        };
        let word = match verdict {
            Verdict::Denied { .. } => red(word),
            Verdict::Ask { .. } => yellow(word),
            Verdict::Withheld { .. } => cyan(word),
            Verdict::Allowed { .. } => green(word),
            _ => dim(word),
        };
        let reason = match verdict {
            Verdict::Denied { rule, entry } => format!("{rule}: {}", text::line(entry)),
            other => other.rule().map(ToString::to_string).unwrap_or_default(),
        };
        let narrowed = verdicts.narrowed(capability).map(|part| format!("  for {}", shown(part)));
        let reason = format!("{reason}{}", narrowed.unwrap_or_default());
        match reason.as_str() {
            "" => println!("  {line}  {word}"),
            reason => println!("  {line}  {word}  {}", dim(reason)),
        }
    }
}
