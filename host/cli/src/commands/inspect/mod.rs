//! `witdock inspect`.

#![allow(clippy::indexing_slicing, reason = "the arenas of a WIT package are indexed by their own ids")]

mod report;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use wit_component::WitPrinter;

use crate::component::Component;
use crate::plugin_argument::Plugin;
use report::Report;

const EXAMPLES: &str = "\
Examples:
  witdock inspect plugin.wasm
  witdock inspect plugins/editor/todo
  witdock inspect plugin.wasm --wit > world.wit
  witdock inspect plugin.wasm --json | jq '.modules[].dwarf'";

/// What is given to `witdock inspect`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct InspectArguments {
    /// A .wasm or .wat file, or a project folder, which is built first
    plugin: PathBuf,
    /// Print the component's world as WIT, and nothing else
    #[arg(long)]
    wit: bool,
    /// Print JSON
    #[arg(long, conflicts_with = "wit")]
    json: bool,
}

pub(crate) fn run(arguments: InspectArguments) -> anyhow::Result<ExitCode> {
    let plugin = Plugin::open(&arguments.plugin)?;
    let component = Component::decode(&plugin)?;
    let wit = wit(&component, true)?;
    if arguments.wit {
        print!("{wit}");
        return Ok(ExitCode::SUCCESS);
    }
    let report = Report::new(&arguments.plugin, &plugin, &component, wit)?;
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        report.print(&self::wit(&component, false)?);
    }
    Ok(ExitCode::SUCCESS)
}

/// The component's world, and with `all` the packages that it uses, each in a block of its own after the first.
fn wit(component: &Component, all: bool) -> anyhow::Result<String> {
    let resolve = &component.resolve;
    let package =
        resolve.worlds[component.world].package.context("the component's world is in no package")?;
    let others: Vec<_> =
        resolve.packages.iter().map(|(id, _)| id).filter(|id| all && *id != package).collect();
    let mut printer = WitPrinter::default();
    printer.print(resolve, package, &others).context("the component's world cannot be written as WIT")?;
    Ok(printer.output.to_string())
}
