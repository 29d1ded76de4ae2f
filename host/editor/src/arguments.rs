//! The arguments of the command line.

use std::path::PathBuf;

use clap::Parser;
use witdock_editor::app::entries;
use witdock_editor::config::Config;
use witdock_editor_session::command::Group;

/// Edit text in the terminal, with plugins that are sandboxed WebAssembly components and reload while you type.
#[derive(Debug, Parser)]
#[command(name = "witdock-edit", version, after_help = keys())]
pub(crate) struct Arguments {
    /// Files to open. A file that does not exist is created when it is saved.
    pub(crate) files: Vec<PathBuf>,

    /// Load all plugins of this folder: plugin folders, which are built if needed, and .wasm files. Default:
    /// witdock-edit/plugins in the user's data folder, whose plugin folders are built after you have allowed it.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) plugins: Vec<PathBuf>,

    /// Grant plugins everything that they ask for, in this session only.
    #[arg(long)]
    pub(crate) allow_plugins: bool,

    /// Load plugins from .wasm files only, and refuse plugin folders: a build runs the programs that the folder's plugin.toml names.
    #[arg(long)]
    pub(crate) no_build: bool,

    /// Read config.toml and keys.toml from this folder. Default: witdock-edit in the user's configuration folder.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) config: Option<PathBuf>,

    /// Print a config.toml with the default settings.
    #[arg(long)]
    pub(crate) default_config: bool,

    /// Print a keys.toml with the default keys.
    #[arg(long)]
    pub(crate) default_keys: bool,
}

/// The default keys, group by group.
fn keys() -> String {
    let keymap = Config::read(None).keymap;
    let mut text = String::from("Keys (F1 shows them in the editor, keys.toml changes them):\n");
    let mut group = None;
    for entry in entries().into_iter().filter(|entry| entry.group != Group::Moving) {
        if group != Some(entry.group) {
            group = Some(entry.group);
            text += &format!("\n  {}\n", entry.group.title());
        }
        if let Some(key) = keymap.keys_of(entry.name).first() {
            text += &format!("    {key:<16} {}\n", entry.title);
        }
    }
    text + "\n  Arrows, Home, End, PgUp and PgDn move; with Ctrl by word, paragraph or the whole text; with Shift they select."
}
