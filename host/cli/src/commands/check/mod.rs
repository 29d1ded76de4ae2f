//! `witdock check`.

mod check_report;
mod plugins;
mod verdict;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anstream::println;
use anyhow::bail;
use clap::Args;

use crate::interface::Interface;
use crate::plugin_argument::{BuildArguments, Plugin};
use crate::proxy_wasm;
use check_report::{CheckReport, CheckedPlugin};
use verdict::Verdict;

const EXAMPLES: &str = "\
Examples:
  witdock check plugin.wasm
  witdock check plugins/etl/filter --interface etl
  witdock check plugin.wasm --interface my-app/wit --world bot
  # Show which plugins a new version of the interface would break
  witdock check plugins --interface wit/v1 --upgrade wit/v2
  witdock check plugins/*/*.wasm --json

Without --interface, a plugin is checked against the built-in interface whose exports it has, or else against the WIT in its folder \
wit. Without --world, it is checked against the world whose exports it has.

Exit codes: 0 all plugins fit (with --upgrade: fit the new version), 1 one does not fit, 2 one could not be checked.";

/// The arguments of `witdock check`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct CheckArguments {
    /// .wasm or .wat files, project folders (built first), or folders that contain several of these
    #[arg(required = true, value_name = "PLUGIN")]
    plugins: Vec<PathBuf>,
    /// The interface to check against: editor, etl, proxy, or the path of a WIT file or folder
    #[arg(long, value_name = "INTERFACE")]
    interface: Option<String>,
    /// The world of the interface, if it has several
    #[arg(long)]
    world: Option<String>,
    /// Show which plugins would no longer fit if the host moved to this version of the interface
    #[arg(long, value_name = "INTERFACE")]
    upgrade: Option<String>,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    build: BuildArguments,
}

pub(crate) fn run(arguments: CheckArguments) -> anyhow::Result<ExitCode> {
    let load = |name: &Option<String>| name.as_deref().map(Interface::load).transpose();
    let interface = load(&arguments.interface)?;
    let upgrade = load(&arguments.upgrade)?;
    if interface.is_none() && arguments.world.is_some() {
        bail!("--world needs --interface: name the interface that the world belongs to");
    }
    let mut checked = Vec::new();
    for path in plugins::find(&arguments.plugins)? {
        let shown = path.display().to_string();
        let plugin = match Plugin::open(&path, arguments.build.builds()) {
            Ok(plugin) => plugin,
            // The other plugins are checked all the same.
            Err(error) => {
                checked.push(CheckedPlugin::unreadable(shown, format!("{error:#}")));
                continue;
            }
        };
        match verdicts(&path, &plugin, interface.as_ref(), upgrade.as_ref(), arguments.world.as_deref()) {
            Ok((now, then)) => {
                let described = proxy_wasm::description(&path);
                checked.push(CheckedPlugin::new(shown, &plugin, now, then).described(described));
            }
            Err(error) => checked.push(CheckedPlugin::unreadable(shown, format!("{error:#}"))),
        }
    }
    let report = CheckReport { plugins: checked };
    if let (false, Some(error)) = (arguments.json, report.only_error()) {
        bail!("{error}");
    }
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else if let Some(upgrade) = &upgrade {
        let now = interface.as_ref().map_or("current", |interface| interface.name.as_str());
        report.print_upgrade(now, &upgrade.name);
    } else {
        report.print();
    }
    Ok(report.exit_code())
}

/// Compares a plugin with the current interface and with the new version.
fn verdicts(
    path: &Path,
    plugin: &Plugin,
    interface: Option<&Interface>,
    upgrade: Option<&Interface>,
    world: Option<&str>,
) -> anyhow::Result<(Verdict, Option<Verdict>)> {
    let now = Verdict::of(path, plugin, interface, world)?;
    let then = upgrade.map(|upgrade| now.after(plugin, upgrade)).transpose()?;
    Ok((now, then))
}
