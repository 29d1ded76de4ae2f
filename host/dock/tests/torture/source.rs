//! The source of a plugin under torture, and all that can happen to its files.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// How the plugin's component gets to the dock.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// A component file.
    File,
    /// A link to a component file.
    Link,
    /// A folder whose build copies a component, or fails.
    Folder,
}

/// Where a write of the component ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Write {
    /// The file is replaced by another one, as compilers do.
    Renamed,
    /// The file is written over.
    InPlace,
    /// A part of it is written, and no more.
    Half,
    /// The file is removed.
    Removed,
    /// The file is there, and nobody may read it.
    Unreadable,
    /// The build fails. A file has none: it is left empty.
    BuildFails,
    /// A folder stands where the file was.
    Folder,
}

/// The files of one plugin.
pub struct Files {
    kind: Kind,
    folder: TempDir,
    /// The number of files that the link has led to.
    links: u64,
}

const BUILD: &str =
    "[plugin]\nname = 'tortured'\n[build]\ncommand = ['sh', 'build.sh']\noutput = 'out.wasm'\n";

impl Files {
    pub fn new(kind: Kind, component: &[u8]) -> Self {
        let mut files = Self { kind, folder: tempfile::tempdir().unwrap(), links: 0 };
        if kind == Kind::Folder {
            fs::write(files.folder.path().join("plugin.toml"), BUILD).unwrap();
        }
        files.write(component, Write::Renamed);
        files
    }

    /// What the dock opens.
    pub fn path(&self) -> PathBuf {
        match self.kind {
            Kind::Folder => self.folder.path().to_owned(),
            Kind::File | Kind::Link => self.component(),
        }
    }

    /// The file that has the component.
    fn component(&self) -> PathBuf {
        self.folder.path().join(if self.kind == Kind::Folder { "next.wasm" } else { "tortured.wasm" })
    }

    pub fn write(&mut self, bytes: &[u8], how: Write) {
        let (path, folder) = (self.component(), self.folder.path().to_owned());
        clear(&path);
        match how {
            Write::Renamed if self.kind == Kind::Link => self.swap_link(bytes),
            Write::Renamed => replace(&folder, &path, bytes),
            Write::InPlace => fs::write(&path, bytes).unwrap(),
            Write::Half => fs::write(&path, &bytes[..bytes.len() / 2]).unwrap(),
            Write::Removed => {}
            Write::Unreadable => {
                fs::write(&path, bytes).unwrap();
                fs::set_permissions(&path, Permissions::from_mode(0o000)).unwrap();
            }
            Write::BuildFails => fs::write(&path, "").unwrap(),
            Write::Folder => fs::create_dir(&path).unwrap(),
        }
        if self.kind == Kind::Folder {
            let build = if how == Write::BuildFails { "exit 3" } else { "cp next.wasm out.wasm" };
            replace(&folder, &folder.join("build.sh"), build.as_bytes());
        }
    }

    /// Leads the link to a new file, in one step, and removes the one before.
    fn swap_link(&mut self, bytes: &[u8]) {
        let at = |number: u64| self.folder.path().join(format!("version-{number}.wasm"));
        let (old, new, link) = (at(self.links), at(self.links + 1), self.folder.path().join("link"));
        fs::write(&new, bytes).unwrap();
        symlink(&new, &link).unwrap();
        fs::rename(&link, self.component()).unwrap();
        let _ = fs::remove_file(old);
        self.links += 1;
    }
}

/// Makes room for what comes, if it is no file that can be written to.
fn clear(path: &Path) {
    match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_dir() => fs::remove_dir(path).unwrap(),
        // A link is replaced by a file, and the other way round.
        Ok(_) => fs::remove_file(path).unwrap(),
        Err(_) => {}
    }
}

fn replace(folder: &Path, path: &Path, bytes: &[u8]) {
    let new = folder.join("new");
    fs::write(&new, bytes).unwrap();
    fs::rename(new, path).unwrap();
}
