//! `witdock inspect`.

#![allow(clippy::indexing_slicing, reason = "the arenas of a WIT package are indexed by their own ids")]

mod inspection;

use std::path::PathBuf;
use std::process::ExitCode;

use anstream::{print, println};
use anyhow::Context;
use clap::Args;
use wit_component::WitPrinter;
use witdock::text;

use crate::component::Component;
use crate::plugin_argument::{BuildArguments, Plugin};
use inspection::Inspection;

const EXAMPLES: &str = "\
Examples:
  witdock inspect plugin.wasm
  # Build the folder, and inspect its component
  witdock inspect plugins/editor/todo
  # Write the component's world, with all interfaces and types
  witdock inspect plugin.wasm --wit > world.wit
  # Print the size of the debug information in each module
  witdock inspect plugin.wasm --json | jq '.modules[].dwarf'";

/// The arguments of `witdock inspect`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct InspectArguments {
    /// A .wasm or .wat file, or a project folder, which is built first
    plugin: PathBuf,
    /// Print only the component's world, as WIT
    #[arg(long)]
    wit: bool,
    /// Print the result as JSON
    #[arg(long, conflicts_with = "wit")]
    json: bool,
    #[command(flatten)]
    build: BuildArguments,
}

pub(crate) fn run(arguments: InspectArguments) -> anyhow::Result<ExitCode> {
    let plugin = Plugin::open(&arguments.plugin, arguments.build.builds())?;
    let component = Component::decode(&plugin)?;
    let wit = wit(&component, true)?;
    if arguments.wit {
        print!("{}", text::whole(&wit));
        return Ok(ExitCode::SUCCESS);
    }
    let inspection = Inspection::new(&arguments.plugin, &plugin, &component, wit)?;
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&inspection)?);
    } else {
        inspection.print(&self::wit(&component, false)?);
    }
    Ok(ExitCode::SUCCESS)
}

/// The component's world as WIT. With `all`, the packages that it uses follow.
fn wit(component: &Component, all: bool) -> anyhow::Result<String> {
    let resolve = &component.resolve;
    let package = resolve.worlds[component.world].package.context("the component's world has no package")?;
    let others: Vec<_> =
        resolve.packages.iter().map(|(id, _)| id).filter(|id| all && *id != package).collect();
    let mut printer = WitPrinter::default();
    printer.print(resolve, package, &others).context("cannot write the component's world as WIT")?;
    Ok(printer.output.to_string())
}
