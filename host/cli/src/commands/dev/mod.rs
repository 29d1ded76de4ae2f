//! `witdock dev`.

mod host;
mod round;
mod screen;
mod tree;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use tokio::signal::ctrl_c;
use tokio::sync::{Notify, mpsc};
use witdock::{Change, Changes, Source};

use crate::interface::Interface;
use crate::plugin_argument;
use crate::runtime;
use host::Host;
use round::Rounds;
use screen::Screen;
use tree::Tree;

/// The arguments of `witdock dev`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct DevArguments {
    /// The plugin's folder
    #[arg(default_value = ".")]
    plugin: PathBuf,

    /// Check each component against this interface [default: the built-in one whose exports it has]
    #[arg(long, short, value_name = "editor|etl|proxy|PATH")]
    interface: Option<String>,

    /// The world of the interface, if it has several
    #[arg(long, value_name = "WORLD", requires = "interface")]
    world: Option<String>,

    /// The file to write the component to [default: build/NAME.wasm in the plugin's folder]
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Run this command once a component fits, and again for each new component after it has ended; `{}` is replaced by the
    /// component's file
    #[arg(long, value_name = "COMMAND")]
    host: Option<String>,

    /// Write messages to this file, for a host that uses the whole terminal
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  # Follow the plugin in this folder
  witdock dev
  witdock dev plugins/tidy --interface etl
  # Run the pipeline with each new component
  witdock dev --host 'witdock-etl run example/pipeline.toml'
  # Run a host that reloads the component's file when it changes
  witdock dev --host 'my-host --plugin {}'
  # Run a host that uses the whole terminal
  witdock dev --host 'witdock-edit --plugins ..' --log dev.log

After each change of the source, witdock builds the plugin, checks the component against the interface and runs the cases in \
tests/*.case. A component that fits replaces the file in one step, so a host that watches the file never sees half of it. If the \
build fails or the component does not fit, the previous one stays.

Build output and files whose content has not changed do not start a build. If a build changes its own sources, name them in \
`ignore` of [build] in plugin.toml. Ctrl-C ends the command and the host.";

pub(crate) fn run(arguments: DevArguments) -> anyhow::Result<ExitCode> {
    let source = plugin_argument::open(&arguments.plugin)?;
    if let Source::Component { path, .. } = &source {
        anyhow::bail!(
            "{}: not a plugin's folder, so there is nothing to build after a change",
            path.display()
        );
    }
    runtime::block_on_to_end(follow(arguments, source))?
}

async fn follow(arguments: DevArguments, source: Source) -> anyhow::Result<ExitCode> {
    let screen = Screen::new(arguments.log.as_deref(), arguments.host.is_some())?;
    let interrupted = interrupts();
    let mut changes = watch(&source)?;
    let interface = Interface::given(arguments.interface.as_deref(), arguments.world.as_deref())?;
    let mut rounds = Rounds::new(source.clone(), arguments.output.as_deref(), interface, screen)?;
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
            () = interrupted.notified() => break,
        };
        if let Some(digest) = good
            && let Err(error) = host.start(rounds.output(), digest)
        {
            rounds.screen.say(&format!("cannot start the host: {error:#}"));
        }
        if rounds.source() != &source {
            source = rounds.source().clone();
            changes = watch(&source)?;
        }
        let mut built = tree;
        if let Some(file) = built.difference(&Tree::of(&source, &written)) {
            if !is_own {
                // The author went on writing, or the build changed a source.
                is_own = true;
                continue;
            }
            rounds.screen.say(&format!(
                "each build changes {}; name it in `ignore` of [build] in plugin.toml",
                file.display()
            ));
            built = Tree::of(&source, &written);
        }
        is_own = false;
        rounds.screen.say("watching for changes; press Ctrl-C to end");
        loop {
            tokio::select! {
                change = changes.recv() => match change {
                    Some(Change::Failed { message }) => rounds.screen.say(&format!("a change may have been missed: {message}")),
                    _ if built.difference(&Tree::of(&source, &written)).is_some() => break,
                    _ => {}
                },
                status = host.ended() => rounds.screen.say(&format!("the host has exited ({status})")),
                () = interrupted.notified() => {
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

/// Ctrl-C, pressed at any time. A listener hears only what comes after it was created, so there is one from the start to the
/// end.
fn interrupts() -> Arc<Notify> {
    let interrupted = Arc::new(Notify::new());
    let pressed = Arc::clone(&interrupted);
    tokio::spawn(async move {
        while ctrl_c().await.is_ok() {
            pressed.notify_one();
        }
    });
    interrupted
}

/// The source's changes, through a channel: `Changes::next` may lose one if it is dropped in a `select!`.
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
