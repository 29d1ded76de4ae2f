//! The command line's arguments.

use std::num::NonZeroU64;
use std::path::{Path, PathBuf};

use clap::{Args, Parser, Subcommand, ValueEnum};
use witdock::Builds;
use witdock_etl::pipeline::Pipeline;
use witdock_etl::trust::Trust;

/// Run data pipelines whose stages are sandboxed plugins in any language, reloaded while the pipeline runs.
#[derive(Debug, Parser)]
#[command(name = "witdock-etl", version, arg_required_else_help = true, after_help = EXAMPLES)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,

    /// Write a log to standard error. Repeat for more details, up to three times.
    #[arg(short, long, action = clap::ArgAction::Count, global = true)]
    pub(crate) verbose: u8,

    /// Format of the log.
    #[arg(long, value_enum, default_value_t = LogFormat::Text, global = true, value_name = "FORMAT")]
    pub(crate) log_format: LogFormat,
}

/// The format of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// Lines of text.
    Text,
    /// One JSON object on each line, with the time.
    Json,
}

const EXAMPLES: &str = "\
Examples:
  witdock-etl plan flights.toml              check the file, load the plugins, show what each stage reads and makes
  witdock-etl preview flights.toml           show the result for the first rows
  witdock-etl test flights.toml              run the tests of single stages
  witdock-etl run flights.toml               run the pipeline
  witdock-etl run flights.toml --limit 1000  run it on the first 1,000 rows
  witdock-etl run flights.toml --watch       run it again when a plugin's source changes
  witdock-etl run flights.toml --json | jq .rows_out

A pipeline file:
  [source]
  format = \"csv\"                     # or tsv, jsonl, parquet, sqlite, postgres
  path = \"flights.csv\"               # files, folders, patterns such as in/*.csv.gz, urls such as s3://bucket/in/, or - for standard input

  [[stage]]
  name = \"clean\"
  plugin = \"plugins/tidy\"            # a folder, built on demand, or a .wasm file
  [stage.settings]                   # defined by the plugin
  [stage.grants]                     # nothing is granted by default
  imports = [\"witdock:etl/metrics\"]

  [[sink]]
  format = \"parquet\"                 # or csv, jsonl, sqlite, postgres
  path = \"out/flights.parquet\"       # a file, a folder with / at its end, a url, or - for standard output

If a run is interrupted, by a crash or an error, the next run continues after the last commit.

Rejected rows go to PIPELINE.rejected.jsonl, each with the reason and its line in the source.
Results go to standard output; progress and messages go to standard error.
SIGINT (Ctrl-C) and SIGTERM stop a run at the next batch; a second one ends it at once. Either way the next run continues after the last commit.
Exit codes: 0 success, 1 failure, 2 wrong usage, 130 after SIGINT, 143 after SIGTERM.";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run a pipeline.
    Run(RunArguments),
    /// Check a pipeline without running it: the file, the source's columns, the lookup tables, the plugins and their contracts.
    Validate(PlanArguments),
    /// Show the source, the stages with the columns between them, and the sinks of a pipeline.
    Plan(PlanArguments),
    /// Run the first rows through the stages and show the result. Nothing is written.
    Preview(PreviewArguments),
    /// Run the pipeline's [[test]] tables, and show where the results differ from the expected ones.
    Test(TestArguments),
    /// Write the digests of the plugins' components to PIPELINE's lock file. While it is there, no other component runs.
    Lock(PlanArguments),
    /// Print the JSON Schema of pipeline files, for editors that complete and check them.
    Schema,
    /// Check the tools for building plugins, and whether a pipeline's source and sinks can be reached.
    Doctor(DoctorArguments),
}

/// Which plugins are trusted, and with what.
#[derive(Debug, Args)]
pub(crate) struct TrustArguments {
    /// Load plugins from components only, and refuse folders: a build runs the programs that the folder's plugin.toml names.
    #[arg(long)]
    no_build: bool,

