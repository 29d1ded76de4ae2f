//! A folder that no other user may write to: what is in it is trusted, as compiled code and what builds have made are.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use cap_std::ambient_authority;
use cap_std::fs::{Dir, OpenOptions};

/// A folder that is this user's own. It is opened once, and its files by that: whatever happens to its path afterwards, they are the
/// ones of the folder that was looked at.
#[derive(Debug)]
pub(crate) struct PrivateFolder {
    path: PathBuf,
    folder: Dir,
}

/// A file in it.
pub(crate) struct Entry {
    pub(crate) name: PathBuf,
    pub(crate) modified: SystemTime,
    pub(crate) bytes: u64,
}

impl PrivateFolder {
    /// Opens the folder `name` in `root`, and makes both if they are missing.
    ///
    /// # Errors
    ///
    /// When one of them cannot be made, is a link, or is not this user's alone.
    pub(crate) fn open(root: &Path, name: &str) -> io::Result<Self> {
        create(root)?;
        refuse_link(root)?;
        let root_folder = Dir::open_ambient_dir(root, ambient_authority())?;
        refuse_others(root, &root_folder, 0o022)?;
        let path = root.join(name);
        create(&path)?;
        refuse_link(&path)?;
        let folder = root_folder.open_dir(name)?;
        refuse_others(&path, &folder, 0o077)?;
        Ok(Self { path, folder })
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// The bytes of a file, if there is one.
    pub(crate) fn read(&self, name: &str) -> io::Result<Option<Vec<u8>>> {
        match self.folder.read(name) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Writes a file whole: readers see the one before or this one.
    pub(crate) fn write(&self, name: &str, parts: &[&[u8]]) -> io::Result<()> {
        let temporary = format!("{name}.{}-{:?}.new", std::process::id(), std::thread::current().id());
        let written = self
            .write_new(&temporary, parts)
            .and_then(|()| self.folder.rename(&temporary, &self.folder, name));
        if written.is_err() {
            // What is left would go with the unused entries.
            let _ = self.folder.remove_file(&temporary);
        }
        written
    }

    fn write_new(&self, name: &str, parts: &[&[u8]]) -> io::Result<()> {
        // One of a process that ended while it wrote, with the same number.
        let _ = self.folder.remove_file(name);
        let mut file = self.folder.open_with(name, OpenOptions::new().write(true).create_new(true))?;
        parts.iter().try_for_each(|part| file.write_all(part))
    }

    /// Marks a file as used. Failing only means that it may be removed too early.
    pub(crate) fn touch(&self, name: &str) {
        let file = self.folder.open_with(name, OpenOptions::new().append(true));
        let _ = file.and_then(|file| file.into_std().set_modified(SystemTime::now()));
    }

    pub(crate) fn entries(&self) -> Vec<Entry> {
        let entries = self.folder.entries().into_iter().flatten().flatten();
        let entries = entries.filter_map(|entry| {
            let metadata = entry.metadata().ok()?;
            let modified = metadata.modified().ok()?.into_std();
            Some(Entry { name: entry.file_name().into(), modified, bytes: metadata.len() })
        });
        entries.collect()
    }

    /// Removes a file. Another process may have removed it already; one that is about to load it compiles again.
    pub(crate) fn remove(&self, name: &Path) {
        let _ = self.folder.remove_file(name);
    }
}

fn refused(folder: &Path, reason: &str) -> io::Error {
    io::Error::new(io::ErrorKind::PermissionDenied, format!("{} {reason}", folder.display()))
}

fn refuse_link(folder: &Path) -> io::Result<()> {
    if folder.symlink_metadata()?.is_symlink() {
        return Err(refused(folder, "is a symbolic link: name the folder itself, or remove the link"));
    }
    Ok(())
}

#[cfg(unix)]
fn create(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn create(folder: &Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)
}

/// Refuses a folder of another user, or one on which others have one of these permissions.
#[cfg(unix)]
fn refuse_others(path: &Path, folder: &Dir, permissions: u32) -> io::Result<()> {
    use cap_std::fs::MetadataExt as _;
    let metadata = folder.dir_metadata()?;
    if metadata.uid() != rustix::process::geteuid().as_raw() {
        return Err(refused(path, "belongs to another user: name a folder of your own"));
    }
    if metadata.mode() & permissions != 0 {
        return Err(refused(path, "is open to other users: run `chmod 700` on it"));
    }
    Ok(())
}

/// Folders of a user's profile are that user's own.
#[cfg(not(unix))]
fn refuse_others(_: &Path, _: &Dir, _: u32) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    fn mode(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    fn refusal(root: &Path) -> String {
        PrivateFolder::open(root, "own").unwrap_err().to_string()
    }

    #[test]
    fn makes_folders_that_are_private() {
        let parent = tempfile::tempdir().unwrap();
        let root = parent.path().join("a/b");
        PrivateFolder::open(&root, "own").unwrap();
        for folder in [root.join("own"), root.clone(), parent.path().join("a")] {
            assert_eq!(fs::metadata(folder).unwrap().permissions().mode() & 0o777, 0o700);
        }
        // Others may look at a root that the user has made, but not write to it.
        mode(&root, 0o755);
        PrivateFolder::open(&root, "own").unwrap();
    }

    #[test]
    fn refuses_folders_that_others_can_write_to() {
        let root = tempfile::tempdir().unwrap();
        PrivateFolder::open(root.path(), "own").unwrap();
        for open in [0o777, 0o770, 0o702] {
            mode(root.path(), open);
            assert!(refusal(root.path()).ends_with("is open to other users: run `chmod 700` on it"));
        }
        mode(root.path(), 0o700);
        let own = root.path().join("own");
        mode(&own, 0o755);
        assert_eq!(
            refusal(root.path()),
            format!("{} is open to other users: run `chmod 700` on it", own.display())
        );
    }

    // attack: a cache folder that is 0777, a link, or of another user
    // host: does not use it
    #[test]
    fn refuses_links_and_folders_of_others() {
        let parent = tempfile::tempdir().unwrap();
        let (real, link) = (parent.path().join("real"), parent.path().join("link"));
        PrivateFolder::open(&real, "own").unwrap();
        symlink(&real, &link).unwrap();
        assert!(refusal(&link).contains("is a symbolic link"));
        let linked = parent.path().join("linked");
        fs::create_dir(&linked).unwrap();
        symlink(real.join("own"), linked.join("own")).unwrap();
        assert!(refusal(&linked).contains("is a symbolic link"));
        if !rustix::process::geteuid().is_root() {
            assert!(refusal(Path::new("/")).contains("belongs to another user"));
        }
    }

    #[test]
    fn files_are_those_of_the_folder_that_was_opened() {
        let parent = tempfile::tempdir().unwrap();
        let root = parent.path().join("root");
        let folder = PrivateFolder::open(&root, "own").unwrap();
        folder.write("x", &[b"a", b"b"]).unwrap();
        fs::rename(root.join("own"), root.join("away")).unwrap();
        fs::create_dir(root.join("own")).unwrap();
        fs::write(root.join("own/x"), "planted").unwrap();
        assert_eq!(folder.read("x").unwrap().unwrap(), b"ab");
        assert!(folder.read("y").unwrap().is_none());
        assert_eq!(folder.entries().len(), 1, "nothing temporary is left");
    }
}
