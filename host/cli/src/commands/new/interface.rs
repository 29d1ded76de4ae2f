//! `witdock new interface`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Args;

use super::dependency::{Witdock, WitdockArgument};
use super::name::Name;
use crate::embedded;
use crate::language::Language;
use crate::project::Project;
use crate::sdk;
use crate::template::Values;

/// What is given to `witdock new interface`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct InterfaceArguments {
    /// What the interface and its host are called, in kebab-case
    name: Name,

    /// The workspace's folder; the default is the interface's name
    #[arg(long, value_name = "PATH")]
    dir: Option<PathBuf>,

    #[command(flatten)]
    witdock: WitdockArgument,
}

const EXAMPLES: &str = "\
Examples:
  witdock new interface photo-filter
  witdock new interface photo-filter --dir ~/src/photos --witdock https://example.com/witdock.git

The workspace builds and runs at once: a chat room whose bots are plugins. It holds the interface in wit/, with each pattern of WIT once and comments
that say when to use it; a host program; a guest SDK crate; a plugin in Rust and one in JavaScript; tests. Make it yours piece by piece.

It depends on the witdock crates. They are in no registry yet, so it names the checkout that this program was built from, or what --witdock says.";

/// Names that the workspace needs for others: its crates depend on these, or WIT knows them.
const TAKEN: [(&str, &str); 9] = [
    ("anyhow", "the host depends on a crate of this name"),
    ("tokio", "the host depends on a crate of this name"),
    ("wasmtime", "the host depends on a crate of this name"),
    ("witdock", "the host depends on a crate of this name"),
    ("wit-bindgen", "the guest SDK depends on a crate of this name"),
    ("wasi", "WASI's interfaces have it"),
    ("exports", "generated code has a module of this name"),
    ("editor", "it is an interface that witdock brings along: see `witdock docs editor`"),
    ("etl", "it is an interface that witdock brings along: see `witdock docs etl`"),
];

pub(crate) fn run(arguments: InterfaceArguments) -> anyhow::Result<ExitCode> {
    let name = &arguments.name;
    if let Some((_, why)) = TAKEN.iter().find(|(taken, _)| *taken == name.kebab()) {
        bail!(
            "the name `{name}` is taken, {why}: take another, for example `my-{name}`",
            name = name.kebab()
        );
    }
    let witdock = arguments.witdock.witdock()?;
    let folder = arguments.dir.clone().unwrap_or_else(|| PathBuf::from(name.kebab()));
    project(name, &witdock)?.write(&folder)?;
    println!("{}", report(name, &witdock, &folder));
    Ok(ExitCode::SUCCESS)
}

fn project(name: &Name, witdock: &Witdock) -> anyhow::Result<Project> {
    let values = Values::default()
        .with("name", name.kebab())
        .with("module", name.snake())
        .with("witdock", witdock.dependency("host/dock"))
        .with("witdock_guest", witdock.dependency("guest-sdk/rust/plugin"))
        .with("from", from(witdock));
    let mut project = Project::default();
    for (file, content) in embedded::below(EXAMPLE).filter(|(file, _)| !file.starts_with("wit/")) {
        project.add(file, renamed(content, name)?);
    }
    for (_, content) in embedded::below("wit/template") {
        project.add(format!("wit/{}.wit", name.kebab()), renamed(content, name)?);
    }
    for (file, content) in embedded::below("wit/plugin") {
        project.add(format!("wit/deps/plugin/{file}"), content);
    }
    for (file, content) in sdk::files(Language::Javascript, None) {
        project.add(format!("plugins/calculator/sdk/{file}"), content);
    }
    // What is different outside of this repository, in the place of the example's own.
    project.fill("templates/interface", &values);
    if let Witdock::Path(checkout) = witdock {
        // The same versions as witdock was built and tested with. Cargo leaves out of a lock file what nobody needs.
        let lock = checkout.join("Cargo.lock");
        if lock.is_file() {
            let content = fs::read(&lock).with_context(|| format!("cannot read {}", lock.display()))?;
            project.add("Cargo.lock", content);
        }
    }
    Ok(project)
}

/// Where the workspace's sources come from. It is built and tested in this repository.
const EXAMPLE: &str = "docs/examples/chat-room";

/// A text of the example under the new name.
fn renamed(content: &[u8], name: &Name) -> anyhow::Result<String> {
    let text = std::str::from_utf8(content)?;
    Ok(text.replace("chat-room", name.kebab()).replace("chat_room", &name.snake()))
}

/// Where the crates come from, in a sentence or two.
fn from(witdock: &Witdock) -> String {
    match witdock {
        Witdock::Path(checkout) => format!(
            "The workspace takes them from the checkout in `{}`: where that moves, or on another machine, change the two \
             `Cargo.toml` in `host` and `guest-sdk`.",
            checkout.display()
        ),
        Witdock::Git(url) => format!("The workspace takes them from {url}."),
    }
}

/// What was made, and what to do with it.
fn report(name: &Name, witdock: &Witdock, folder: &Path) -> String {
    let steps = [
        (format!("cd {}", folder.display()), ""),
        ("cargo run".to_owned(), "the host with its two plugins; the first build takes some minutes"),
        (format!("$EDITOR wit/{}.wit", name.kebab()), "the interface: each pattern once, with comments"),
        ("witdock docs wit".to_owned(), "its reference"),
        ("cargo test".to_owned(), "builds and runs the plugins in the host"),
    ];
    let width = steps.iter().map(|(command, _)| command.len()).max().unwrap_or(0);
    let mut text =
        format!("Made the interface `{}` with a host and two plugins: {}\n", name.kebab(), folder.display());
    for (command, what) in steps {
        text += format!("\n  {command:width$}  {what}").trim_end();
    }
    text + "\n\nThe witdock crates are in no registry yet. "
        + &from(witdock)
        + "\nREADME.md there says the rest."
}
