//! `witdock check`.

mod plugins;
mod report;
mod verdict;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::bail;
use clap::Args;

use crate::interface::Interface;
use crate::plugin_argument::Plugin;
use report::{Checked, Report};
use verdict::Verdict;

const EXAMPLES: &str = "\
Without --interface, a built-in one is taken whose plugins have the component's exports, or else the one in the project's folder wit.
Of an interface with several worlds, such as etl, the world is taken whose exports the component has.

Examples:
  witdock check plugin.wasm
  witdock check plugins/etl/filter --interface etl
  witdock check plugin.wasm --interface my-app/wit --world bot
  witdock check plugins --interface wit/v1 --upgrade wit/v2     what that would break
  witdock check plugins/*/*.wasm --json

Exit codes: 0 all fit, 1 one does not (with --upgrade: does not fit the new one), 2 one could not be looked at.";

/// What is given to `witdock check`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct CheckArguments {
    /// .wasm or .wat files, project folders, which are built first, or folders with several of these
    #[arg(required = true, value_name = "PLUGIN")]
    plugins: Vec<PathBuf>,
    /// editor, etl, or the path of a WIT file or folder
    #[arg(long, value_name = "INTERFACE")]
    interface: Option<String>,
    /// The world of the interface that plugins have
    #[arg(long)]
    world: Option<String>,
    /// Say what would break if the host went over to this interface
    #[arg(long, value_name = "INTERFACE")]
    upgrade: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: CheckArguments) -> anyhow::Result<ExitCode> {
    let load = |name: &Option<String>| name.as_deref().map(Interface::load).transpose();
    let interface = load(&arguments.interface)?;
    let upgrade = load(&arguments.upgrade)?;
    if interface.is_none() && arguments.world.is_some() {
        bail!("--world names a world of an interface: say with --interface of which");
    }
    let mut checked = Vec::new();
    for path in plugins::find(&arguments.plugins)? {
        let shown = path.display().to_string();
        let plugin = match Plugin::open(&path) {
            Ok(plugin) => plugin,
            // One that does not build is no reason not to look at the others.
            Err(error) => {
                checked.push(Checked::unreadable(shown, format!("{error:#}")));
                continue;
            }
        };
        match verdicts(&path, &plugin, interface.as_ref(), upgrade.as_ref(), arguments.world.as_deref()) {
            Ok((now, then)) => checked.push(Checked::new(shown, &plugin, now, then)),
            Err(error) => checked.push(Checked::unreadable(shown, format!("{error:#}"))),
        }
    }
    let report = Report { plugins: checked };
    if let (false, Some(error)) = (arguments.json, report.only_error()) {
        bail!("{error}");
    }
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else if let Some(upgrade) = &upgrade {
        let now = interface.as_ref().map_or("now", |interface| interface.name.as_str());
        report.print_upgrade(now, &upgrade.name);
    } else {
        report.print();
    }
    Ok(report.exit_code())
}

/// What a plugin is now, and what it would be.
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
