//! `witdock grants diff`.

use std::path::PathBuf;
use std::process::ExitCode;

use anstream::println;
use clap::Args;
use serde::Serialize;
use witdock::grants::Difference;
use witdock::{Capability, text};

use super::requested::requested;
use crate::plugin_argument::BuildArguments;
use crate::style::{dim, green, red, yellow};

const EXAMPLES: &str = "\
Examples:
  witdock grants diff tidy-1.wasm tidy-2.wasm
  # In a script: exits with 1 if the update wants more
  witdock grants diff installed/tidy.wasm new/tidy.wasm > /dev/null
  witdock grants diff tidy-1.wasm tidy-2.wasm --json | jq .gained

Versions of imports do not matter. `read-write` in place of `read-only` is gained.

Exit codes: 0 the new version requests nothing more, 1 it does, 2 a plugin cannot be read.";

/// The arguments of `witdock grants diff`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct DiffArguments {
    /// The old version: a .wasm or .wat file, or a project folder, which is built first
    old: PathBuf,
    /// The new version
    new: PathBuf,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    build: BuildArguments,
}

/// The result as JSON.
#[derive(Serialize)]
struct Shown {
    #[serde(flatten)]
    difference: Difference,
    /// Whether a signature stands beside the old one and not beside the new one. Nobody has checked it.
    signature_lost: bool,
}

pub(crate) fn run(arguments: DiffArguments) -> anyhow::Result<ExitCode> {
    let old = requested(&arguments.old, arguments.build)?;
    let new = requested(&arguments.new, arguments.build)?;
    let difference = Difference::between(&old, &new);
    let signature_lost = old.signature.is_some() && new.signature.is_none();
    let has_gained = !difference.gained.is_empty();
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&Shown { difference, signature_lost })?);
    } else {
        let line = |capability: &Capability| text::line(&capability.to_string()).to_string();
        difference.gained.iter().for_each(|one| println!("{}", red(format!("+ {}", line(one)))));
        difference.lost.iter().for_each(|one| println!("{}", green(format!("- {}", line(one)))));
        if difference.is_empty() {
            println!("{}", dim("both request the same"));
        }
        if signature_lost {
            println!("{}", yellow("a signature stands beside the old version and not beside the new one"));
        }
    }
    Ok(if has_gained { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
