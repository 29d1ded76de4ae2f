//! What a person has set: `config.toml` and `keys.toml` in `witdock-edit` of the configuration folder.
//!
//! Nothing in them keeps the editor from starting. What is wrong is told with file and line, and the rest counts.

mod key;
mod keymap;
mod problem;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub use key::{Keys, NoKey, Press};
pub use keymap::{Found, KeyMap, Layer};
pub use problem::Problem;
use serde::Deserialize;
use toml::de::DeTable;

use crate::app::COMMANDS;

/// The file with the settings, in the configuration folder.
pub const CONFIG_FILE: &str = "config.toml";
/// The file with the keys.
pub const KEYS_FILE: &str = "keys.toml";
/// A configuration file that says what it is without one.
pub const DEFAULT_CONFIG: &str = include_str!("default.toml");

/// What a person has set.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// The settings.
    pub settings: Settings,
    /// The keys.
    pub keymap: KeyMap,
    /// What is wrong with the files.
    pub problems: Vec<Problem>,
}

/// The settings.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Settings {
    /// How many columns a tab takes at most, from 1 to 16.
    pub tab_width: u8,
    /// Which documents have lines that go on in the next row where they are too long for the screen.
    pub wrap: Wrap,
    /// Whether the editor takes the mouse; otherwise the terminal keeps it.
    pub mouse: bool,
    /// Whether languages are coloured.
    pub colours: bool,
    /// Plugins' own settings, by their names.
    pub plugins: BTreeMap<String, toml::Table>,
}

/// Which documents are wrapped.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Wrap {
    /// Those that are prose: plain text and Markdown.
    #[default]
    Prose,
    /// All.
    Always,
    /// None.
    Never,
}

impl Default for Settings {
    fn default() -> Self {
        Self { tab_width: 4, wrap: Wrap::Prose, mouse: true, colours: true, plugins: BTreeMap::new() }
    }
}

impl Settings {
    /// Plugins' settings as JSON text, by the plugins' names.
    pub fn of_plugins(&self) -> impl Iterator<Item = (&str, String)> {
        self.plugins.iter().map(|(name, table)| {
            // A table of TOML is an object of JSON; what has no like in it, a date, becomes its text.
            (name.as_str(), serde_json::to_string(table).unwrap_or_else(|_| "{}".to_owned()))
        })
    }
}

/// Where the files are, if the system has a place for them.
pub fn folder() -> Option<PathBuf> {
    dirs::config_dir().map(|folder| folder.join("witdock-edit"))
}

impl Config {
    /// Reads both files of a folder. One that is not there sets nothing.
    pub fn read(folder: Option<&Path>) -> Self {
        let mut config = Self::default();
        let mut text_of = |file: &str| {
            let path = folder?.join(file);
            match std::fs::read_to_string(&path) {
                Ok(text) => Some((path, text)),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
                Err(error) => {
                    config.problems.push(Problem::of_file(&path, error.to_string()));
                    None
                }
            }
        };
        let (settings, keys) = (text_of(CONFIG_FILE), text_of(KEYS_FILE));
        if let Some((path, text)) = settings {
            config.take_settings(&path, &text);
        }
        if let Some((path, text)) = keys {
            config.take_keys(&path, &text);
        }
        config.take_default_keys();
        config
    }

    fn take_settings(&mut self, path: &Path, text: &str) {
        match toml::from_str::<Settings>(text) {
            Ok(settings) if !(1..=16).contains(&settings.tab_width) => {
                let place = text.find("tab-width").unwrap_or_default();
                let what = format!("`tab-width` is 1 to 16, and not {}", settings.tab_width);
                self.problems.push(Problem::at(path, text, place, what));
            }
            Ok(settings) => self.settings = settings,
            Err(error) => {
                let place = error.span().map_or(0, |span| span.start);
                self.problems.push(Problem::at(path, text, place, error.message().to_owned()));
            }
        }
    }

    /// Takes the keys of a file, each line by itself.
    fn take_keys(&mut self, path: &Path, text: &str) {
        let table = match DeTable::parse(text) {
            Ok(table) => table,
            Err(error) => {
                let place = error.span().map_or(0, |span| span.start);
                return self.problems.push(Problem::at(path, text, place, error.message().to_owned()));
            }
        };
        for (written, value) in table.get_ref() {
            let bound = match written.get_ref().parse::<Keys>() {
                Err(error) => Err((written.span().start, error.to_string())),
                Ok(keys) => {
                    let place = value.span().start;
                    self.take_binding(keys, value.get_ref().as_str()).map_err(|what| (place, what))
                }
            };
            if let Err((place, what)) = bound {
                self.problems.push(Problem::at(path, text, place, what));
            }
        }
    }

    fn take_binding(&mut self, keys: Keys, command: Option<&str>) -> Result<(), String> {
        let command =
            match command.ok_or("a command's name in quotes was expected, for example \"editor.save\"")? {
                "" => None,
                // A plugin's commands are known when it is loaded.
                command if !command.starts_with("editor.") && command.contains('.') => Some(command),
                command if COMMANDS.iter().any(|known| known.name == command) => Some(command),
                command => {
                    let near = COMMANDS
                        .iter()
                        .map(|known| (strsim::damerau_levenshtein(known.name, command), known.name))
                        .min()
                        .filter(|(distance, _)| *distance <= 4)
                        .map(|(_, name)| format!("; is it `{name}`?"))
                        .unwrap_or_default();
                    return Err(format!("there is no command `{command}`{near}"));
                }
            };
        self.keymap.bind(keys, command, Layer::Person)
    }

    fn take_default_keys(&mut self) {
        for command in COMMANDS {
            for keys in command.keys {
                // Keys that a person has set stay what they are.
                let _ = keys.parse().map(|keys| self.keymap.bind(keys, Some(command.name), Layer::Editor));
            }
        }
    }
}

/// The keys of the editor, as a file that sets them would.
pub fn default_keys() -> String {
    use std::fmt::Write;

    let mut file = String::from(
        "# Keys of witdock-edit: a key or several after each other, and the command that they run. These are the editor's own.\n\
         # \"\" takes a key away. Commands of plugins are `PLUGIN.COMMAND`, as the palette (Ctrl-P) lists them.\n\n",
    );
    for command in COMMANDS {
        for keys in command.keys {
            // Writing to a string does not fail.
            let _ = writeln!(file, "{keys:28?} = {:?}", command.name);
        }
    }
    file
}

#[cfg(test)]
mod tests;
