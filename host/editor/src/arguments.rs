//! What the command line takes.

use std::path::PathBuf;

use clap::Parser;
use witdock_editor::app::{COMMANDS, MOVING};
use witdock_editor::config::Config;

/// Edit text in the terminal, with plugins that are sandboxed WebAssembly components and reload while you type.
#[derive(Debug, Parser)]
#[command(name = "witdock-edit", version, after_help = keys())]
pub(crate) struct Arguments {
    /// Files to open. One that does not exist is made when it is saved.
    pub(crate) files: Vec<PathBuf>,

    /// Load the plugins in this folder: plugin folders, built on demand, and .wasm files. The default is
    /// witdock-edit/plugins in the user's data folder.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) plugins: Vec<PathBuf>,

    /// Allow plugins all that they ask for, without asking and without remembering it.
    #[arg(long)]
    pub(crate) allow_plugins: bool,

    /// Read config.toml and keys.toml from this folder. The default is witdock-edit in the user's configuration folder.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) config: Option<PathBuf>,

    /// Print a config.toml that says what holds without one.
    #[arg(long)]
    pub(crate) default_config: bool,

    /// Print a keys.toml with the keys that hold without one.
    #[arg(long)]
    pub(crate) default_keys: bool,
}

/// The keys, group by group.
fn keys() -> String {
    let keymap = Config::read(None).keymap;
    let mut text = String::from("Keys (F1 shows them in the editor; keys.toml changes them):\n");
    let mut group = "";
    let shown = COMMANDS.iter().filter(|listed| listed.group != MOVING);
    for listed in shown {
        if listed.group != group {
            group = listed.group;
            text += &format!("\n  {group}\n");
        }
        if let Some(key) = keymap.keys_of(listed.name).first() {
            text += &format!("    {key:<16} {}\n", listed.title);
        }
    }
    text + "\n  Arrows, Home, End, PgUp and PgDn move; with Ctrl by words, paragraphs, the whole text; with Shift they select."
}
