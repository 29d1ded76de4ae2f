//! The paths that plugins must not write to, since what is in them becomes code or is trusted, and the folders that plugins may
//! write to. The two must not overlap.
//!
//! The folder of a plugin is code: its manifest names the programs of its build. A plugin that may write there, to its own or to another
//! one's, could run anything with the rights of the user.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use crate::lock::lock;
use crate::text;

/// The paths of one dock. Cheap to clone: all clones are the same.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ground(Arc<Mutex<Claims>>);

#[derive(Debug, Default)]
struct Claims {
    last: u64,
    claims: Vec<(u64, Paths)>,
}

/// The paths of one owner.
#[derive(Clone, Debug, Default)]
pub(crate) struct Paths {
    /// The plugin; `None` for the host.
    pub(crate) plugin: Option<Arc<str>>,
    /// Files and folders that no plugin may write to.
    pub(crate) guarded: Vec<Guarded>,
    /// Folders that the plugin may write to.
    pub(crate) writable: Vec<PathBuf>,
}

/// A file or folder that no plugin may write to.
#[derive(Clone, Debug)]
pub(crate) struct Guarded {
    pub(crate) path: PathBuf,
    /// Folders in it that may be written to nevertheless.
    pub(crate) except: Vec<PathBuf>,
    /// Whether it is a program that the plugin runs, and no part of the plugin.
    pub(crate) is_program: bool,
}

/// A claim on paths, which ends when it is dropped.
#[derive(Debug)]
pub(crate) struct Claim {
    ground: Ground,
    number: u64,
}

impl Drop for Claim {
    fn drop(&mut self) {
        lock(&self.ground.0).claims.retain(|(number, _)| *number != self.number);
    }
}

/// A plugin may write to a path that is guarded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    writer: Arc<str>,
    writable: PathBuf,
    guarded: PathBuf,
    owner: Option<Arc<str>>,
    is_program: bool,
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { writer, writable, guarded, owner, is_program } = self;
        let (writable, guarded) = (text::path(writable), text::path(guarded));
        write!(f, "`{writer}` would write to {writable}, which overlaps with {guarded}, ")?;
        match owner {
            Some(owner) if *is_program => write!(f, "a program that the plugin `{owner}` runs")?,
            Some(owner) => write!(f, "a part of the plugin `{owner}`")?,
            None => f.write_str("which the host protects")?,
        }
        f.write_str(
            ": what is written there could run as code. Grant another folder, or this one with access = \"read-only\"",
        )
    }
}

impl Ground {
    /// Guards paths of the host for as long as the dock lives.
    pub(crate) fn protect(&self, paths: impl IntoIterator<Item = PathBuf>) {
        let guarded = paths.into_iter().map(Guarded::all_of).collect();
        lock(&self.0).add(Paths { guarded, ..Paths::default() });
    }

    /// Claims paths for a plugin.
    ///
    /// # Errors
    ///
    /// When a folder that it may write to is guarded, or another plugin may write to one that it guards.
    pub(crate) fn claim(&self, paths: Paths) -> Result<Claim, Conflict> {
        let mut claims = lock(&self.0);
        let others = claims.claims.iter().map(|(_, other)| other);
        let conflict = conflict(&paths, &paths).or_else(|| {
            others.into_iter().find_map(|other| conflict(&paths, other).or_else(|| conflict(other, &paths)))
        });
        match conflict {
            Some(conflict) => Err(conflict),
            None => Ok(Claim { number: claims.add(paths), ground: self.clone() }),
        }
    }
}

impl Claims {
    fn add(&mut self, paths: Paths) -> u64 {
        self.last += 1;
        self.claims.push((self.last, paths));
        self.last
    }
}

impl Guarded {
    /// A path with all that is below it.
    pub(crate) fn all_of(path: PathBuf) -> Self {
        Self::at(real(&path), Vec::new())
    }

    /// What has this name, whatever it leads to.
    pub(crate) fn at(path: PathBuf, except: Vec<PathBuf>) -> Self {
        Self { path, except, is_program: false }
    }

