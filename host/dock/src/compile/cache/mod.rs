//! Compiled components on disk, so that a plugin is compiled once on a machine.
//!
//! Entries are named by the component's digest, inside a folder named by the engine's compatibility hash, which is [private](PrivateFolder). Each begins with a
//! digest of all that follows: what the entry is for, and the compiled code. It is checked before the code
//! is loaded, so that an entry that is damaged, or that has another one's name, is compiled again and never run.

pub(crate) mod deserialize;

use std::hash::{Hash, Hasher};
use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime};

use sha2::{Digest as _, Sha256};
use wasmtime::Engine;
use wasmtime::component::Component;

use crate::foreign::{Digest, Entry, PrivateFolder};
use crate::source::Artifact;

/// Entries that were not used for this long are removed.
const UNUSED_FOR: Duration = Duration::from_secs(30 * 24 * 3600);
/// The total size limit of all entries. The least recently used ones are removed first: every change of a plugin under
/// development adds an entry, of up to 60 MB.
const MOST_BYTES: u64 = 2 << 30;
/// What an entry's own part begins with. It changes with the form of entries.
const MAGIC: &[u8; 16] = b"witdock cache 2\n";

/// The private cache of one engine.
#[derive(Debug)]
pub(crate) struct Cache {
    folder: PrivateFolder,
    compatibility: Digest,
}

impl Cache {
    /// Opens the cache below `root`, making its folders for this user alone.
    ///
    /// # Errors
    ///
    /// When the folder is a link, or another user may write to it.
    pub(crate) fn open(root: &Path, engine: &Engine) -> io::Result<Self> {
        let compatibility = compatibility(engine);
        let folder = PrivateFolder::open(root, &compatibility.short())?;
        let cache = Self { folder, compatibility };
        cache.evict(SystemTime::now(), MOST_BYTES);
        Ok(cache)
    }

    /// Loads an artifact's compiled code, if it is in the cache. If the cache cannot be read, this logs a warning.
    pub(crate) fn get(&self, engine: &Engine, artifact: &Artifact) -> Option<Component> {
        let name = name(artifact);
        self.read(engine, artifact, &name).unwrap_or_else(|error| {
            let path = self.folder.path(&name);
            tracing::warn!(path = %path.display(), "the cached code is unusable, compiling again: {error:#}");
            None
        })
    }

    /// Keeps an artifact's compiled code. If the cache cannot be written, this logs a warning.
    pub(crate) fn put(&self, artifact: &Artifact, code: &[u8]) {
        let name = name(artifact);
        let header = self.header(artifact);
        let digest = digest(&[&header, code]);
        if let Err(error) = self.folder.write(&name, &[&digest, &header, code]) {
            let path = self.folder.path(&name);
            tracing::warn!(path = %path.display(), "the compiled plugin cannot be cached: {error}");
        }
        self.evict(SystemTime::now(), MOST_BYTES);
    }

    fn read(&self, engine: &Engine, artifact: &Artifact, name: &str) -> wasmtime::Result<Option<Component>> {
        let Some(bytes) = self.folder.read(name)? else { return Ok(None) };
        let refused = |reason| Err(wasmtime::Error::msg(reason));
        let header = self.header(artifact);
        let Some((written, rest)) = bytes.split_first_chunk::<32>() else {
            return refused("the entry is damaged");
        };
        if digest(&[rest]) != *written {
            return refused("the entry is damaged");
        }
        let Some(code) = rest.strip_prefix(&*header) else {
            return refused("the entry is of another component, or of another version");
        };
        let component = deserialize::component(engine, code)?;
        self.folder.touch(name);
        Ok(Some(component))
    }

    /// What an entry is for: the component, and the engine with its compiler.
    fn header(&self, artifact: &Artifact) -> Vec<u8> {
        [&MAGIC[..], artifact.digest().as_bytes(), self.compatibility.as_bytes()].concat()
    }

    /// Removes entries that are too old, and the least recently used ones until the rest has at most `most_bytes`.
    fn evict(&self, now: SystemTime, most_bytes: u64) {
        let mut entries = self.folder.entries();
        entries.sort_unstable_by_key(|entry| std::cmp::Reverse(entry.modified));
        let mut total = 0_u64;
        for Entry { name, modified, bytes } in entries {
            total = total.saturating_add(bytes);
            let is_old = now.duration_since(modified).is_ok_and(|age| age > UNUSED_FOR);
            if is_old || total > most_bytes {
                self.folder.remove(&name);
            }
        }
    }
}

