//! What the command line takes.

use std::num::NonZeroU64;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Run data pipelines whose stages are sandboxed plugins, in any language, reloaded while they run.
#[derive(Debug, Parser)]
#[command(name = "witdock-etl", version, arg_required_else_help = true, after_help = EXAMPLES)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,

    /// Log what happens to standard error; twice for more, three times for all.
    #[arg(short, long, action = clap::ArgAction::Count, global = true)]
    pub(crate) verbose: u8,

    /// How the log is written.
    #[arg(long, value_enum, default_value_t = LogFormat::Text, global = true, value_name = "FORMAT")]
    pub(crate) log_format: LogFormat,
}

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// Lines for a person.
    Text,
    /// One JSON object a line, with the time.
    Json,
}

const EXAMPLES: &str = "\
Examples:
  witdock-etl plan flights.toml              check the file, load the plugins, show what each stage reads and makes
  witdock-etl preview flights.toml           see what becomes of the first rows
  witdock-etl test flights.toml              run stages over files with known results
  witdock-etl run flights.toml               run it
  witdock-etl run flights.toml --limit 1000  try it on the first 1,000 rows
  witdock-etl run flights.toml --watch       run it again whenever a plugin's source changes
  witdock-etl run flights.toml --json | jq .rows_out

A pipeline file:
  [source]
  format = \"csv\"                     # or tsv, jsonl, parquet, sqlite, postgres
  path = \"flights.csv\"               # files, folders, patterns such as in/*.csv.gz, or - for standard input

  [[stage]]
  name = \"clean\"
  plugin = \"plugins/tidy\"            # a folder, built on demand, or a .wasm file
  [stage.settings]                   # whatever the plugin takes
  [stage.grants]                     # nothing is granted by default
  imports = [\"witdock:etl/metrics\"]

  [[sink]]
  format = \"parquet\"                 # or csv, jsonl, sqlite, postgres
  path = \"out/flights.parquet\"       # a file, a folder with / at its end, or - for standard output

A run that is cut, by a crash or an error, goes on where it was when it is run again.

Rows that a stage rejects go to PIPELINE.rejected.jsonl, each with its reason and its line in the source.
Results go to standard output, progress and messages to standard error.
Exit codes: 0 success, 1 failure, 2 wrong usage, 130 interrupted.";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run a pipeline over its input.
    Run(RunArguments),
    /// Check a pipeline without running it: the file, the source's header, the tables, the plugins and their contracts.
    Validate(PlanArguments),
    /// Show what a pipeline would do: its source, its stages with the columns between them, and its sinks.
    Plan(PlanArguments),
    /// Run the first rows through the stages and show what comes out. Nothing is written.
    Preview(PreviewArguments),
    /// Run stages over files with known results, as the pipeline's [[test]] tables say, and show what is different.
    Test(TestArguments),
    /// Check what this machine has for building plugins, and what a pipeline needs to reach.
    Doctor(DoctorArguments),
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

    /// Run the rejected rows again, each from the stage that rejected it, instead of the source.
    #[arg(long, conflicts_with_all = ["fresh", "limit", "watch"])]
    pub(crate) retry: bool,

    /// Read at most this many rows of the source.
    #[arg(long, value_name = "ROWS")]
    pub(crate) limit: Option<u64>,

    /// Read at most this many rows a second, for example to see a reload happen.
    #[arg(long, value_name = "ROWS")]
    pub(crate) throttle: Option<NonZeroU64>,

    /// Serve the run's numbers for Prometheus at http://HOST:PORT/metrics while it goes on.
    #[arg(long, value_name = "HOST:PORT")]
    pub(crate) metrics: Option<String>,

    /// Show so many rows of the result.
    #[arg(long, value_name = "ROWS", default_value_t = 10)]
    pub(crate) preview: usize,

    /// Print the summary as one line of JSON, and no tables.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct PlanArguments {
    /// The pipeline file.
    pub(crate) pipeline: PathBuf,

    /// Print one line of JSON, and no tables.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct PreviewArguments {
    /// The pipeline file.
    pub(crate) pipeline: PathBuf,

    /// Read this many rows of the source.
    #[arg(long, value_name = "ROWS", default_value_t = 20)]
    pub(crate) limit: u64,

    /// Print rows as JSON Lines, and no tables.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct TestArguments {
    /// The pipeline file.
    pub(crate) pipeline: PathBuf,

    /// Take what comes out now for what is expected from now on.
    #[arg(long)]
    pub(crate) bless: bool,

    /// Print one line of JSON for each test.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct DoctorArguments {
    /// A pipeline file: its source, tables and sinks are looked at too.
    pub(crate) pipeline: Option<PathBuf>,

    /// Print one line of JSON for each finding.
    #[arg(long)]
    pub(crate) json: bool,
}