    /// Apply the rules of this file: what they deny is refused, whatever the pipeline grants. See docs/grants.md.
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
}

impl TrustArguments {
    /// Opens a pipeline whose plugins are trusted as the arguments say.
    pub(crate) fn open(&self, pipeline: &Path) -> anyhow::Result<Pipeline> {
        self.open_audited(pipeline, None)
    }

    /// The same with a file for what plugins use.
    pub(crate) fn open_audited(&self, pipeline: &Path, audit: Option<PathBuf>) -> anyhow::Result<Pipeline> {
        let builds = if self.no_build { Builds::Refused } else { Builds::default() };
        let trust = Trust::read(pipeline, self.policy.as_deref(), audit)?;
        Ok(Pipeline::open(pipeline)?.with_builds(builds).with_trust(trust))
    }
}

#[derive(Debug, Args)]
pub(crate) struct RunArguments {
    /// The pipeline file.
    pub(crate) pipeline: PathBuf,

    #[command(flatten)]
    pub(crate) trust: TrustArguments,

    /// Append what plugins use of their grants to this file, as JSON Lines. `witdock grants audit` reads it.
    #[arg(long, value_name = "FILE")]
    pub(crate) audit: Option<PathBuf>,

    /// Reload plugins when their sources change, and run again with each new generation. Ctrl-C ends.
    #[arg(long)]
    pub(crate) watch: bool,

    /// Take back what an interrupted run has added to files and folders, and do that run again.
    #[arg(long, conflicts_with_all = ["fresh", "limit", "watch"])]
    pub(crate) restart: bool,

    /// Forget all earlier runs and read everything again. What an interrupted run has added is taken back; what finished runs have added stays.
    #[arg(long)]
    pub(crate) fresh: bool,

    /// Retry the rejected rows instead of reading the source. Each row starts at the stage that rejected it.
    #[arg(long, conflicts_with_all = ["fresh", "restart", "limit", "watch"])]
    pub(crate) retry: bool,

    /// Read at most this many rows of the source. No progress is saved.
    #[arg(long, value_name = "ROWS")]
    pub(crate) limit: Option<u64>,

    /// Read at most this many rows per second, for example to watch a reload.
    #[arg(long, value_name = "ROWS")]
    pub(crate) throttle: Option<NonZeroU64>,

    /// Serve metrics for Prometheus at http://HOST:PORT/metrics during the run.
    #[arg(long, value_name = "HOST:PORT")]
    pub(crate) metrics: Option<String>,

    /// Show this many rows of the result.
    #[arg(long, value_name = "ROWS", default_value_t = 10)]
    pub(crate) preview: usize,

    /// Print the summary as one line of JSON instead of tables.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct PlanArguments {
    /// The pipeline file.
    pub(crate) pipeline: PathBuf,

    #[command(flatten)]
    pub(crate) trust: TrustArguments,

    /// Print one line of JSON instead of tables.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct PreviewArguments {
    /// The pipeline file.
    pub(crate) pipeline: PathBuf,

    #[command(flatten)]
    pub(crate) trust: TrustArguments,

    /// Read this many rows of the source.
    #[arg(long, value_name = "ROWS", default_value_t = 20)]
    pub(crate) limit: u64,

    /// Print the rows as JSON Lines instead of a table.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct TestArguments {
    /// The pipeline file.
    pub(crate) pipeline: PathBuf,

    #[command(flatten)]
    pub(crate) trust: TrustArguments,

    /// Write the actual results to the files of expected results.
    #[arg(long)]
    pub(crate) bless: bool,

    /// Print one line of JSON for each test.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct DoctorArguments {
    /// A pipeline file, whose source and sinks are checked as well.
    pub(crate) pipeline: Option<PathBuf>,

    /// Print one line of JSON for each finding.
    #[arg(long)]
    pub(crate) json: bool,
}