fn name(artifact: &Artifact) -> String {
    format!("{}.cwasm", artifact.digest())
}

fn digest(parts: &[&[u8]]) -> [u8; 32] {
    parts.iter().fold(Sha256::new(), |hash, part| hash.chain_update(part)).finalize().into()
}

/// A hash of everything about the engine that compiled code depends on: wasmtime's version, the target, the settings.
fn compatibility(engine: &Engine) -> Digest {
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
    Digest::of(&bytes.0)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;

    use super::*;

    fn artifact(text: &str) -> Artifact {
        Artifact::new(wat::parse_str(text).unwrap())
    }

    /// A cache with an entry for this component, and the entry's file.
    fn cached(root: &Path, engine: &Engine, artifact: &Artifact) -> (Cache, PathBuf) {
        let cache = Cache::open(root, engine).unwrap();
        put(&cache, engine, artifact);
        let path = cache.folder.path(&name(artifact));
        (cache, path)
    }

    fn put(cache: &Cache, engine: &Engine, artifact: &Artifact) {
        cache.put(artifact, &engine.precompile_component(artifact.bytes()).unwrap());
    }

    fn refusal(cache: &Cache, engine: &Engine, artifact: &Artifact) -> String {
        let refused = cache.read(engine, artifact, &name(artifact)).err().unwrap().to_string();
        assert!(cache.get(engine, artifact).is_none());
        refused
    }

    #[test]
    fn reads_an_entry_and_replaces_a_damaged_one() {
        let root = tempfile::tempdir().unwrap();
        let (engine, one) = (Engine::default(), artifact("(component)"));
        let (cache, path) = cached(root.path(), &engine, &one);
        assert!(cache.get(&engine, &one).is_some());
        let mut changed = fs::read(&path).unwrap();
        *changed.last_mut().unwrap() ^= 1;
        for damage in [&b""[..], b"short", &[0u8; 4096], &changed] {
            fs::write(&path, damage).unwrap();
            assert_eq!(refusal(&cache, &engine, &one), "the entry is damaged");
            put(&cache, &engine, &one);
            assert!(cache.get(&engine, &one).is_some());
        }
    }

    // attack: a cache entry under another component's name, or of another engine
    // host: compiles again
    #[test]
    fn an_entry_is_bound_to_its_component_and_its_engine() {
        let root = tempfile::tempdir().unwrap();
        let engine = Engine::default();
        let (one, other) = (artifact("(component)"), artifact("(component (core module))"));
        let (cache, path) = cached(root.path(), &engine, &one);
        fs::copy(&path, cache.folder.path(&name(&other))).unwrap();
        let of_another = "the entry is of another component, or of another version";
        assert_eq!(refusal(&cache, &engine, &other), of_another);

        let fuelled = Engine::new(wasmtime::Config::new().consume_fuel(true)).unwrap();
        let fuelled_cache = Cache::open(root.path(), &fuelled).unwrap();
        fs::copy(&path, fuelled_cache.folder.path(&name(&one))).unwrap();
        assert_eq!(refusal(&fuelled_cache, &fuelled, &one), of_another);
    }

    #[test]
    fn removes_unused_entries() {
        let root = tempfile::tempdir().unwrap();
        let engine = Engine::default();
        let (cache, path) = cached(root.path(), &engine, &artifact("(component)"));
        cache.evict(SystemTime::now(), MOST_BYTES);
        assert!(path.exists());
        cache.evict(SystemTime::now() + UNUSED_FOR + Duration::from_secs(60), MOST_BYTES);
        assert!(!path.exists());
    }

    #[test]
    fn removes_the_least_recently_used_entries_of_a_full_cache() {
        let root = tempfile::tempdir().unwrap();
        let cache = Cache::open(root.path(), &Engine::default()).unwrap();
        let now = SystemTime::now();
        for (name, age) in [("old", 3), ("new", 1), ("middle", 2)] {
            let path = cache.folder.path(name);
            fs::write(&path, [0; 100]).unwrap();
            let file = fs::File::options().append(true).open(&path).unwrap();
            file.set_modified(now - Duration::from_secs(age)).unwrap();
        }
        cache.evict(now, 250);
        let left = |name: &str| cache.folder.path(name).exists();
        assert_eq!((left("new"), left("middle"), left("old")), (true, true, false));
    }
}
