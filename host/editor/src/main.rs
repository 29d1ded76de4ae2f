//! The command line of witdock-edit.

mod arguments;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use witdock_editor::app::{App, Message};
use witdock_editor::config::{self, Config};
use witdock_editor::plugins::{Consent, Host};
use witdock_editor::session;
use witdock_editor::terminal::Screen;

use crate::arguments::Arguments;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if arguments.default_config || arguments.default_keys {
        print_defaults(&arguments);
        return ExitCode::SUCCESS;
    }
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> anyhow::Result<()> {
    use anyhow::Context;

    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("the runtime cannot be started")?;
    let (columns, lines) =
        crossterm::terminal::size().context("the size of the terminal is not known: is there one?")?;
    let folder = arguments.config.clone().or_else(config::folder);
    let config = Config::read(folder.as_deref());
    let settings = config.settings.clone();
    let mut app = App::new(config, columns, lines);
    let (sender, news) = tokio::sync::mpsc::unbounded_channel();
    let consent = consent(arguments, &mut app);
    let host = Host::new(sender, consent).context("plugins cannot be run")?;
    {
        let _inside = runtime.enter();
        host.configure_all(&settings);
        for folder in plugin_folders(arguments) {
            host.load_all(&folder);
        }
    }
    let mut screen = Screen::take(settings.mouse).context("the terminal cannot be set up")?;
    let ended =
        runtime.block_on(session::run(&mut app, &mut screen, host, news, arguments.files.clone(), folder));
    drop(screen);
    // A file that is being saved is waited for; a plugin that hangs is not.
    runtime.shutdown_timeout(std::time::Duration::from_secs(2));
    ended.context("the terminal failed")
}

/// What a person has allowed plugins, as it is remembered.
fn consent(arguments: &Arguments, app: &mut App) -> Consent {
    if arguments.allow_plugins {
        return Consent::to_all();
    }
    let folder = dirs::state_dir().or_else(dirs::data_local_dir).unwrap_or_default();
    let (consent, problem) = Consent::remembered(&folder.join("witdock-edit").join("grants.toml"));
    if let Some(problem) = problem {
        app.say(Message::error(problem));
    }
    consent
}

/// Prints what the editor does by itself, as files to begin with.
fn print_defaults(arguments: &Arguments) {
    if arguments.default_config {
        print!("{}", config::DEFAULT_CONFIG);
    }
    if arguments.default_keys {
        print!("{}", config::default_keys());
    }
}

/// The folders that were named, or else the person's own if there is one.
fn plugin_folders(arguments: &Arguments) -> Vec<PathBuf> {
    if !arguments.plugins.is_empty() {
        return arguments.plugins.clone();
    }
    let own = dirs::data_dir().map(|data| data.join("witdock-edit").join("plugins"));
    own.into_iter().filter(|folder| folder.is_dir()).collect()
}
