//! Runs long campaigns.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use witdock_fuzz::{Campaign, End, targets};

/// Give a target inputs without end, until it fails or the time is over.
#[derive(Debug, Parser)]
struct Arguments {
    /// The target, or none for a list
    target: Option<String>,

    /// How long
    #[arg(long, default_value_t = 20)]
    minutes: u64,

    /// What the inputs depend on
    #[arg(long, default_value_t = 1)]
    seed: u64,

    /// A folder with more inputs to begin with
    #[arg(long, value_name = "FOLDER")]
    more: Option<PathBuf>,

    /// Read this file once instead
    #[arg(long, value_name = "FILE")]
    input: Option<PathBuf>,
}

fn main() -> anyhow::Result<ExitCode> {
    witdock::worker::serve();
    let arguments = Arguments::parse();
    let Some(name) = arguments.target else {
        for target in &targets::ALL {
            println!("{:<12} {}", target.name, target.what);
        }
        return Ok(ExitCode::SUCCESS);
    };
    let Some(target) = targets::ALL.iter().find(|target| target.name == name) else {
        anyhow::bail!("there is no target `{name}`; without a name, all are listed");
    };
    if let Some(file) = arguments.input {
        println!("{:?}", (target.run)(&std::fs::read(file)?));
        return Ok(ExitCode::SUCCESS);
    }
    let end = End::Time(Duration::from_secs(60 * arguments.minutes));
    println!("{}", Campaign { target, seed: arguments.seed, end, more: arguments.more }.run()?);
    Ok(ExitCode::SUCCESS)
}
