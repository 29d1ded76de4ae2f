//! Configuration: `config.toml` and `keys.toml` in the folder `witdock-edit` of the user's configuration folder.
//!
//! No problem in them keeps the editor from starting. Problems are shown with file and line, and everything else holds.

mod key;
mod keymap;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub use key::{Keys, NoKey, Press};
pub use keymap::{Found, KeyMap, Layer};
use serde::Deserialize;
use toml::de::DeTable;

use witdock::grants::{PolicyFile, PolicyFileError};
use witdock::nearest;
use witdock_editor_session::Problem;

use crate::app::entries;
use crate::themes::{DEFAULT, Themes};

/// The file with the settings, in the configuration folder.
pub const CONFIG_FILE: &str = "config.toml";
/// The file with the keys.
pub const KEYS_FILE: &str = "keys.toml";
/// What stands before keys that a key types, in the place of a command.
pub const KEYS: &str = "keys:";
/// A settings file with the default settings.
pub const DEFAULT_CONFIG: &str = include_str!("default.toml");

/// The person's configuration.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// The settings.
    pub settings: Settings,
    /// The keys.
    pub keymap: KeyMap,
    /// The themes that there are.
    pub themes: Themes,
    /// Problems in the files.
    pub problems: Vec<Problem>,
}

/// The settings.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Settings {
    /// The width of a tab in columns, from 1 to 16.
    pub tab_width: u8,
    /// Which documents wrap lines that are longer than the screen is wide.
    pub wrap: Wrap,
    /// Whether the editor handles the mouse; otherwise the terminal does.
    pub mouse: bool,
    /// Whether the text has the colours of its language.
    pub colours: bool,
    /// The name of the theme.
    pub theme: String,
    /// The plugins' own settings, by plugin name.
    pub plugins: BTreeMap<String, toml::Table>,
}

/// Which documents wrap long lines.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Wrap {
    /// Prose only: plain text and Markdown.
    #[default]
    Prose,
    /// All documents.
    Always,
    /// No document.
    Never,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            tab_width: 4,
            wrap: Wrap::Prose,
            mouse: true,
            colours: true,
            theme: DEFAULT.to_owned(),
            plugins: BTreeMap::new(),
        }
    }
}

impl Settings {
    /// The plugins' settings as JSON text, by plugin name.
    pub fn of_plugins(&self) -> impl Iterator<Item = (&str, String)> {
        self.plugins.iter().map(|(name, table)| {
            // A TOML table becomes a JSON object. A date, which JSON does not have, becomes a string.
            (name.as_str(), serde_json::to_string(table).unwrap_or_else(|_| "{}".to_owned()))
        })
    }
}

/// The folder of the files, if the system has a configuration folder.
pub fn folder() -> Option<PathBuf> {
    dirs::config_dir().map(|folder| folder.join("witdock-edit"))
}

/// Reads the rules for plugins in `policy.toml` of a folder, if there is one.
///
/// # Errors
///
/// When the file cannot be read, or is not a policy file.
pub fn rules(folder: Option<&Path>) -> Result<Option<PolicyFile>, PolicyFileError> {
    let file = folder.map(|folder| folder.join("policy.toml")).filter(|file| file.exists());
    file.map(|file| PolicyFile::read(&file)).transpose()
}

impl Config {
    /// Reads both files of a folder. A missing file sets nothing.
    pub fn read(folder: Option<&Path>) -> Self {
        let (themes, problems) = Themes::read(folder);
        let mut config = Self { themes, problems, ..Self::default() };
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
                let what = format!("invalid `tab-width`: {}; valid values are 1 to 16", settings.tab_width);
                self.problems.push(Problem::at(path, text, place, what));
            }
            Ok(settings) => {
                if self.themes.find(&settings.theme).is_none() {
                    let place = text.find("theme").unwrap_or_default();
                    self.problems.push(Problem::at(path, text, place, self.themes.unknown(&settings.theme)));
                }
                self.settings = settings;
            }
            Err(error) => {
                let place = error.span().map_or(0, |span| span.start);
                self.problems.push(Problem::at(path, text, place, error.message().to_owned()));
            }
        }
    }

    /// Takes the keys of a file. A problem in one line does not affect the others.
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
            match command.ok_or("expected the name of a command in quotes, for example \"editor.save\"")? {
                "" => None,
                written if written.starts_with(KEYS) => {
                    let keys = written.strip_prefix(KEYS).unwrap_or_default();
                    keys.parse::<Keys>().map_err(|error| error.to_string())?;
                    Some(written)
                }
                // The commands of a plugin are not known before it is loaded.
                command if !command.starts_with("editor.") && command.contains('.') => Some(command),
                command if entries().iter().any(|known| known.name == command) => Some(command),
                command => {
                    // What all commands begin with would make all of them similar.
                    fn own(name: &str) -> &str {
                        name.strip_prefix("editor.").unwrap_or(name)
                    }
                    let near = nearest(own(command), entries().iter().map(|known| own(known.name)))
                        .map(|name| format!("; did you mean `editor.{name}`?"))
                        .unwrap_or_default();
                    return Err(format!("unknown command `{command}`{near}"));
                }
            };
        self.keymap.bind(keys, command, Layer::Person)
    }

    fn take_default_keys(&mut self) {
        for command in entries() {
            for keys in command.keys {
                // An error means that the person has bound the keys.
                let _ = keys.parse().map(|keys| self.keymap.bind(keys, Some(command.name), Layer::Editor));
            }
        }
    }
}

/// A key map file with the default keys.
pub fn default_keys() -> String {
    use std::fmt::Write;

    let mut file = String::from(
        "# Keys of witdock-edit: a key or a sequence of keys, and the command that it runs. These are the default keys.\n\
         # \"\" unbinds a key. Commands of plugins are `PLUGIN.COMMAND`, as the palette (Ctrl-P) lists them.\n\n",
    );
    for command in entries() {
        for keys in command.keys {
            // Writing to a string does not fail.
            let _ = writeln!(file, "{keys:28?} = {:?}", command.name);
        }
    }
    file
}

#[cfg(test)]
mod tests;
