//! `witdock dev`.

mod host;
mod round;
mod screen;
mod tree;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use tokio::signal::ctrl_c;
use tokio::sync::mpsc;
use witdock::{Change, Changes, Source};

use crate::plugin_argument;
use crate::runtime;
use host::Host;
use round::Rounds;
use screen::Screen;
use tree::Tree;

/// What is given to `witdock dev`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct DevArguments {
    /// The plugin's folder
    #[arg(default_value = ".")]
    plugin: PathBuf,

    /// Say whether it fits this interface; the default is the built-in one whose exports it has
    #[arg(long, short, value_name = "editor|etl|PATH")]
    interface: Option<String>,

    /// The world of the interface, where it has several
    #[arg(long, value_name = "WORLD", requires = "interface")]
    world: Option<String>,

    /// Write the component to this file; the default is build/NAME.wasm in the plugin's folder
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Run this command beside it, from the first component that fits on, and again whenever it has ended and there is a new one.
    /// `{}` stands for the component's file
    #[arg(long, value_name = "COMMAND")]
    host: Option<String>,

    /// Write into this file instead of the terminal, for a host that takes the whole terminal
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  witdock dev                                                   the plugin in this folder
  witdock dev plugins/tidy --interface etl
  witdock dev --host 'witdock-etl run example/pipeline.toml'    run the pipeline again with each new component
  witdock dev --host 'my-host --plugin {}'                      a host that reloads the file when it changes
  witdock dev --host 'witdock-edit --plugins ..' --log dev.log  a host that takes the whole terminal

At each change of the source it builds, says whether the component fits, and runs the cases in tests/*.case. A component that fits takes the
file's place at once, as a host that watches it expects; one that is not built or does not fit leaves the last one there. What a
build leaves behind is no change, nor is a file that is written anew with what it had; `ignore` in [build] of plugin.toml names
sources that the build itself makes. Ctrl-C ends it, and the host with it.";

pub(crate) fn run(arguments: DevArguments) -> anyhow::Result<ExitCode> {
    let source = plugin_argument::open(&arguments.plugin)?;
    if let Source::Component { path, .. } = &source {
        anyhow::bail!("{}: this is no folder that could be built at each change", path.display());
    }
    runtime::block_on(follow(arguments, source))?
}

async fn follow(arguments: DevArguments, source: Source) -> anyhow::Result<ExitCode> {
    let screen = Screen::new(arguments.log.as_deref(), arguments.host.is_some())?;
    let mut changes = watch(&source)?;
    let mut rounds = Rounds::new(&arguments, source.clone(), screen)?;
    let mut written = vec![rounds.output().to_owned()];
    written.extend(arguments.log);
    let mut host = Host::new(arguments.host);
    let mut source = source;
    // A build that changes its own sources would be followed by another one forever.
    let mut is_own = false;
    loop {
        let tree = Tree::of(&source, &written);
        let good = tokio::select! {
            good = rounds.next() => good,
            _ = ctrl_c() => break,
        };
        if let Some(digest) = good
            && let Err(error) = host.start(rounds.output(), digest)
        {
            rounds.screen.say(&format!("the host cannot be started: {error:#}"));
        }
        if rounds.source() != &source {
            source = rounds.source().clone();
            changes = watch(&source)?;
        }
        let mut built = tree;
        if let Some(file) = built.difference(&Tree::of(&source, &written)) {
            if !is_own {
                // Someone went on writing, or the build did.
                is_own = true;
                continue;
            }
            rounds.screen.say(&format!(
                "each build changes {}: name it in `ignore` in [build] of plugin.toml",
                file.display()
            ));
            built = Tree::of(&source, &written);
        }
        is_own = false;
        rounds.screen.say("watching for changes; Ctrl-C ends");
        loop {
            tokio::select! {
                change = changes.recv() => match change {
                    Some(Change::Failed { message }) => rounds.screen.say(&format!("watching: {message}")),
                    _ if built.difference(&Tree::of(&source, &written)).is_some() => break,
                    _ => {}
                },
                status = host.ended() => rounds.screen.say(&format!("the host has ended ({status})")),
                _ = ctrl_c() => {
                    host.stop().await;
                    rounds.screen.say("");
                    return Ok(ExitCode::SUCCESS);
                }
            }
        }
    }
    host.stop().await;
    Ok(ExitCode::SUCCESS)
}

/// The source's changes, in a channel: what waits for one may be dropped half way.
fn watch(source: &Source) -> anyhow::Result<mpsc::UnboundedReceiver<Change>> {
    let mut changes = Changes::of(source)?;
    let (sender, receiver) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        loop {
            let change = tokio::select! {
                change = changes.next() => change,
                () = sender.closed() => return,
            };
            if sender.send(change).is_err() {
                return;
            }
        }
    });
    Ok(receiver)
}
