//! The command line's arguments.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// A reverse proxy whose filters are sandboxed plugins in any language.
#[derive(Debug, Parser)]
#[command(name = "witdock-proxy", version, arg_required_else_help = true, after_help = EXAMPLES)]
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
  witdock-proxy validate proxy.toml                        check the file and the certificates
  witdock-proxy routes proxy.toml                          show all routes
  witdock-proxy routes proxy.toml --request \"GET http://example.org/api/x\"
                                                           show which route takes a request
  witdock-proxy test proxy.toml cases.toml                 run test cases, without servers
  witdock-proxy run proxy.toml                             run the proxy
  witdock-proxy run proxy.toml --admin 127.0.0.1:9901      with a status page, /health and /metrics
  witdock-proxy doctor proxy.toml                          check that addresses are free and servers answer

A configuration file:
  [[listener]]
  address = \"127.0.0.1:8080\"

  [[route]]                            # the first that matches takes a request
  path = \"/api/*\"
  cluster = \"api\"

  [[route]]
  respond = { status = 404, body = \"nothing here\" }

  [cluster.api]
  endpoints = [\"http://127.0.0.1:9001\", \"http://127.0.0.1:9002\"]

SIGHUP, or a change of the file or of a certificate, loads the configuration again; one that is invalid is reported and changes nothing.
SIGINT (Ctrl-C) and SIGTERM stop the proxy: it accepts no connection, and requests that run have `drain_ms` to end. A second one ends it at once.
Exit codes: 0 success, 1 failure, 2 wrong usage, 130 after SIGINT, 143 after SIGTERM.";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the proxy.
    Run(RunArguments),
    /// Check a configuration: the file and the certificates.
    Validate(FileArguments),
    /// Show the routes in their order, or which one takes a request.
    Routes(RoutesArguments),
    /// Run test cases: requests through the configuration with its real filters, and servers that answer what a case says.
    Test(TestArguments),
    /// Check that the addresses are free and that the servers can be reached.
    Doctor(FileArguments),
}

#[derive(Debug, Args)]
pub(crate) struct RunArguments {
    /// The configuration file.
    pub(crate) config: PathBuf,

    /// Serve a status page, /health, /metrics, /connections and /tail on this address. Keep it private: it has no password.
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) admin: Option<SocketAddr>,

    /// Do not load the configuration again when its file or a certificate changes; SIGHUP still does.
    #[arg(long)]
    pub(crate) no_watch: bool,
}

#[derive(Debug, Args)]
pub(crate) struct FileArguments {
    /// The configuration file.
    pub(crate) config: PathBuf,

    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct TestArguments {
    /// The configuration file.
    pub(crate) config: PathBuf,

    /// The file of test cases: `docs/proxy.md` has its format.
    pub(crate) cases: PathBuf,

    /// Print JSON, an object for each case.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct RoutesArguments {
    /// The configuration file.
    pub(crate) config: PathBuf,

    /// A request: a method and a url.
    #[arg(long, value_name = "REQUEST")]
    pub(crate) request: Option<String>,

    /// A header field of the request, `name: value`. May be given several times.
    #[arg(long, value_name = "FIELD", requires = "request")]
    pub(crate) header: Vec<String>,

    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}
