//! `witdock new interface`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anstream::println;
use anyhow::{Context, bail};
use clap::Args;

use super::dependency::{Witdock, WitdockArgument};
use super::name::Name;
use crate::embedded;
use crate::language::Language;
use crate::project::Project;
use crate::sdk;
use crate::template::Values;

/// The arguments of `witdock new interface`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct InterfaceArguments {
    /// The name of the interface and its host, in kebab-case
    name: Name,

    /// The folder to create [default: the interface's name]
    #[arg(long, value_name = "PATH")]
    dir: Option<PathBuf>,

    #[command(flatten)]
    witdock: WitdockArgument,
}

const EXAMPLES: &str = "\
Examples:
  witdock new interface photo-filter
  witdock new interface photo-filter --dir ~/src/photos \\
    --witdock https://example.com/witdock.git

The workspace builds and runs as it is: a chat room whose bots are plugins. It contains the interface in wit/, which shows each \
pattern of WIT once and explains when to use it; a host program; a guest SDK crate; a plugin in Rust and one in JavaScript; and \
tests. Replace the parts one by one with your own.

The workspace depends on the witdock crates. They are not in a registry yet, so it names the checkout that witdock was built \
from, or the one that --witdock names.";

/// Names that the workspace cannot have, since its crates depend on them or WIT uses them.
const TAKEN: [(&str, &str); 10] = [
    ("anyhow", "the host depends on a crate of this name"),
    ("tokio", "the host depends on a crate of this name"),
    ("wasmtime", "the host depends on a crate of this name"),
    ("witdock", "the host depends on a crate of this name"),
    ("wit-bindgen", "the guest SDK depends on a crate of this name"),
    ("wasi", "WASI's interfaces use it"),
    ("exports", "generated code has a module of this name"),
    ("editor", "it is a built-in interface; see `witdock docs editor`"),
    ("etl", "it is a built-in interface; see `witdock docs etl`"),
    ("proxy", "it is a built-in interface; see `witdock docs proxy`"),
];

pub(crate) fn run(arguments: InterfaceArguments) -> anyhow::Result<ExitCode> {
    let name = &arguments.name;
    if let Some((_, why)) = TAKEN.iter().find(|(taken, _)| *taken == name.kebab()) {
        bail!(
            "the name `{name}` is reserved: {why}. Choose another, for example `my-{name}`",
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
    // The files that differ outside of this repository replace the example's own.
    project.fill("templates/interface", &values);
    if let Witdock::Path(checkout) = witdock {
        // The versions that witdock was built and tested with. Cargo removes unused ones from a lock file.
        let lock = checkout.join("Cargo.lock");
        if lock.is_file() {
            let content = fs::read(&lock).with_context(|| format!("cannot read {}", lock.display()))?;
            project.add("Cargo.lock", content);
        }
    }
    Ok(project)
}

/// The example that the workspace is a copy of. It is built and tested in this repository.
const EXAMPLE: &str = "docs/examples/chat-room";

/// A text of the example, with the new name.
fn renamed(content: &[u8], name: &Name) -> anyhow::Result<String> {
    let text = std::str::from_utf8(content)?;
    Ok(text.replace("chat-room", name.kebab()).replace("chat_room", &name.snake()))
}

/// A sentence about where the crates come from.
fn from(witdock: &Witdock) -> String {
    match witdock {
        Witdock::Path(checkout) => format!(
            "The workspace uses the checkout in `{}`. If it moves, or on another machine, change the path in \
             `host/Cargo.toml` and `guest-sdk/Cargo.toml`.",
            checkout.display()
        ),
        Witdock::Git(url) => format!("The workspace uses {url}."),
    }
}

/// The message that lists the next steps.
fn report(name: &Name, witdock: &Witdock, folder: &Path) -> String {
    let steps = [
        (format!("cd {}", folder.display()), ""),
        ("cargo run".to_owned(), "run the host with its two plugins; the first build takes some minutes"),
        (format!("$EDITOR wit/{}.wit", name.kebab()), "edit the interface, which explains each pattern"),
        ("witdock docs wit".to_owned(), "read its reference"),
        ("cargo test".to_owned(), "build the plugins and test them in the host"),
    ];
    let width = steps.iter().map(|(command, _)| command.len()).max().unwrap_or(0);
    let mut text = format!(
        "Created the interface `{}` with a host and two plugins in {}\n",
        name.kebab(),
        folder.display()
    );
    for (command, what) in steps {
        text += format!("\n  {command:width$}  {what}").trim_end();
    }
    text + "\n\nThe witdock crates are not in a registry yet. "
        + &from(witdock)
        + "\nThe workspace's README.md explains the rest."
}
