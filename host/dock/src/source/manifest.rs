//! `plugin.toml`: a plugin's name, its build, and the capabilities that it requests.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Deserializer};

use super::build::Build;
use crate::grants::Request;
use crate::text;
use crate::text::TomlProblem;

/// The manifest's file name in a plugin's folder. A component file's manifest is `<stem>.toml` in the same folder.
pub const MANIFEST_FILE: &str = "plugin.toml";

/// A plugin's manifest: `plugin.toml`, or `<stem>.toml` beside a component.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Manifest {
    /// `[plugin]`: name, description and version.
    pub plugin: About,
    /// `[build]`: how to build the component. Required in a folder's manifest, an error in that of a component file.
    #[serde(default)]
    pub build: Option<Build>,
    /// `[grants]`: the capabilities that the plugin requests.
    #[serde(default)]
    pub grants: Request,
}

/// The `[plugin]` table.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct About {
    /// The plugin's name: up to 64 ASCII letters, digits, `-`, `_` and `.`, starting with a letter or digit.
    #[serde(deserialize_with = "plugin_name")]
    pub name: String,
    /// One line about what the plugin does.
    #[serde(default)]
    pub description: String,
    /// The plugin's own version, as its author writes it.
    #[serde(default)]
    pub version: Option<String>,
}

impl Manifest {
    /// Parses a manifest's text. Errors show `file` as its path.
    pub fn parse(file: &Path, text: &str) -> Result<Self, ManifestError> {
        toml::from_str(text).map_err(|error| ManifestError::from_toml(file, text, &error))
    }

    /// The default manifest of a component without one: named after its file, with the default request.
    pub(super) fn unwritten(stem: &str) -> Self {
        Self {
            plugin: About { name: name_from(stem), description: String::new(), version: None },
            build: None,
            grants: Request::default(),
        }
    }
}

/// Derives a valid plugin name from the name of a file or folder.
pub(super) fn name_from(stem: &str) -> String {
    let name: String =
        stem.chars().map(|c| if is_name_character(c) { c } else { '-' }).take(LONGEST_NAME).collect();
    let name = name.trim_start_matches(|c: char| !c.is_ascii_alphanumeric());
    if name.is_empty() { "plugin".to_owned() } else { name.to_owned() }
}

/// The length limit of a plugin's name, bytes.
const LONGEST_NAME: usize = 64;

fn is_name_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')
}

fn plugin_name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let name = String::deserialize(deserializer)?;
    let fits = name.len() <= LONGEST_NAME
        && name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.chars().all(is_name_character);
    if fits {
        return Ok(name);
    }
    // The name becomes part of file names and log targets.
    Err(serde::de::Error::custom(format!(
        "`{name}` is not a valid plugin name: write up to 64 letters a-z, digits, `-`, `_` and `.`, \
         starting with a letter or digit, for example \"word-count\""
    )))
}

/// An error in a manifest, with its place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub struct ManifestError {
    /// The manifest's path.
    pub file: PathBuf,
    /// The line and column, both counted from 1, columns in characters.
    pub position: Option<(usize, usize)>,
    /// The byte range in the manifest's text, for tools that underline it.
    pub span: Option<Range<usize>>,
    /// What is wrong, what is expected, and how to fix it.
    pub message: String,
}

impl fmt::Display for ManifestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&text::path(&self.file))?;
        if let Some((line, column)) = self.position {
            write!(f, ":{line}:{column}")?;
        }
        write!(f, ": {}", text::block(&self.message))
    }
}

impl ManifestError {
    /// An error about the manifest as a whole.
    pub(super) fn whole(file: &Path, message: impl Into<String>) -> Self {
        Self { file: file.to_owned(), position: None, span: None, message: message.into() }
    }

    fn from_toml(file: &Path, text: &str, error: &toml::de::Error) -> Self {
        let TomlProblem { position, span, message } = TomlProblem::new(text, error);
        Self { file: file.to_owned(), position, span, message }
    }
}
