//! `witdock doctor`.

use std::fmt::Write;
use std::process::ExitCode;
use std::thread;

use clap::{Args, ValueEnum};

use crate::language::Language;
use crate::toolchain::{Tool, Toolchain};

/// What is given to `witdock doctor`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct DoctorArguments {
    /// The languages to look at; the default is all
    #[arg(value_enum, value_name = "LANGUAGE")]
    languages: Vec<Language>,

    /// Print the answer as JSON
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  witdock doctor              each language's tools, and what installs those that are missing
  witdock doctor c go         exits with 1 if one of these languages is not complete
  witdock doctor --json | jq -r '.[] | select(.complete) | .language'

Compilers for wasm32 are tried out: having clang is not having a linker and a C library for it. WASM_CC and WASM_CXX name
other ones, for example WASM_CC='python3 -m ziglang cc'.";

pub(crate) fn run(arguments: DoctorArguments) -> anyhow::Result<ExitCode> {
    let asked = &arguments.languages;
    let languages = if asked.is_empty() { Language::value_variants() } else { asked };
    let toolchains: Vec<Toolchain> = thread::scope(|scope| {
        let looks: Vec<_> =
            languages.iter().map(|language| scope.spawn(|| Toolchain::of(*language))).collect();
        looks.into_iter().filter_map(|look| look.join().ok()).collect()
    });
    let text = if arguments.json {
        serde_json::to_string_pretty(&toolchains)? + "\n"
    } else {
        toolchains.iter().map(shown).collect::<Vec<_>>().join("\n")
    };
    super::write(text.as_bytes())?;
    // Nobody needs all languages; one that was asked for is another matter.
    let is_incomplete = toolchains.len() < languages.len() || toolchains.iter().any(|one| !one.complete);
    Ok(if !asked.is_empty() && is_incomplete { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn shown(toolchain: &Toolchain) -> String {
    let mut text = format!("{}\n", toolchain.language);
    for tool in &toolchain.tools {
        text += &line(tool);
    }
    if toolchain.complete && !toolchain.fetched.is_empty() {
        let _ = writeln!(text, "           the first build fetches {}", toolchain.fetched);
    }
    text
}

fn line(tool: &Tool) -> String {
    let Tool { name, found, problem, install } = tool;
    match (found, problem) {
        // What a tool says of itself mostly begins with its name.
        (Some(found), None) if found.to_lowercase().contains(name) => format!("  ok       {found}\n"),
        (Some(found), None) => format!("  ok       {name}: {found}\n"),
        (Some(found), Some(problem)) => {
            format!("  too old  {name}: {found}; {problem}\n           {install}\n")
        }
        (None, _) => format!("  missing  {name}\n           {install}\n"),
    }
}
