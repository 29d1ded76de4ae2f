//! The rules of a policy file, as the file has them now.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use witdock::Policy;
use witdock::grants::{PolicyFile, PolicyFileError, Requested};

/// The rules of a policy file, as the file has them now. Clones are the same.
#[derive(Clone, Debug)]
pub(super) struct Rules {
    path: PathBuf,
    file: Arc<RwLock<PolicyFile>>,
}

impl Rules {
    pub(super) fn read(path: &Path) -> Result<Self, PolicyFileError> {
        let file = PolicyFile::read(path)?;
        Ok(Self { path: path.to_owned(), file: Arc::new(RwLock::new(file)) })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Reads the file again, and returns whether its rules are others. If it is invalid, the rules before stay.
    pub(super) fn reread(&self) -> Result<bool, PolicyFileError> {
        let file = PolicyFile::read(&self.path)?;
        let mut current = self.file.write().unwrap_or_else(PoisonError::into_inner);
        let are_others = *current != file;
        *current = file;
        Ok(are_others)
    }

    /// What is granted of a request, where the pipeline grants this.
    pub(super) fn policy(&self, requested: &Requested, grants: Policy) -> Policy {
        self.file.read().unwrap_or_else(PoisonError::into_inner).verdicts(requested).policy(grants)
    }
}