    /// A program that a plugin runs. It may be a link: both the link and its file count.
    pub(crate) fn program(path: &Path) -> [Self; 2] {
        [Self::at(path.to_owned(), Vec::new()), Self::all_of(path.to_owned())]
            .map(|guarded| Self { is_program: true, ..guarded })
    }

    fn covers(&self, writable: &Path) -> bool {
        let is_excepted = || self.except.iter().any(|except| writable.starts_with(except));
        self.path.starts_with(writable) || writable.starts_with(&self.path) && !is_excepted()
    }
}

/// Where the first may write to what the second guards.
fn conflict(writer: &Paths, owner: &Paths) -> Option<Conflict> {
    let plugin = writer.plugin.as_ref()?;
    writer.writable.iter().find_map(|writable| {
        let guarded = owner.guarded.iter().find(|guarded| guarded.covers(writable))?;
        Some(Conflict {
            writer: plugin.clone(),
            writable: writable.clone(),
            guarded: guarded.path.clone(),
            owner: owner.plugin.clone(),
            is_program: guarded.is_program,
        })
    })
}

/// The path without links, as far as it exists.
pub(crate) fn real(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let existing = absolute.ancestors().find_map(|ancestor| Some((ancestor, ancestor.canonicalize().ok()?)));
    match existing {
        Some((ancestor, real)) => match absolute.strip_prefix(ancestor) {
            Ok(rest) if rest.as_os_str().is_empty() => real,
            Ok(rest) => real.join(rest),
            Err(_) => absolute,
        },
        None => absolute,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(plugin: &str, guarded: &[&str], writable: &[&str]) -> Paths {
        Paths {
            plugin: Some(plugin.into()),
            guarded: guarded
                .iter()
                .map(|path| Guarded {
                    path: path.into(),
                    except: vec![Path::new(path).join("out")],
                    is_program: false,
                })
                .collect(),
            writable: writable.iter().map(PathBuf::from).collect(),
        }
    }

    #[test]
    fn a_plugin_writes_neither_to_its_own_source_nor_around_it() {
        let ground = Ground::default();
        for writable in ["/p/a", "/p/a/src", "/p", "/", "/p/a/output"] {
            let conflict = ground.claim(paths("a", &["/p/a"], &[writable])).unwrap_err();
            assert_eq!(conflict.writable, Path::new(writable));
        }
        for writable in ["/p/ab", "/q", "/p/a/out", "/p/a/out/deep"] {
            ground.claim(paths("a", &["/p/a"], &[writable])).unwrap();
        }
    }

    #[test]
    fn plugins_do_not_write_to_each_others_sources_whoever_comes_first() {
        let ground = Ground::default();
        let writer = ground.claim(paths("a", &["/a"], &["/shared"])).unwrap();
        let conflict = ground.claim(paths("b", &["/shared/b"], &[])).unwrap_err();
        assert_eq!(
            conflict.to_string(),
            "`a` would write to /shared, which overlaps with /shared/b, a part of the plugin `b`: what is written there could \
             run as code. Grant another folder, or this one with access = \"read-only\""
        );
        drop(writer);
        let source = ground.claim(paths("b", &["/shared/b"], &[])).unwrap();
        ground.claim(paths("a", &["/a"], &["/shared"])).unwrap_err();
        drop(source);
        ground.claim(paths("a", &["/a"], &["/shared"])).unwrap();
    }

    #[test]
    fn the_host_protects_paths_that_need_not_exist_yet() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        let ground = Ground::default();
        ground.protect([folder.path().join("state/later")]);
        let writable = root.join("state");
        let conflict = ground.claim(Paths { writable: vec![writable], ..paths("a", &[], &[]) }).unwrap_err();
        assert!(conflict.to_string().contains("which the host protects"), "{conflict}");
    }

    #[cfg(unix)]
    #[test]
    fn links_are_resolved() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        std::fs::create_dir(root.join("real")).unwrap();
        std::os::unix::fs::symlink("real", root.join("link")).unwrap();
        assert_eq!(real(&root.join("link/new/x")), root.join("real/new/x"));
        assert_eq!(real(&root.join("link")), root.join("real"));
    }
}
