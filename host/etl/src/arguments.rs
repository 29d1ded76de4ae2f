//! What the command line takes.

use std::num::NonZeroU64;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Run data pipelines whose stages are sandboxed plugins, in any language, reloaded while they run.
#[derive(Debug, Parser)]
#[command(name = "witdock-etl", version, arg_required_else_help = true, after_help = EXAMPLES)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,

    /// Log what happens to standard error; twice for more, three times for all.
    #[arg(short, long, action = clap::ArgAction::Count, global = true)]
    pub(crate) verbose: u8,
}

const EXAMPLES: &str = "\
Examples:
  witdock-etl validate flights.toml          check the file, load the plugins, show what each stage reads and makes
  witdock-etl run flights.toml               run it
  witdock-etl run flights.toml --limit 1000  try it on the first 1,000 rows
  witdock-etl run flights.toml --watch       run it again whenever a plugin's source changes
  witdock-etl run flights.toml --json | jq .rows_out

A pipeline file:
  [source]
  format = \"csv\"
  path = \"flights.csv\"

  [[stage]]
  name = \"clean\"
  plugin = \"plugins/clean-flights\"   # a folder, built on demand, or a .wasm file
  [stage.settings]                   # whatever the plugin takes
  [stage.grants]                     # nothing is granted by default
  imports = [\"witdock:etl/metrics\"]

  [[sink]]
  format = \"parquet\"                 # or csv, jsonl
  path = \"out/flights.parquet\"

Rows that a stage rejects go to PIPELINE.rejected.jsonl, each with its reason and its line in the source.
Results go to standard output, progress and messages to standard error.
Exit codes: 0 success, 1 failure, 2 wrong usage, 130 interrupted.";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run a pipeline over its input.
    Run(RunArguments),
    /// Check a pipeline without running it: the file, the source's header, the tables, the plugins and their contracts.
    Validate(ValidateArguments),
}

#[derive(Debug, Args)]
pub(crate) struct RunArguments {
    /// The pipeline file.
    pub(crate) pipeline: PathBuf,

    /// Reload plugins when their sources change, and run again with each new generation, until Ctrl-C.
    #[arg(long)]
    pub(crate) watch: bool,

    /// Forget what a run that was cut, or earlier ones, have done, and start over.
    #[arg(long)]
    pub(crate) fresh: bool,

    /// Read at most this many rows of the source.
    #[arg(long, value_name = "ROWS")]
    pub(crate) limit: Option<u64>,

    /// Read at most this many rows a second, for example to see a reload happen.
    #[arg(long, value_name = "ROWS")]
    pub(crate) throttle: Option<NonZeroU64>,

    /// Show so many rows of the result.
    #[arg(long, value_name = "ROWS", default_value_t = 10)]
    pub(crate) preview: usize,

    /// Print the summary as one line of JSON, and no tables.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ValidateArguments {
    /// The pipeline file.
    pub(crate) pipeline: PathBuf,
}
