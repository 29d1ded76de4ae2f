//! `witdock grants learn`.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::bail;
use clap::Args;
use witdock::grants::{AuditLog, learn};

use crate::output;

const EXAMPLES: &str = "\
Examples:
  witdock grants learn audit.jsonl > grants.toml
  # From several hosts, about one plugin
  witdock grants learn machine-1.jsonl machine-2.jsonl --plugin tidy
  # For a plugin that is built here, whose digest changes with each build
  witdock grants learn audit.jsonl --by-name

A rule for each component allows what was used, and withholds what was requested and never used: the plugin runs without it. What a run did not use may be needed in another one, so learn from runs \
that do all that the plugin is for. A variable of the environment that was used is left to the host, since its value is not recorded.";

/// The arguments of `witdock grants learn`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct LearnArguments {
    /// The audit logs that hosts have written
    #[arg(required = true, value_name = "LOG")]
    logs: Vec<PathBuf>,
    /// Learn about this plugin alone
    #[arg(long, value_name = "NAME")]
    plugin: Option<String>,
    /// Write rules for all components of a name, instead of one for each digest
    #[arg(long)]
    by_name: bool,
}

pub(crate) fn run(arguments: LearnArguments) -> anyhow::Result<ExitCode> {
    let mut uses = Vec::new();
    for log in arguments.logs {
        uses.extend(AuditLog::at(log).read()?);
    }
    if let Some(plugin) = &arguments.plugin {
        uses.retain(|one| *one.plugin == **plugin);
        if uses.is_empty() {
            bail!("the logs have no record of the plugin `{plugin}`");
        }
    }
    let learned = learn(&uses);
    let learned = if arguments.by_name { learned.by_name() } else { learned };
    output::write(learned.to_string())?;
    Ok(ExitCode::SUCCESS)
}
