//! The arguments of the command line.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::Parser;
use witdock_editor::app::entries;
use witdock_editor::config::Config;
use witdock_editor_session::command::Group;
use witdock_editor_session::documents::Target;

/// Edit text in the terminal, with plugins that are sandboxed WebAssembly components and reload while you type.
#[derive(Debug, Parser)]
#[command(name = "witdock-edit", version, after_help = keys())]
pub(crate) struct Arguments {
    /// Files to open: FILE, FILE:LINE, FILE:LINE:COLUMN, or +LINE before a FILE; - reads standard input. A file that does not exist is
    /// created when it is saved. The files of a folder are listed, and one is opened from the list.
    files: Vec<OsString>,

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

impl Arguments {
    /// What is to be opened.
    pub(crate) fn openings(&self) -> Vec<Opening> {
        let mut openings = Vec::new();
        let mut line = None;
        for argument in &self.files {
            let text = argument.to_str();
            let number = text.and_then(|text| text.strip_prefix('+')).and_then(|number| number.parse().ok());
            if text == Some("-") {
                openings.push(Opening::StandardInput);
            } else if let Some(number) = number.filter(|_| !Path::new(argument).exists()) {
                line = Some(number);
            } else if Path::new(argument).is_dir() {
                openings.push(Opening::Folder(PathBuf::from(argument)));
            } else {
                let target = text.map_or_else(|| Target::from(Path::new(argument)), Target::typed);
                openings.push(Opening::File(Target { line: line.take().or(target.line), ..target }));
            }
        }
        // `FILE +LINE`, as some programs take it.
        if let (Some(line), Some(Opening::File(last))) = (line, openings.last_mut()) {
            last.line = Some(line);
        }
        openings
    }
}

/// What the command line names.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Opening {
    File(Target),
    /// A folder, whose files are listed.
    Folder(PathBuf),
    StandardInput,
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

#[cfg(test)]
mod tests {
    use super::*;

    fn openings(arguments: &[&str]) -> Vec<Opening> {
        let all = ["witdock-edit"].into_iter().chain(arguments.iter().copied());
        Arguments::try_parse_from(all).unwrap().openings()
    }

    fn file(path: &str, line: Option<usize>) -> Opening {
        Opening::File(Target { path: path.into(), line, ..Target::default() })
    }

    #[test]
    fn places_are_given_as_other_editors_take_them() {
        assert_eq!(openings(&["f:50"]), [file("f", Some(50))]);
        assert_eq!(openings(&["+50", "f", "g"]), [file("f", Some(50)), file("g", None)]);
        assert_eq!(openings(&["f", "+50"]), [file("f", Some(50))]);
        assert_eq!(openings(&["-", "f"]), [Opening::StandardInput, file("f", None)]);
        assert_eq!(openings(&["src"]), [Opening::Folder("src".into())]);
        assert_eq!(openings(&["--", "-x"]), [file("-x", None)]);
    }
}
