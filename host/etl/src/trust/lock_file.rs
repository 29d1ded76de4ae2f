//! The lock file of a pipeline: the digest of each plugin's component.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use witdock::source::Digest;

use super::error::{LockFileError, NotLocked};

const HEADING: &str = "\
# The components of the pipeline's plugins. While this file is there, the pipeline runs with these components alone.
# `witdock-etl lock` writes it anew.

";

/// The components that a pipeline's plugins had when it was locked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockFile {
    path: PathBuf,
    /// The plugins, sorted by their paths.
    plugins: Vec<Locked>,
}

/// The component of one plugin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Locked {
    /// The plugin's path, relative to the pipeline's folder if it is below that.
    pub path: PathBuf,
    /// The plugin's name.
    pub name: String,
    /// The SHA-256 of its component.
    pub digest: Digest,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    #[serde(default)]
    plugin: Vec<Locked>,
}

impl LockFile {
    /// The lock file beside a pipeline, if there is one: `sales.lock` beside `sales.toml`.
    pub(super) fn of(pipeline: &Path) -> Result<Option<Self>, LockFileError> {
        let path = pipeline.with_extension("lock");
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(LockFileError::Io { path, source }),
        };
        match toml::from_str(&text) {
            Ok(Table { plugin }) => Ok(Some(Self { path, plugins: plugin })),
            Err(error) => Err(LockFileError::Invalid { path, message: error.to_string() }),
        }
    }

    pub(super) fn new<'a>(
        pipeline: &Path,
        plugins: impl Iterator<Item = (&'a Path, &'a str, Digest)>,
    ) -> Self {
        let path = pipeline.with_extension("lock");
        let mut plugins: Vec<Locked> = plugins
            .map(|(plugin, name, digest)| Locked {
                path: relative(&path, plugin),
                name: name.to_owned(),
                digest,
            })
            .collect();
        plugins.sort_by(|one, other| one.path.cmp(&other.path));
        // A plugin may stand in several stages.
        plugins.dedup();
        Self { path, plugins }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The plugins, sorted by their paths.
    pub fn plugins(&self) -> &[Locked] {
        &self.plugins
    }

    /// The digest that a plugin's component must have.
    pub(super) fn digest_of(&self, plugin: &Path) -> Result<Digest, NotLocked> {
        let path = relative(&self.path, plugin);
        let found = self.plugins.iter().find(|locked| locked.path == path);
        found.map(|locked| locked.digest).ok_or_else(|| NotLocked { lock: self.path.clone(), plugin: path })
    }

    /// Writes the file in one step.
    ///
    /// # Errors
    ///
    /// When the system refuses it.
    pub fn write(&self) -> Result<(), LockFileError> {
        let failed = |source| LockFileError::Io { path: self.path.clone(), source };
        let table = toml::to_string(&Table { plugin: self.plugins.clone() });
        let table = table.map_err(|error| failed(io::Error::other(error)))?;
        let folder = match self.path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
        io::Write::write_all(&mut file, format!("{HEADING}{table}").as_bytes()).map_err(failed)?;
        file.as_file().sync_all().map_err(failed)?;
        file.persist(&self.path).map_err(|error| failed(error.error))?;
        Ok(())
    }
}

/// A plugin's path relative to the folder of the lock file, if it is below that.
fn relative(lock: &Path, plugin: &Path) -> PathBuf {
    let folder = lock.parent().unwrap_or_else(|| Path::new(""));
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let folder = if folder.as_os_str().is_empty() { real(Path::new(".")) } else { real(folder) };
    let plugin = real(plugin);
    plugin.strip_prefix(&folder).map_or_else(|_| plugin.clone(), Path::to_owned)
}
