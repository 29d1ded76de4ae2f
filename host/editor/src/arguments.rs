//! What the command line takes.

use std::path::PathBuf;

use clap::Parser;

/// Edit text in the terminal, with plugins that are sandboxed WebAssembly components and reload while you type.
#[derive(Debug, Parser)]
#[command(name = "witdock-edit", version, after_help = KEYS)]
pub(crate) struct Arguments {
    /// Files to open. One that does not exist is made when it is saved.
    pub(crate) files: Vec<PathBuf>,

    /// Load the plugins in this folder: plugin folders, built on demand, and .wasm files. The default is
    /// witdock-edit/plugins in the user's data folder.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) plugins: Vec<PathBuf>,
}

const KEYS: &str = "\
Keys:
  arrows, Home, End, PgUp, PgDn   move; with Ctrl by words, paragraphs, the whole text; with Shift select
  Ctrl-S save                     Ctrl-F find           Ctrl-P all commands
  Ctrl-Z undo                     Ctrl-Y redo           Ctrl-A select all
  Ctrl-X, Ctrl-C, Ctrl-V          cut, copy, paste; without a selection, the whole line
  Ctrl-PgUp, Ctrl-PgDn            other documents       Ctrl-W close the document
  F2 plugins                      Ctrl-Q quit";
