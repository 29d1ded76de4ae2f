//! `witdock doctor`.

use std::fmt::Write;
use std::process::ExitCode;
use std::thread;

use clap::{Args, ValueEnum};

use crate::language::Language;
use crate::output;
use crate::toolchain::{Tool, Toolchain};

/// The arguments of `witdock doctor`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct DoctorArguments {
    /// The languages to check [default: all]
    #[arg(value_enum, value_name = "LANGUAGE")]
    languages: Vec<Language>,

    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  # List every language's tools, and how to install the missing ones
  witdock doctor
  # The same for two languages; exits with 1 if a tool is missing
  witdock doctor c go
  # Print the languages whose tools are complete
  witdock doctor --json | jq -r '.[] | select(.complete) | .language'

C and C++ compilers are tested with a small program, since an installed clang may lack a linker or a C library for wasm32. WASM_CC \
and WASM_CXX choose other compilers, for example WASM_CC='python3 -m ziglang cc'.

Exit codes: 0 success, 1 a language that you named lacks a tool.";

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
    output::write(text)?;
    // Nobody needs all languages, so a missing tool only counts for those that are named.
    let is_incomplete = toolchains.len() < languages.len() || toolchains.iter().any(|one| !one.complete);
    Ok(if !asked.is_empty() && is_incomplete { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn shown(toolchain: &Toolchain) -> String {
    let mut text = format!("{}\n", toolchain.language);
    for tool in &toolchain.tools {
        text += &line(tool);
    }
    if toolchain.complete && !toolchain.fetched.is_empty() {
        let _ = writeln!(text, "           the first build downloads {}", toolchain.fetched);
    }
    text
}

fn line(tool: &Tool) -> String {
    let Tool { name, found, problem, install } = tool;
    match (found, problem) {
        // Most tools print their own name with the version.
        (Some(found), None) if found.to_lowercase().contains(name) => format!("  ok       {found}\n"),
        (Some(found), None) => format!("  ok       {name}: {found}\n"),
        (Some(found), Some(problem)) => {
            format!("  too old  {name}: {found}; {problem}\n           {install}\n")
        }
        (None, _) => format!("  missing  {name}\n           {install}\n"),
    }
}
