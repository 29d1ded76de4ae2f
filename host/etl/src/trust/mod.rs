//! Which plugins a pipeline trusts, with what, and what they have used: the rules of a policy file, the components of a lock file,
//! the audit log.

mod error;
mod lock_file;
mod rules;
mod watch;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use witdock::grants::{AuditLog, Use};
use witdock::source::Digest;
use witdock::{Interface, Plugin, PluginBuilder, Policy, Refused};

pub use self::error::{LockFileError, NotLocked, TrustError};
pub use self::lock_file::{LockFile, Locked};
use self::rules::Rules;
pub use self::watch::RulesWatch;

/// Which plugins a pipeline trusts, with what, and what they have used. The default trusts what the pipeline grants. Clones are the
/// same.
#[derive(Clone, Debug, Default)]
pub struct Trust {
    rules: Option<Rules>,
    lock: Option<LockFile>,
    audit: Option<AuditLog>,
    loaded: Loaded,
}

/// The plugins that were loaded, with what takes their uses.
#[derive(Clone, Default)]
struct Loaded(Arc<Mutex<Vec<LoadedPlugin>>>);

struct LoadedPlugin {
    path: PathBuf,
    name: String,
    digest: Digest,
    take_uses: Box<dyn Fn() -> Vec<Use> + Send>,
    regrant: Box<dyn Fn() -> Option<Refused> + Send>,
}

impl fmt::Debug for Loaded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Loaded").finish_non_exhaustive()
    }
}

impl Trust {
    /// Reads the policy file, if one is named, and the lock file of the pipeline, if there is one. What plugins use is appended to `audit`.
    ///
    /// # Errors
    ///
    /// When one of the files cannot be read, or is invalid.
    pub fn read(pipeline: &Path, policy: Option<&Path>, audit: Option<PathBuf>) -> Result<Self, TrustError> {
        let rules = policy.map(Rules::read).transpose()?;
        let lock = LockFile::of(pipeline)?;
        Ok(Self { rules, lock, audit: audit.map(AuditLog::at), loaded: Loaded::default() })
    }

    /// The same without the lock file, to write it anew.
    #[must_use]
    pub fn unlocked(self) -> Self {
        Self { lock: None, ..self }
    }

    /// The files that decide, which no plugin may write to.
    pub(crate) fn files(&self) -> impl Iterator<Item = &Path> {
        let rules = self.rules.iter().map(Rules::path);
        let audit = self.audit.iter().map(AuditLog::path);
        rules.chain(self.lock.iter().map(LockFile::path)).chain(audit)
    }

    /// Grants a plugin at a path what the pipeline and the rules allow, and admits the locked component alone.
    pub(crate) fn guard<I: Interface>(
        &self,
        builder: PluginBuilder<I>,
        path: &Path,
        grants: &Policy,
    ) -> Result<PluginBuilder<I>, NotLocked> {
        let builder = match &self.rules {
            None => builder.policy(grants.clone()),
            Some(rules) => {
                let (rules, grants) = (rules.clone(), grants.clone());
                builder.policy_for(move |requested| rules.policy(requested, grants.clone()))
            }
        };
        match &self.lock {
            None => Ok(builder),
            Some(lock) => lock.digest_of(path).map(|digest| builder.pinned(digest)),
        }
    }

    /// Takes note of a plugin that was loaded.
    pub(crate) fn loaded<I: Interface>(&self, path: &Path, plugin: &Plugin<I>) {
        let (name, digest) = (plugin.name().to_owned(), plugin.digest());
        let (one, other) = (plugin.clone(), plugin.clone());
        let take_uses = Box::new(move || one.take_uses());
        let regrant = Box::new(move || other.regrant());
        let plugin = LoadedPlugin { path: path.to_owned(), name, digest, take_uses, regrant };
        self.loaded.0.lock().unwrap_or_else(PoisonError::into_inner).push(plugin);
    }

    /// Asks the rules again about the plugins that were loaded. Returns those that run no longer, with what was taken back.
    fn regrant(&self) -> Vec<(String, Refused)> {
        let loaded = self.loaded.0.lock().unwrap_or_else(PoisonError::into_inner);
        let revoked = |plugin: &LoadedPlugin| Some((plugin.name.clone(), (plugin.regrant)()?));
        loaded.iter().filter_map(revoked).collect()
    }

    /// The lock file of the plugins that were loaded.
    pub fn lock_file(&self, pipeline: &Path) -> LockFile {
        let loaded = self.loaded.0.lock().unwrap_or_else(PoisonError::into_inner);
        LockFile::new(pipeline, loaded.iter().map(|plugin| (&*plugin.path, &*plugin.name, plugin.digest)))
    }

    /// Appends what plugins have used since the last time to the audit log, if there is one.
    ///
    /// # Errors
    ///
    /// When the log cannot be written.
    pub fn append_uses(&self) -> io::Result<()> {
        let Some(audit) = &self.audit else { return Ok(()) };
        let loaded = self.loaded.0.lock().unwrap_or_else(PoisonError::into_inner);
        let uses: Vec<Use> = loaded.iter().flat_map(|plugin| (plugin.take_uses)()).collect();
        audit.append(&uses)
    }
}
