//! Compiled components on disk, so that a plugin is compiled once on a machine.
//!
//! Entries are named by the component's digest inside a folder named by the engine's compatibility hash, written to a
//! temporary file and renamed. Each begins with the digest of the compiled code, which is checked before the
//! code is loaded: a damaged entry is compiled again and never run.

mod deserialize;

use std::fs;
use std::hash::{Hash, Hasher};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use wasmtime::Engine;
use wasmtime::component::Component;

use crate::source::{Artifact, Digest};

/// Entries that were not used for this long are removed.
const UNUSED_FOR: Duration = Duration::from_secs(30 * 24 * 3600);
/// The total size limit of all entries. The least recently used ones are removed first: every change of a plugin under
/// development adds an entry, of up to 60 MB.
const MOST_BYTES: u64 = 2 << 30;

/// The private cache of one engine.
#[derive(Debug)]
pub(crate) struct Cache {
    folder: PathBuf,
}

impl Cache {
    /// Opens the cache below `root`, making its folders for this user alone.
    pub(crate) fn open(root: &Path, engine: &Engine) -> io::Result<Self> {
        let folder = root.join(compatibility(engine));
        create_private(&folder)?;
        let cache = Self { folder };
        cache.evict(SystemTime::now(), MOST_BYTES);
        Ok(cache)
    }

    /// Loads an artifact's compiled code from the cache, or compiles the artifact and caches it. Blocks for as long as the
    /// compiler runs.
    ///
    /// # Errors
    ///
    /// When the compiler fails. If the cache cannot be read or written, this logs a warning and compiles the artifact.
    pub(crate) fn load(&self, engine: &Engine, artifact: &Artifact) -> wasmtime::Result<Component> {
        let path = self.folder.join(format!("{}.cwasm", artifact.digest()));
        match self.read(engine, &path) {
            Ok(Some(component)) => return Ok(component),
            Ok(None) => {}
            Err(error) => {
                tracing::warn!(path = %path.display(), "the cached code is unusable, compiling again: {error:#}")
            }
        }
        let component = Component::from_binary(engine, artifact.bytes())?;
        if let Err(error) = self.write(&path, &component.serialize()?) {
            tracing::warn!(path = %path.display(), "the compiled plugin cannot be cached: {error}");
        }
        self.evict(SystemTime::now(), MOST_BYTES);
        Ok(component)
    }

    fn read(&self, engine: &Engine, path: &Path) -> wasmtime::Result<Option<Component>> {
        let bytes = match fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        match bytes.split_first_chunk::<32>() {
            Some((digest, code)) if Digest::of(code).as_bytes() == digest => {
                let component = deserialize::component(engine, code)?;
                touch(path);
                Ok(Some(component))
            }
            _ => Err(wasmtime::Error::msg("the entry is damaged")),
        }
    }

    fn write(&self, path: &Path, code: &[u8]) -> io::Result<()> {
        let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
        file.write_all(Digest::of(code).as_bytes())?;
        file.write_all(code)?;
        file.persist(path)?;
        Ok(())
    }

    /// Removes entries that are too old, and the least recently used ones until the rest has at most `most_bytes`.
    fn evict(&self, now: SystemTime, most_bytes: u64) {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let mut entries: Vec<(SystemTime, u64, PathBuf)> = entries
            .filter_map(|entry| {
                let metadata = entry.metadata().ok()?;
                Some((metadata.modified().ok()?, metadata.len(), entry.path()))
            })
            .collect();
        entries.sort_unstable_by(|a, b| b.cmp(a));
        let mut total = 0_u64;
        for (used, bytes, path) in entries {
            total = total.saturating_add(bytes);
            let is_old = now.duration_since(used).is_ok_and(|age| age > UNUSED_FOR);
            if is_old || total > most_bytes {
                // Another process may have removed it already. One that is about to load it compiles again.
                let _ = fs::remove_file(path);
            }
        }
    }
}

/// Marks an entry as used. Failing only means that it may be removed too early.
fn touch(path: &Path) {
    let _ = fs::File::options().append(true).open(path).and_then(|file| file.set_modified(SystemTime::now()));
}

#[cfg(unix)]
fn create_private(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn create_private(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}

/// A hash of everything about the engine that compiled code depends on: wasmtime's version, the target, the settings.
fn compatibility(engine: &Engine) -> String {
    #[derive(Default)]
    struct Bytes(Vec<u8>);
    impl Hasher for Bytes {
        fn write(&mut self, bytes: &[u8]) {
            self.0.extend_from_slice(bytes);
        }
        fn finish(&self) -> u64 {
            0
        }
    }
    let mut bytes = Bytes::default();
    engine.precompile_compatibility_hash().hash(&mut bytes);
    Digest::of(&bytes.0).short()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn artifact() -> Artifact {
        Artifact::new(wat::parse_str("(component)").unwrap())
    }

    #[test]
    fn reads_an_entry_and_replaces_a_damaged_one() {
        let root = tempfile::tempdir().unwrap();
        let engine = Engine::default();
        let cache = Cache::open(root.path(), &engine).unwrap();
        let path = cache.folder.join(format!("{}.cwasm", artifact().digest()));
        cache.load(&engine, &artifact()).unwrap();
        assert!(cache.read(&engine, &path).unwrap().is_some());

        for damage in [&b""[..], b"short", &[0u8; 4096]] {
            fs::write(&path, damage).unwrap();
            assert!(cache.read(&engine, &path).is_err());
            cache.load(&engine, &artifact()).unwrap();
            assert!(cache.read(&engine, &path).unwrap().is_some());
        }
    }

    #[test]
    fn removes_unused_entries() {
        let root = tempfile::tempdir().unwrap();
        let engine = Engine::default();
        let cache = Cache::open(root.path(), &engine).unwrap();
        cache.load(&engine, &artifact()).unwrap();
        cache.evict(SystemTime::now(), MOST_BYTES);
        assert_eq!(fs::read_dir(&cache.folder).unwrap().count(), 1);
        cache.evict(SystemTime::now() + UNUSED_FOR + Duration::from_secs(60), MOST_BYTES);
        assert_eq!(fs::read_dir(&cache.folder).unwrap().count(), 0);
    }

    #[test]
    fn removes_the_least_recently_used_entries_of_a_full_cache() {
        let root = tempfile::tempdir().unwrap();
        let cache = Cache::open(root.path(), &Engine::default()).unwrap();
        let now = SystemTime::now();
        for (name, age) in [("old", 3), ("new", 1), ("middle", 2)] {
            let path = cache.folder.join(name);
            fs::write(&path, [0; 100]).unwrap();
            let file = fs::File::options().append(true).open(&path).unwrap();
            file.set_modified(now - Duration::from_secs(age)).unwrap();
        }
        cache.evict(now, 250);
        let left = |name: &str| cache.folder.join(name).exists();
        assert_eq!((left("new"), left("middle"), left("old")), (true, true, false));
    }

    #[cfg(unix)]
    #[test]
    fn creates_a_private_folder() {
        use std::os::unix::fs::PermissionsExt;
        let root = tempfile::tempdir().unwrap();
        let cache = Cache::open(&root.path().join("new"), &Engine::default()).unwrap();
        assert_eq!(fs::metadata(&cache.folder).unwrap().permissions().mode() & 0o777, 0o700);
    }
}
