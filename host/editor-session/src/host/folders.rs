//! The folders that plugins come and go in: what is added is loaded, what is removed is unloaded, without a restart.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use witdock::source::MANIFEST_FILE;
use witdock::text;

use super::Host;
use super::entries::Entry;
use super::loaded::lock;
use super::news::News;
use crate::message::Message;

/// The most folders in a plugin folder that are watched for a manifest.
const MOST_WATCHED: usize = 256;

/// The folders of plugins that a host was given.
#[derive(Default)]
pub(super) struct Folders {
    all: Vec<Folder>,
    /// What is to be watched, since it has changed.
    watched: Option<BTreeSet<PathBuf>>,
}

struct Folder {
    path: PathBuf,
    /// Whether the person has named it.
    is_named: bool,
    /// The plugins in it.
    plugins: BTreeSet<PathBuf>,
}

/// What is in a plugin folder.
#[derive(Default)]
struct Found {
    plugins: BTreeSet<PathBuf>,
    /// Folders without a manifest, which may get one.
    others: BTreeSet<PathBuf>,
}

impl Found {
    fn of(folder: &Path) -> std::io::Result<Self> {
        let mut found = Self::default();
        for entry in std::fs::read_dir(folder)?.flatten() {
            let path = entry.path();
            if is_plugin(&path) {
                found.plugins.insert(path);
            } else if path.is_dir() {
                found.others.insert(path);
            }
        }
        Ok(found)
    }
}

/// Whether a path is a plugin: a component file, or a folder with a manifest.
fn is_plugin(path: &Path) -> bool {
    path.join(MANIFEST_FILE).is_file()
        || path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("wasm")) && !path.is_dir()
}

impl Host {
    /// Starts to load all plugins of a folder that the person has named, in the order of their names: component files, and folders with a
    /// manifest, which are built. A path that is itself a plugin is loaded. [`Driver`](crate::Driver) follows what is added to the folder
    /// and removed from it.
    pub fn load_all(&self, path: &Path) {
        if path.file_name().is_some_and(|name| name == MANIFEST_FILE) {
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
            let folder = text::path(folder.unwrap_or(Path::new(".")));
            self.say(Message::error(format!(
                "{} is a manifest: name its folder, {folder}",
                text::path(path)
            )));
        } else if is_plugin(path) {
            self.add(path, true);
        } else if path.is_file() {
            self.say(Message::error(format!(
                "{}: not a plugin; name a .wasm file, a folder with a {MANIFEST_FILE}, or a folder of such",
                text::path(path)
            )));
        } else {
            self.load_folder(path, true);
        }
    }

    /// The same for a folder that nobody has named, such as a default one: it need not exist yet, and a plugin's folder in it is built only
    /// after the person has allowed it.
    pub fn load_found(&self, folder: &Path) {
        self.load_folder(folder, false);
    }

    fn load_folder(&self, path: &Path, is_named: bool) {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        match Found::of(&path) {
            Err(error) if is_named => {
                let path = text::path(&path);
                self.say(Message::error(format!("cannot read the plugin folder {path}: {error}")));
            }
            Ok(found) if is_named && found.plugins.is_empty() => {
                let path = text::path(&path);
                self.say(Message::warning(format!(
                    "no plugins in {path}: it has no .wasm file, and no folder with a {MANIFEST_FILE}"
                )));
            }
            _ => {}
        }
        lock(&self.folders).all.push(Folder { path, is_named, plugins: BTreeSet::new() });
        self.scan(false);
    }

    /// Loads and unloads what has come to plugin folders and gone from them. What could not even be opened, so that nothing follows its source, is
    /// opened again if its manifest or its component is among the `changed` paths.
    pub(crate) fn folders_changed(&self, changed: &[PathBuf]) {
        self.scan(true);
        let is_changed = |path: &Path| {
            let names = [path.to_owned(), path.join(MANIFEST_FILE), path.with_extension("toml")];
            changed.iter().any(|one| names.contains(one))
        };
        let is_left = |entry: &Entry| entry.has_failed() && !entry.is_followed() && is_changed(&entry.path);
        for plugin in self.entries.select(is_left) {
            if let Some(path) = self.entries.get(plugin, |entry| entry.path.clone()) {
                self.loader.start(plugin, &path);
            }
        }
    }

    /// What is to be watched for plugins that come and go, if it has changed.
    pub(crate) fn take_watched(&self) -> Option<BTreeSet<PathBuf>> {
        lock(&self.folders).watched.take()
    }

    fn scan(&self, tells: bool) {
        let (mut come, mut gone, mut watched) = (Vec::new(), Vec::new(), BTreeSet::new());
        for folder in &mut lock(&self.folders).all {
            // A folder that cannot be read has nothing any more.
            let found = Found::of(&folder.path).unwrap_or_default();
            come.extend(
                found.plugins.difference(&folder.plugins).map(|path| (path.clone(), folder.is_named)),
            );
            gone.extend(folder.plugins.difference(&found.plugins).cloned());
            // The folder itself may come, and go.
            watched.extend(folder.path.ancestors().skip(1).find(|above| above.is_dir()).map(Path::to_owned));
            if folder.path.is_dir() {
                watched.insert(folder.path.clone());
            }
            // A plugin's manifest may go.
            let below = found.others.iter().chain(found.plugins.iter().filter(|path| path.is_dir()));
            watched.extend(below.take(MOST_WATCHED).cloned());
            folder.plugins = found.plugins;
        }
        lock(&self.folders).watched = Some(watched);
        for path in gone {
            if let Some(plugin) = self.entries.find(|_, entry| entry.path == path) {
                let name = self.entries.get(plugin, |entry| entry.name.clone()).unwrap_or_default();
                self.unload(plugin);
                self.say(Message::warning("unloaded, since it was removed from the plugin folder").of(&name));
            }
        }
        for (path, is_named) in come {
            let plugin = self.add(&path, is_named);
            if tells {
                let name = self.entries.get(plugin, |entry| entry.name.clone()).unwrap_or_default();
                self.say(Message::info("found in the plugin folder").of(&name));
            }
        }
    }

    fn say(&self, message: Message) {
        self.loader.tell(News::Message(message));
    }
}
